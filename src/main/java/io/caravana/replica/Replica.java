package io.caravana.replica;

import io.caravana.execution.TableLoad;
import io.caravana.servicenow.SourceTable;
import io.caravana.table.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.camel.ExchangeProperty;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The replica tables' columns: created, and extended when the source has more. Nothing is ever dropped. */
@Component("replica")
final class Replica {

    private static final Set<String> NAMES = Set.of("number", "name", "short_description");
    private static final String COLUMNS = """
            SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
            WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped ORDER BY attnum""";

    /** The dictionary has no order; people look for what names a row first. */
    private static final Comparator<String> READING_ORDER =
            Comparator.comparing((String field) -> !NAMES.contains(field)).thenComparing(Comparator.naturalOrder());

    private final JdbcClient jdbc;
    private final ReplicaProperties properties;

    Replica(JdbcClient jdbc, ReplicaProperties properties) {
        this.jdbc = jdbc;
        this.properties = properties;
    }

    /**
     * Makes the table load's replica table ready for what is known of the source.
     *
     * @throws ReplicaException if a column has a name or a type that cannot be written
     */
    public ReplicaTable prepare(
            @ExchangeProperty("load") TableLoad load, @ExchangeProperty("source") SourceTable source) {
        var table = load.table();
        var replica = new ReplicaTable(properties.schema(), table.target(), Map.of());
        var wanted = wanted(table, source);
        jdbc.sql(replica.createTable(wanted)).update();
        replica = extend(replica, wanted);
        if (table.hasWindow()) {
            jdbc.sql(replica.createIndex(table.windowColumn())).update();
        }
        return replica;
    }

    /** The table with those columns, the missing ones added; columns that exist keep the type they have. */
    ReplicaTable extend(ReplicaTable table, Map<String, ColumnType> wanted) {
        var existing = existing(table, wanted);
        var missing = new LinkedHashMap<>(wanted);
        missing.keySet().removeAll(existing.keySet());
        if (!missing.isEmpty()) {
            jdbc.sql(table.addColumns(missing)).update();
        }
        existing.putAll(missing);
        return new ReplicaTable(table.schema(), table.name(), existing);
    }

    private Map<String, ColumnType> existing(ReplicaTable table, Map<String, ColumnType> wanted) {
        var existing = new LinkedHashMap<String, ColumnType>();
        jdbc.sql(COLUMNS).param(table.qualified()).query(rows -> {
            var column = rows.getString(1);
            var type = ColumnType.ofSql(rows.getString(2));
            if (type.isPresent()) {
                existing.put(column, type.get());
            } else if (wanted.containsKey(column)) {
                throw new ReplicaException(
                        "column %s of %s has the type %s, which Caravana does not write. Change it to one of docs/tables.md, or rename it"
                                .formatted(column, table.qualified(), rows.getString(2)));
            }
        });
        ReplicaTable.OWN.forEach(existing::remove);
        return existing;
    }

    private static Map<String, ColumnType> wanted(Table table, SourceTable source) {
        var known = source.byName();
        var fields = new ArrayList<>(table.carried(known.keySet()));
        if (table.fields().isEmpty()) {
            fields.sort(READING_ORDER);
        }
        var wanted = new LinkedHashMap<String, ColumnType>();
        wanted.put(ReplicaTable.KEY, ColumnType.TEXT);
        for (var field : fields) {
            if (field.equals(ReplicaTable.KEY)) {
                continue;
            }
            var column = known.get(field);
            add(wanted, field, column == null ? ColumnType.TEXT : ColumnType.of(column.type()));
            if (table.withDisplayValues()) {
                add(wanted, "dv_" + field, ColumnType.TEXT);
            }
        }
        return wanted;
    }

    private static void add(Map<String, ColumnType> columns, String field, ColumnType type) {
        var name = Identifiers.column(field);
        if (ReplicaTable.OWN.contains(name) || columns.putIfAbsent(name, type) != null) {
            throw new ReplicaException(
                    "the field '%s' would be written to the column '%s', which is taken. Leave one of the two out of 'fields' in tables.yaml"
                            .formatted(field, name));
        }
    }
}
