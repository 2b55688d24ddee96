package io.caravana.simulator;

import java.util.Set;

/** What an internal type means to comparisons, orders and display values. */
enum ColumnType {
    TEXT,
    INTEGER,
    DECIMAL,
    CURRENCY,
    BOOLEAN,
    DATE_TIME,
    DUE_DATE,
    DATE,
    DURATION,
    REFERENCE,
    LIST,
    PASSWORD;

    private static final Set<String> INTEGERS = Set.of("integer", "long", "longint", "count", "order_index");
    private static final Set<String> DECIMALS = Set.of("decimal", "float", "percent_complete", "percent");

    static ColumnType of(String internalType) {
        if (INTEGERS.contains(internalType)) {
            return INTEGER;
        }
        if (DECIMALS.contains(internalType)) {
            return DECIMAL;
        }
        return switch (internalType) {
            case "currency", "price" -> CURRENCY;
            case "boolean" -> BOOLEAN;
            case "glide_date_time" -> DATE_TIME;
            case "due_date" -> DUE_DATE;
            case "glide_date" -> DATE;
            case "glide_duration", "timer" -> DURATION;
            case "reference", "domain_id" -> REFERENCE;
            case "glide_list" -> LIST;
            case "password", "password2" -> PASSWORD;
            default -> TEXT;
        };
    }

    boolean isDate() {
        return this == DATE_TIME || this == DUE_DATE || this == DATE || this == DURATION;
    }

    boolean isNumber() {
        return this == INTEGER || this == DECIMAL || this == CURRENCY;
    }
}
