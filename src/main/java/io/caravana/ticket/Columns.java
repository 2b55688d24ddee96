package io.caravana.ticket;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Which tables and columns the replica has. A site loads the tables and fields that it wants. */
@Component
class Columns {

    private static final Duration FRESH = Duration.ofSeconds(10);
    private static final String ALL = """
            SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace = to_regnamespace('servicenow') AND relkind = 'r' AND attnum > 0 AND NOT attisdropped""";

    private final JdbcClient jdbc;
    private final Clock clock;
    private volatile Seen seen = new Seen(Map.of(), Instant.MIN);

    Columns(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    private record Seen(Map<String, Set<String>> columns, Instant at) {}

    boolean has(String table) {
        return now().containsKey(table);
    }

    boolean has(String table, String column) {
        return now().getOrDefault(table, Set.of()).contains(column);
    }

    /** A column of a table that the query calls {@code alias}, as that type; NULL where the table lacks it. */
    String value(String table, String alias, String column, String type) {
        return has(table, column) ? "%s.\"%s\"::%s".formatted(alias, column, type) : "NULL::" + type;
    }

    /** The name that a key has in a table of names; NULL where that table is not loaded. */
    String nameOf(String table, String key) {
        return has(table, "name")
                ? "(SELECT name FROM servicenow.\"%s\" WHERE sys_id = %s)".formatted(table, key)
                : "NULL::text";
    }

    private Map<String, Set<String>> now() {
        var last = seen;
        if (last.at.plus(FRESH).isAfter(clock.instant())) {
            return last.columns;
        }
        var found = new HashMap<String, Set<String>>();
        jdbc.sql(ALL)
                .query((row, number) -> found.computeIfAbsent(row.getString(1), table -> new HashSet<>())
                        .add(row.getString(2)))
                .list();
        seen = new Seen(found, clock.instant());
        return found;
    }
}
