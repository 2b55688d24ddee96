package io.caravana.simulator;

import java.util.LinkedHashMap;
import java.util.Map;

/** One record as it stands at one moment; never changed, only replaced. */
final class Row {
    private final Table table;
    private final String[] values;

    Row(Table table, String[] values) {
        this.table = table;
        this.values = values;
    }

    Table table() {
        return table;
    }

    /** The raw value, empty when there is none. */
    String get(int position) {
        var value = values[position];
        return value == null ? "" : value;
    }

    String get(String column) {
        var found = table.column(column);
        return found == null ? "" : get(found.position());
    }

    String sysId() {
        return get(table.sysIdPosition());
    }

    String[] copy() {
        return values.clone();
    }

    Map<String, String> toMap() {
        var map = new LinkedHashMap<String, String>();
        for (var column : table.columns()) {
            map.put(column.name(), get(column.position()));
        }
        return map;
    }
}
