package io.caravana.simulator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tables of a plain instance and their own columns, from {@code descriptors/*.csv}. */
public final class Descriptors {
    /** One line of {@code tables.csv}; {@code superClass} is empty for a base table. */
    record TableEntry(String name, String label, String superClass) {}

    private final Map<String, TableEntry> tables = new LinkedHashMap<>();
    private final Map<String, List<Column>> ownColumns = new LinkedHashMap<>();

    private Descriptors() {}

    static Descriptors load() {
        var descriptors = new Descriptors();
        for (var cells : lines("tables.csv", 3)) {
            descriptors.tables.put(cells[0], new TableEntry(cells[0], cells[1], cells[2]));
        }
        for (var cells : lines("columns.csv", 6)) {
            descriptors
                    .ownColumns
                    .computeIfAbsent(cells[0], table -> new ArrayList<>())
                    .add(Column.of(0, cells[0], cells[1], cells[2], Integer.parseInt(cells[3]), cells[4], cells[5]));
        }
        return descriptors;
    }

    Iterable<TableEntry> tables() {
        return tables.values();
    }

    boolean has(String table) {
        return tables.containsKey(table);
    }

    String label(String table) {
        return tables.containsKey(table) ? tables.get(table).label() : table;
    }

    /** All columns of a table, inherited ones first, at their places; empty for an unknown table. */
    List<Column> columns(String table) {
        var all = new ArrayList<Column>();
        collect(table, all);
        var placed = new ArrayList<Column>(all.size());
        for (var column : all) {
            placed.add(column.at(placed.size()));
        }
        return placed;
    }

    private void collect(String table, List<Column> into) {
        var entry = tables.get(table);
        if (entry == null) {
            return;
        }
        collect(entry.superClass(), into);
        into.addAll(ownColumns.getOrDefault(table, List.of()));
    }

    private static List<String[]> lines(String file, int cells) {
        try (var in = Descriptors.class.getResourceAsStream("/descriptors/" + file);
                var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().skip(1).map(line -> line.split(",", cells)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read descriptors/" + file, e);
        }
    }
}
