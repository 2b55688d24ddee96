package io.caravana.simulator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All tables of the instance, and who extends whom. */
final class Tables {
    private final Map<String, Table> tables = new LinkedHashMap<>();
    private final Map<String, List<Table>> children = new LinkedHashMap<>();

    void add(Table table) {
        tables.put(table.name(), table);
        if (!table.superClass().isEmpty()) {
            children.computeIfAbsent(table.superClass(), name -> new ArrayList<>())
                    .add(table);
        }
    }

    /** The table of that name, or null. */
    Table get(String name) {
        return tables.get(name);
    }

    Collection<Table> all() {
        return tables.values();
    }

    boolean isExtended(Table table) {
        return children.containsKey(table.name());
    }

    /** The table and everything that extends it, however far. */
    List<Table> family(Table table) {
        var family = new ArrayList<Table>();
        family.add(table);
        for (var i = 0; i < family.size(); i++) {
            family.addAll(children.getOrDefault(family.get(i).name(), List.of()));
        }
        return family;
    }

    /** The record a reference points to, in the table or one that extends it; null when it dangles. */
    Row find(String table, String sysId) {
        var base = tables.get(table);
        if (base == null || sysId.isEmpty()) {
            return null;
        }
        for (var member : family(base)) {
            var row = member.get(sysId);
            if (row != null) {
                return row;
            }
        }
        return null;
    }

    /** The record a reference column's value points to; null when it dangles. */
    Row follow(Column column, String value) {
        if (value.isEmpty()) {
            return null;
        }
        return column.pointsByName() ? findByName(column.reference(), value) : find(column.reference(), value);
    }

    private Row findByName(String table, String name) {
        var target = tables.get(table);
        if (target == null) {
            return null;
        }
        return target.get(SysIds.of(table, name));
    }

    /** What a reference to the record shows; the sys_id when its table has no column for that. */
    static String display(Row row) {
        var column = row.table().displayColumn();
        return column == null ? row.sysId() : row.get(column.position());
    }
}
