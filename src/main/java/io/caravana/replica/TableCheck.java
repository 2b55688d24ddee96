package io.caravana.replica;

import io.caravana.catalog.Table;
import io.caravana.servicenow.SourceTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What stands in the way of a replica table: something of its name that Caravana has not made, or more columns than a table
 * may have. Looks, and changes nothing.
 */
@Component
public final class TableCheck {

    /**
     * PostgreSQL allows 1,600, those once dropped among them; a history has two more than its table.
     *
     * @see <a href="https://www.postgresql.org/docs/17/limits.html">PostgreSQL's limits</a>
     */
    private static final int MOST_COLUMNS = 1_598;

    private static final Map<String, String> KINDS = Map.of(
            "v", "a view",
            "m", "a materialized view",
            "f", "a foreign table",
            "p", "a partitioned table",
            "S", "a sequence",
            "i", "an index",
            "c", "a type");

    private static final String RELATION = """
            SELECT CAST(relkind AS text) AS kind, relnatts AS columns, pg_get_userbyid(relowner) AS owner,
              pg_has_role(relowner, 'USAGE') AS is_ours, quote_ident(current_user) AS user,
              (SELECT quote_ident(conname) FROM pg_constraint WHERE conrelid = t.oid AND contype = 'p') AS primary,
              EXISTS (SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
                WHERE indrelid = t.oid AND attname = 'sys_id' AND indnkeyatts = 1 AND indisunique AND indimmediate
                  AND indisvalid AND indpred IS NULL) AS has_key
            FROM pg_class AS t WHERE oid = to_regclass(?)""";

    private static final String COLUMNS = """
            SELECT attname, format_type(atttypid, NULL) AS type, attgenerated <> '' OR attidentity = 'a' AS is_calculated,
              attnotnull AND NOT atthasdef AND attidentity = '' AS is_required,
              EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY(indkey)) AS in_primary
            FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped ORDER BY attnum""";

    private final JdbcClient jdbc;

    TableCheck(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Makes sure that a table can be loaded into its replica, as far as that can be seen beforehand.
     *
     * @param source what is known of it in ServiceNow
     * @throws ReplicaException if it cannot; the message has the statement that would help
     */
    public void require(Table table, SourceTable source) {
        require(new ReplicaTable(table.target(), Map.of()), ReplicaTable.wanted(table, source));
    }

    void require(ReplicaTable table, Map<String, ColumnType> wanted) {
        var found = jdbc.sql(RELATION)
                .param(table.qualified())
                .query(Relation.class)
                .optional();
        if (found.isEmpty()) {
            requireRoom(table, wanted.size() + ReplicaTable.OWN.size());
            return;
        }
        var relation = found.get();
        requireOrdinary(table, relation);
        var columns = columns(table);
        requireFitting(table, relation, columns, wanted);
        requireRoom(
                table,
                relation.columns
                        + wanted.keySet().stream()
                                .filter(column -> !columns.containsKey(column))
                                .count());
    }

    /** Makes sure that more columns can be added to a table that exists. */
    void requireRoomFor(ReplicaTable table, int more) {
        var has = jdbc.sql(RELATION)
                .param(table.qualified())
                .query(Relation.class)
                .single()
                .columns;
        requireRoom(table, has + more);
    }

    private static void requireRoom(ReplicaTable table, long columns) {
        if (columns > MOST_COLUMNS) {
            throw new ReplicaException(
                    "%s: %,d columns are needed, and PostgreSQL has room for %,d, those once dropped among them. Set 'display-values: none' for the table in tables.yaml, or list the fields to carry in 'fields'"
                            .formatted(table.qualified(), columns, MOST_COLUMNS));
        }
    }

    private static void requireOrdinary(ReplicaTable table, Relation relation) {
        var name = table.qualified();
        if (!relation.kind.equals("r")) {
            throw new ReplicaException(
                    "%s exists and is %s. Give the table another 'target' in tables.yaml, or run: ALTER TABLE %s RENAME TO …"
                            .formatted(name, KINDS.getOrDefault(relation.kind, "no table"), name));
        }
        if (!relation.isOurs) {
            throw new ReplicaException(
                    "%s exists and belongs to %s: only its owner can add a column. Use that database user, or run: ALTER TABLE %s OWNER TO %s"
                            .formatted(name, relation.owner, name, relation.user));
        }
    }

    private static void requireFitting(
            ReplicaTable table, Relation relation, Map<String, Column> columns, Map<String, ColumnType> wanted) {
        var types = new LinkedHashMap<>(ReplicaTable.OWN);
        types.putAll(wanted);
        var faults = new ArrayList<String>();
        var mends = new LinkedHashSet<String>();
        var missing = Stream.concat(Stream.of(ReplicaTable.KEY), ReplicaTable.OWN.keySet().stream())
                .filter(column -> !columns.containsKey(column))
                .toList();
        if (!missing.isEmpty()) {
            faults.add("it has no column " + String.join(", ", missing));
            missing.forEach(column -> mends.add("ADD COLUMN " + ReplicaTable.definition(column, types.get(column))));
        }
        var primary = relation.primary;
        for (var column : columns.values()) {
            var name = Identifiers.anyQuoted(column.attname);
            var type = types.get(column.attname);
            if (type == null && column.isRequired) {
                faults.add(column.attname + " must not be empty, and no record brings it");
                if (column.inPrimary && primary != null) {
                    mends.add("DROP CONSTRAINT " + primary);
                    primary = null;
                }
                mends.add("ALTER COLUMN %s DROP NOT NULL".formatted(name));
            } else if (type != null && column.isCalculated) {
                faults.add(column.attname + " is calculated by PostgreSQL");
                mends.add("DROP COLUMN " + name);
            } else if (type != null && !column.canBe(type)) {
                faults.add("%s is %s and not %s".formatted(column.attname, column.type, type.sql()));
                mends.add("ALTER COLUMN %s TYPE %s USING CAST(%s AS %s)".formatted(name, type.sql(), name, type.sql()));
            }
        }
        if (!relation.hasKey) {
            faults.add("sys_id is no key");
            mends.add(primary == null ? "ADD PRIMARY KEY (sys_id)" : "ADD UNIQUE (sys_id)");
        }
        if (!faults.isEmpty()) {
            throw new ReplicaException(
                    "%s exists and cannot be the replica table: %s. Nothing was changed. If it is to become the replica, run: ALTER TABLE %s %s; else give the table another 'target' in tables.yaml"
                            .formatted(
                                    table.qualified(),
                                    String.join(", ", faults),
                                    table.qualified(),
                                    String.join(", ", mends)));
        }
    }

    private Map<String, Column> columns(ReplicaTable table) {
        var columns = new LinkedHashMap<String, Column>();
        jdbc.sql(COLUMNS)
                .param(table.qualified())
                .query(Column.class)
                .list()
                .forEach(column -> columns.put(column.attname, column));
        return columns;
    }

    /** What has the name; {@code primary} is null where there is no primary key. */
    private record Relation(
            String kind, int columns, String owner, boolean isOurs, String user, String primary, boolean hasKey) {}

    private record Column(String attname, String type, boolean isCalculated, boolean isRequired, boolean inPrimary) {

        /** A column of another type stays as it is if values can be written to it; the key and ours are what they are. */
        boolean canBe(ColumnType wanted) {
            return attname.equals(ReplicaTable.KEY)
                            || attname.equals(ReplicaTable.FINGERPRINT)
                            || ReplicaTable.OWN.containsKey(attname)
                    ? wanted.sql().equals(type)
                    : ColumnType.ofSql(type).isPresent();
        }
    }
}
