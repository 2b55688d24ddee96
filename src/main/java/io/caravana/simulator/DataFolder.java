package io.caravana.simulator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** A folder of {@code <table>.jsonl.gz}, whole rows of raw values, and {@code <table>.changes.jsonl.gz}, their later versions. */
final class DataFolder {
    private static final String ROWS = ".jsonl.gz";
    private static final String CHANGES = ".changes.jsonl.gz";

    private final Path folder;

    DataFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("caravana.simulator.data is %s, which is no folder".formatted(folder));
        }
        this.folder = folder;
    }

    /** The tables there are rows of. */
    List<String> tables() {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ROWS) && !name.endsWith(CHANGES))
                    .map(name -> name.substring(0, name.length() - ROWS.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + folder, e);
        }
    }

    /** The table's columns as its rows have them, typed as the descriptor says where every value fits. */
    List<Column> columns(String table, List<Column> known) {
        var guesses = new LinkedHashMap<String, ColumnGuess>();
        Consumer<Map<String, String>> look = record -> record.forEach(
                (name, value) -> guesses.computeIfAbsent(name, ColumnGuess::new).look(value));
        read(folder.resolve(table + ROWS), look);
        if (hasChanges(table)) {
            read(folder.resolve(table + CHANGES), look);
        }
        if (!guesses.containsKey("sys_id")) {
            throw new IllegalArgumentException("%s%s in %s has no sys_id".formatted(table, ROWS, folder));
        }
        var columns = new ArrayList<Column>();
        for (var guess : guesses.values()) {
            var described = known.stream()
                    .filter(column -> column.name().equals(guess.name()))
                    .findFirst();
            columns.add(guess.column(columns.size(), table, described.orElse(null)));
        }
        return columns;
    }

    List<Row> rows(Table table) {
        var rows = new ArrayList<Row>();
        read(folder.resolve(table.name() + ROWS), record -> rows.add(table.row(record)));
        return rows;
    }

    boolean hasChanges(String table) {
        return Files.exists(folder.resolve(table + CHANGES));
    }

    /** Opens the later versions of a table's rows, in the order they happened. */
    BufferedReader changes(String table) {
        return open(folder.resolve(table + CHANGES));
    }

    static Map<String, String> record(String line) {
        try {
            var record = new LinkedHashMap<String, String>();
            Answer.MAPPER
                    .readTree(line)
                    .properties()
                    .forEach(field -> record.put(
                            field.getKey(),
                            field.getValue().isNull() ? "" : field.getValue().asText()));
            return record;
        } catch (IOException e) {
            throw new UncheckedIOException("Not a JSON object: " + line, e);
        }
    }

    private static void read(Path file, Consumer<Map<String, String>> records) {
        try (var reader = open(file)) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank()) {
                    records.accept(record(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    private static BufferedReader open(Path file) {
        try {
            return new BufferedReader(new InputStreamReader(
                    new GZIPInputStream(Files.newInputStream(file), 65_536), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot open " + file, e);
        }
    }
}
