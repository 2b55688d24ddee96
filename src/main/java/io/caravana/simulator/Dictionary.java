package io.caravana.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The tables that describe all tables: sys_db_object, sys_dictionary and sys_glide_object. */
final class Dictionary {
    private static final String CREATED = "2015-01-01 00:00:00";

    private final Tables tables;

    Dictionary(Tables tables) {
        this.tables = tables;
    }

    List<Row> objects(Table made) {
        return tables.all().stream()
                .map(table -> cells(made, "sys_db_object", table.name())
                        .set("name", table.name())
                        .set("label", table.label())
                        .set("is_extendable", tables.isExtended(table))
                        .set(
                                "super_class",
                                table.superClass().isEmpty() ? "" : SysIds.of("sys_db_object", table.superClass()))
                        .row())
                .toList();
    }

    /** One entry for each table itself, and one for each column with the table that declares it. */
    List<Row> entries(Table made) {
        var rows = new ArrayList<Row>();
        for (var table : tables.all()) {
            rows.add(cells(made, "sys_dictionary", table.name())
                    .set("name", table.name())
                    .set("internal_type", "collection")
                    .set("active", true)
                    .row());
            table.columns().stream()
                    .filter(column -> column.owner().equals(table.name()))
                    .forEach(column -> rows.add(entry(made, table, column)));
        }
        return rows;
    }

    List<Row> types(Table made) {
        var names = new TreeSet<String>(List.of("collection"));
        tables.all().forEach(table -> table.columns().forEach(column -> names.add(column.internalType())));
        return names.stream()
                .map(name -> cells(made, "sys_glide_object", name)
                        .set("name", name)
                        .set("label", name.replace('_', ' '))
                        .row())
                .toList();
    }

    /** Whether the column has choices in the table, or in one that extends it. */
    private boolean isChoice(Table table, Column column) {
        return tables.family(table).stream().anyMatch(member -> Choices.has(member.name(), column.name()));
    }

    private Row entry(Table made, Table table, Column column) {
        return cells(made, "sys_dictionary", table.name(), column.name())
                .set("name", table.name())
                .set("element", column.name())
                .set("column_label", column.label())
                .set("internal_type", column.internalType())
                .set("max_length", column.maxLength())
                .set("reference", column.internalType().equals("domain_id") ? "" : column.reference())
                .set("active", true)
                .set("choice", isChoice(table, column) ? 1 : 0)
                .set("array", false)
                .set("mandatory", false)
                .set("read_only", column.name().startsWith("sys_"))
                .set("unique", column.isSysId())
                .set("display", column == table.displayColumn())
                .row();
    }

    private static Cells cells(Table made, String... words) {
        return Cells.of(made)
                .set("sys_id", SysIds.of(words))
                .created(CREATED, "system")
                .updated(CREATED, "system", 0);
    }
}
