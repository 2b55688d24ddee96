package io.caravana.simulator;

import java.util.stream.IntStream;

/** A row being filled, column by column; empty values take no room. */
final class Cells {
    private static final int SHARED = 1_000;
    private static final String[] NUMBERS =
            IntStream.range(0, SHARED).mapToObj(Integer::toString).toArray(String[]::new);

    private final Table table;
    private final String[] values;

    private Cells(Table table) {
        this.table = table;
        this.values = new String[table.columns().size()];
    }

    static Cells of(Table table) {
        return new Cells(table);
    }

    Cells set(String column, String value) {
        if (!value.isEmpty()) {
            values[table.column(column).position()] = value;
        }
        return this;
    }

    Cells set(String column, long value) {
        return set(column, value >= 0 && value < SHARED ? NUMBERS[(int) value] : Long.toString(value));
    }

    Cells set(String column, boolean value) {
        return set(column, value ? "true" : "false");
    }

    /** A record's number: at least seven digits after its prefix. */
    static String number(String prefix, long number) {
        var digits = Long.toString(number);
        return prefix + "0".repeat(Math.max(0, 7 - digits.length())) + digits;
    }

    Cells created(String stamp, String by) {
        return set("sys_created_on", stamp).set("sys_created_by", by);
    }

    Cells updated(String stamp, String by, int times) {
        return set("sys_updated_on", stamp).set("sys_updated_by", by).set("sys_mod_count", times);
    }

    Row row() {
        return new Row(table, values);
    }
}
