package io.caravana.simulator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** Lets time pass: plays recorded versions of rows, and makes changes up. */
final class Changes {
    private final Tables tables;
    private final DataFolder folder;
    private final DeskWork deskWork;
    private final Map<String, BufferedReader> recorded = new HashMap<>();

    /** @param folder where recorded changes come from, null when there are none */
    Changes(Tables tables, DataFolder folder, DeskWork deskWork) {
        this.tables = tables;
        this.folder = folder;
        this.deskWork = deskWork;
    }

    /** Plays the next recorded versions of a table's rows; returns how many there still were. */
    synchronized int play(String table, int atMost) {
        if (folder == null || tables.get(table) == null || !folder.hasChanges(table)) {
            return 0;
        }
        var reader = recorded.computeIfAbsent(table, folder::changes);
        try {
            var played = 0;
            while (played < atMost) {
                var line = reader.readLine();
                if (line == null) {
                    break;
                }
                tables.get(table).put(tables.get(table).row(DataFolder.record(line)));
                played++;
            }
            return played;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the changes of " + table, e);
        }
    }

    /** Makes up this many changes; returns that number. */
    synchronized int change(int number) {
        for (var i = 0; i < number; i++) {
            deskWork.step();
        }
        return number;
    }

    synchronized void close() throws IOException {
        for (var reader : recorded.values()) {
            reader.close();
        }
    }
}
