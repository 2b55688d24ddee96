package io.caravana.servicenow;

import io.caravana.servicenow.SourceTable.Origin;
import io.caravana.servicenow.SourceTable.SourceColumn;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/** The columns of well-known tables as ServiceNow ships them, for accounts that may not read the dictionary. */
@Component
public final class Descriptors {

    private static final int LABEL = 1;
    private static final int PARENT = 2;

    /** Types whose raw value is of no use and whose display value is a row of stars. */
    public static final Set<String> SECRET = Set.of("password", "password2");

    /** The descriptor of a table, with inherited columns; without columns when the table is not a well-known one. */
    public SourceTable find(String name) {
        var owners = new ArrayList<String>();
        for (var table = name; !table.isEmpty(); table = of(table, PARENT)) {
            owners.add(table);
        }
        var choices = new HashSet<String>();
        read("choices.csv", cells -> {
            if (owners.contains(cells.get(0))) {
                choices.add(cells.get(1));
            }
        });
        var columns = new ArrayList<SourceColumn>();
        var secrets = new HashSet<String>();
        read("columns.csv", cells -> {
            var column = cells.get(1);
            if (owners.contains(cells.get(0)) && SECRET.contains(cells.get(2))) {
                secrets.add(column);
            } else if (owners.contains(cells.get(0))) {
                columns.add(new SourceColumn(
                        column,
                        cells.get(2),
                        cells.get(4),
                        cells.get(5),
                        cells.get(0),
                        choices.contains(column),
                        Origin.DESCRIPTOR));
            }
        });
        return new SourceTable(name, of(name, LABEL), columns, List.of(), secrets);
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
