package io.caravana.simulator;

/** A row being filled, column by column; empty values take no room. */
final class Cells {
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
        return set(column, Long.toString(value));
    }

    Cells set(String column, boolean value) {
        return set(column, value ? "true" : "false");
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
