package io.caravana.simulator;

import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Puts the tables of an instance together: made up, or from a folder, and described by its dictionary either way. */
final class Build {
    private static final Set<String> DESCRIBING =
            Set.of("sys_db_object", "sys_dictionary", "sys_glide_object", "sys_choice");
    private static final String ACCOUNT_SINCE = "2015-01-01 00:00:00";

    private Build() {}

    /** The folder of the settings, or null when rows are to be made up. */
    static DataFolder folder(SimulatorProperties properties) {
        return properties.data().isBlank() ? null : new DataFolder(Path.of(properties.data()));
    }

    static Tables tables(SimulatorProperties properties, DataFolder folder, Clock clock) {
        var descriptors = Descriptors.load();
        var tables = new Tables();
        var fromFolder = folder == null ? List.<String>of() : folder.tables();
        var desk = new ServiceDesk(properties, LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
        for (var entry : descriptors.tables()) {
            if (!fromFolder.contains(entry.name())) {
                var rows = DESCRIBING.contains(entry.name())
                        ? describing(entry.name(), tables)
                        : folder == null ? desk.source(entry.name()) : bare(entry.name(), properties.username());
                tables.add(new Table(
                        entry.name(), entry.label(), entry.superClass(), descriptors.columns(entry.name()), rows));
            }
        }
        for (var name : fromFolder) {
            var columns = folder.columns(name, descriptors.columns(name));
            tables.add(new Table(name, descriptors.label(name), "", columns, folder::rows));
        }
        return tables;
    }

    private static Function<Table, Iterable<Row>> describing(String table, Tables tables) {
        var dictionary = new Dictionary(tables);
        return switch (table) {
            case "sys_db_object" -> dictionary::objects;
            case "sys_dictionary" -> dictionary::entries;
            case "sys_glide_object" -> dictionary::types;
            default -> Choices::rows;
        };
    }

    /** Beside a folder's tables, all others exist and are empty. */
    private static Function<Table, Iterable<Row>> bare(String table, String username) {
        return table.equals("sys_user")
                ? users -> List.of(Foundation.account(users, username, ACCOUNT_SINCE))
                : Table.empty();
    }
}
