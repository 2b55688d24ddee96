package io.caravana.simulator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The rows of one table in sys_id order. Rows come from the source on first use. Writers hold the table's lock; readers take
 * none and see each row whole.
 */
final class Table {
    private static final List<String> DISPLAY_COLUMNS = List.of("number", "name", "label", "element");

    private final String name;
    private final String label;
    private final String superClass;
    private final List<Column> columns;
    private final Map<String, Column> byName = new HashMap<>();
    private final Function<Table, Iterable<Row>> source;
    private final ConcurrentSkipListMap<String, Row> rows = new ConcurrentSkipListMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private final int sysIdPosition;
    private volatile boolean filled;
    private volatile ConcurrentSkipListMap<String, Row> byUpdate;

    Table(String name, String label, String superClass, List<Column> columns, Function<Table, Iterable<Row>> source) {
        this.name = name;
        this.label = label;
        this.superClass = superClass;
        this.columns = List.copyOf(columns);
        this.source = source;
        columns.forEach(column -> byName.put(column.name(), column));
        this.sysIdPosition = byName.get("sys_id").position();
    }

    String name() {
        return name;
    }

    String label() {
        return label;
    }

    String superClass() {
        return superClass;
    }

    List<Column> columns() {
        return columns;
    }

    /** The column of that name, or null. */
    Column column(String column) {
        return byName.get(column);
    }

    int sysIdPosition() {
        return sysIdPosition;
    }

    /** The column whose value stands for a whole record, as a reference to it displays; null when there is none. */
    Column displayColumn() {
        return DISPLAY_COLUMNS.stream()
                .map(byName::get)
                .filter(column -> column != null)
                .findFirst()
                .orElse(null);
    }

    /** A live view of the rows by sys_id. */
    ConcurrentNavigableMap<String, Row> rows() {
        fill();
        return rows;
    }

    /** A live view of the rows by sys_updated_on and then sys_id; built on first use. */
    NavigableMap<String, Row> byUpdate() {
        fill();
        if (byUpdate == null) {
            synchronized (this) {
                if (byUpdate == null) {
                    var index = new ConcurrentSkipListMap<String, Row>();
                    rows.values().forEach(row -> index.put(updateKey(row), row));
                    byUpdate = index;
                }
            }
        }
        return byUpdate;
    }

    int size() {
        fill();
        return size.get();
    }

    Row get(String sysId) {
        return rows().get(sysId);
    }

    /** Inserts or replaces a whole row; returns what was there before, or null. */
    synchronized Row put(Row row) {
        fill();
        var before = rows.put(row.sysId(), row);
        if (before == null) {
            size.incrementAndGet();
        }
        if (byUpdate != null) {
            byUpdate.put(updateKey(row), row);
            if (before != null && !updateKey(before).equals(updateKey(row))) {
                byUpdate.remove(updateKey(before));
            }
        }
        return before;
    }

    /** Removes a row; returns what was there, or null. */
    synchronized Row remove(String sysId) {
        fill();
        var before = rows.remove(sysId);
        if (before != null) {
            size.decrementAndGet();
            if (byUpdate != null) {
                byUpdate.remove(updateKey(before));
            }
        }
        return before;
    }

    /** A row of this table from named raw values; names that are no column are left out. */
    Row row(Map<String, String> values) {
        var cells = new String[columns.size()];
        values.forEach((column, value) -> {
            var found = byName.get(column);
            if (found != null && value != null && !value.isEmpty()) {
                cells[found.position()] = value;
            }
        });
        return new Row(this, cells);
    }

    /** The row's values in the columns this table shares with the row's own table. */
    Row project(Row row) {
        if (row.table() == this) {
            return row;
        }
        var cells = new String[columns.size()];
        for (var column : columns) {
            cells[column.position()] = row.get(column.name());
        }
        return new Row(this, cells);
    }

    private void fill() {
        if (filled) {
            return;
        }
        synchronized (this) {
            if (!filled) {
                // Put in order, each row lands next to the one before, which is far cheaper than anywhere in the map.
                var made = new ArrayList<Row>();
                source.apply(this).forEach(made::add);
                made.sort(Comparator.comparing(Row::sysId));
                made.forEach(row -> rows.put(row.sysId(), row));
                size.set(rows.size());
                filled = true;
            }
        }
    }

    /** Rows that were never stamped come first, as empty values do in every order. */
    private static String updateKey(Row row) {
        var updated = row.get("sys_updated_on");
        return (updated.isEmpty() ? " " : updated) + row.sysId();
    }

    static Function<Table, Iterable<Row>> empty() {
        return table -> List.of();
    }
}
