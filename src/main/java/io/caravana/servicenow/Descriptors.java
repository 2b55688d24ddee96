package io.caravana.servicenow;

import io.caravana.servicenow.SourceTable.Origin;
import io.caravana.servicenow.SourceTable.SourceColumn;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/** The columns of well-known tables as ServiceNow ships them, for accounts that may not read the dictionary. */
@Component
final class Descriptors {

    private static final int LABEL = 1;
    private static final int PARENT = 2;

    /** The descriptor of a table, with inherited columns; without columns when the table is not a well-known one. */
    SourceTable find(String name) {
        var columns = new ArrayList<SourceColumn>();
        for (var table = name; !table.isEmpty(); table = of(table, PARENT)) {
            var owner = table;
            read("columns.csv", cells -> {
                if (cells.get(0).equals(owner)) {
                    columns.add(new SourceColumn(cells.get(1), cells.get(2), cells.get(4), cells.get(5), owner));
                }
            });
        }
        return new SourceTable(name, of(name, LABEL), columns, columns.isEmpty() ? Origin.NOTHING : Origin.DESCRIPTOR);
    }

    private static String of(String name, int place) {
        var found = new StringBuilder();
        read("tables.csv", cells -> {
            if (cells.get(0).equals(name)) {
                found.append(cells.get(place));
            }
        });
        return found.toString();
    }

    private static void read(String file, Consumer<List<String>> line) {
        var resource = "/descriptors/" + file;
        try (var stream = Descriptors.class.getResourceAsStream(resource);
                var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            reader.lines().skip(1).map(text -> List.of(text.split(",", -1))).forEach(line);
        } catch (IOException e) {
            throw new UncheckedIOException("the descriptor file " + resource + " cannot be read", e);
        }
    }
}
