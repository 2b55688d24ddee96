package io.caravana.simulator;

import java.util.regex.Pattern;

/** What the values of a column of real data allow it to be. */
final class ColumnGuess {
    private static final Pattern INTEGER = Pattern.compile("[-+]?\\d{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");

    private final String name;
    private boolean hasValues;
    private boolean allIntegers = true;
    private boolean allDecimals = true;
    private boolean allBooleans = true;
    private boolean allTimes = true;
    private boolean allDays = true;
    private int longest;

    ColumnGuess(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    void look(String value) {
        longest = Math.max(longest, value.length());
        if (value.isEmpty()) {
            return;
        }
        hasValues = true;
        allIntegers = allIntegers && INTEGER.matcher(value).matches();
        allDecimals = allDecimals && DECIMAL.matcher(value).matches();
        allBooleans = allBooleans && (value.equals("true") || value.equals("false"));
        allTimes = allTimes && value.length() == 19 && Stamps.parse(value).isPresent();
        allDays = allDays && value.length() == 10 && Stamps.parse(value).isPresent();
    }

    /** The column with the described type where every value fits it; else a date or boolean where all are; else a string. */
    Column column(int position, String table, Column described) {
        if (described != null && fits(described.type())) {
            return Column.of(
                    position,
                    table,
                    name,
                    described.internalType(),
                    described.maxLength(),
                    described.reference(),
                    described.label());
        }
        return Column.of(position, table, name, guess(described), Math.max(40, longest), "", name.replace('_', ' '));
    }

    private String guess(Column described) {
        if (described != null || !hasValues) {
            return "string";
        }
        return allTimes ? "glide_date_time" : allDays ? "glide_date" : allBooleans ? "boolean" : "string";
    }

    private boolean fits(ColumnType type) {
        return switch (type) {
            case INTEGER -> allIntegers;
            case DECIMAL, CURRENCY -> allDecimals;
            case BOOLEAN -> allBooleans;
            case DATE_TIME, DUE_DATE, DURATION -> allTimes;
            case DATE -> allDays;
            case TEXT, REFERENCE, LIST, PASSWORD -> true;
        };
    }
}
