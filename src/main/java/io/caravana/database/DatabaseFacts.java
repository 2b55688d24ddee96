package io.caravana.database;

import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What the database says of itself and of what its user may do. Asks, and changes nothing. */
@Component
public final class DatabaseFacts {

    /** The oldest major version that Caravana works with. */
    public static final int OLDEST_VERSION = 14;

    private static final String OWN_SCHEMA = "caravana";

    private final JdbcClient jdbc;
    private final HikariDataSource pool;

    DatabaseFacts(HikariDataSource pool) {
        this.jdbc = JdbcClient.create(pool);
        this.pool = pool;
    }

    /** The server's major version. */
    public int version() {
        return jdbc.sql("SELECT current_setting('server_version_num')::int / 10000")
                .query(Integer.class)
                .single();
    }

    /** The characters that a text in the database can have: UTF8, which has all, or an encoding with fewer. */
    public String encoding() {
        return jdbc.sql("SELECT current_setting('server_encoding')")
                .query(String.class)
                .single();
    }

    /** The JDBC URL without its parameters, which can hold a password. */
    public String url() {
        return pool.getJdbcUrl().replaceFirst("[?].*", "");
    }

    /** Who Caravana is to the database. */
    public String user() {
        return jdbc.sql("SELECT current_user").query(String.class).single();
    }

    /**
     * What the user lacks to create Caravana's own tables and the replica's: statements for somebody who may grant it.
     *
     * @param replicaSchema the schema of the replica tables
     */
    public List<String> missingGrants(String replicaSchema) {
        var grants = new ArrayList<String>();
        if (!mayCreateSchemas() && (isNew() || !exists(replicaSchema))) {
            grants.add(grant("CREATE ON DATABASE ", "current_database()"));
        }
        for (var schema : new LinkedHashSet<>(List.of(OWN_SCHEMA, replicaSchema))) {
            if (exists(schema) && !mayCreateIn(schema)) {
                grants.add(grant("USAGE, CREATE ON SCHEMA ", "'" + schema + "'"));
            }
        }
        return grants;
    }

    /**
     * The tables that are there and that the user may not write: Caravana's own, where a right is missing, and replica
     * tables that belong to somebody else, as only their owner can add a column or an index.
     */
    public List<String> foreignTables(String replicaSchema, List<String> replicaTables) {
        return jdbc.sql("""
                SELECT nspname || '.' || relname FROM pg_class AS t JOIN pg_namespace AS s ON s.oid = t.relnamespace
                WHERE relkind IN ('r', 'p') AND (
                  nspname = :own AND NOT (has_table_privilege(t.oid, 'SELECT') AND has_table_privilege(t.oid, 'INSERT')
                    AND has_table_privilege(t.oid, 'UPDATE') AND has_table_privilege(t.oid, 'DELETE'))
                  OR nspname = :replica AND relname IN (:tables) AND NOT pg_has_role(relowner, 'USAGE'))
                ORDER BY 1""")
                .param("own", OWN_SCHEMA)
                .param("replica", replicaSchema)
                .param("tables", replicaTables)
                .query(String.class)
                .list();
    }

    private String grant(String what, String on) {
        return jdbc.sql("SELECT 'GRANT %s' || quote_ident(%s) || ' TO ' || quote_ident(current_user)"
                        .formatted(what, on))
                .query(String.class)
                .single();
    }

    private boolean mayCreateSchemas() {
        return ask("SELECT has_database_privilege(current_database(), 'CREATE')");
    }

    /** CREATE SCHEMA IF NOT EXISTS, which makes Caravana's own tables, wants the right even where the schema is there. */
    private boolean isNew() {
        return ask("""
                SELECT NOT EXISTS (SELECT FROM pg_class JOIN pg_namespace AS schema ON schema.oid = relnamespace
                  WHERE nspname = ? AND relname = 'servicenow_execution_log')""", OWN_SCHEMA);
    }

    private boolean exists(String schema) {
        return ask("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = ?)", schema);
    }

    private boolean mayCreateIn(String schema) {
        return ask("SELECT has_schema_privilege(?, 'USAGE') AND has_schema_privilege(?, 'CREATE')", schema, schema);
    }

    private boolean ask(String question, String... values) {
        return jdbc.sql(question).params(List.of(values)).query(Boolean.class).single();
    }

    /**
     * The server's connections.
     *
     * @param most how many the server gives to users like this one
     * @param free how many of them nobody has
     * @param wanted how many Caravana's pool may still open
     */
    public record Slots(int most, int free, int wanted) {}

    public Slots slots() {
        var most = jdbc.sql("""
                SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                  - coalesce(current_setting('reserved_connections', true)::int, 0)""").query(Integer.class).single();
        // the list of sessions hides those of other users
        var taken = jdbc.sql("SELECT sum(numbackends)::int FROM pg_stat_database WHERE datid > 0")
                .query(Integer.class)
                .single();
        var own = pool.getHikariPoolMXBean().getTotalConnections();
        return new Slots(most, Math.max(0, most - taken), pool.getMaximumPoolSize() - own);
    }
}
