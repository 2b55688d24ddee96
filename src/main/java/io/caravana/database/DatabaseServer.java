package io.caravana.database;

import io.caravana.error.StartException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** The server behind the connection pool, from before the first connection until after the last one. */
interface DatabaseServer extends AutoCloseable {

    /** Where it is. */
    Database database();

    @Override
    void close();

    /** A server that somebody else runs. */
    record External(Database database) implements DatabaseServer {

        /**
         * Connects once, as a pool would try for long and then fail with a page of stack trace.
         *
         * @throws StartException when it cannot be reached or is too old
         */
        static External reach(DatabaseProperties properties) {
            var database = Database.at(properties.url(), properties.username(), false);
            try (var connection = connect(properties)) {
                int version = connection.getMetaData().getDatabaseMajorVersion();
                if (version < DatabaseFacts.OLDEST_VERSION) {
                    throw new StartException(
                            database.jdbcUrl() + " is a PostgreSQL " + version + ".",
                            "Use a PostgreSQL " + DatabaseFacts.OLDEST_VERSION + " or newer.");
                }
                return new External(database);
            } catch (SQLException e) {
                throw new StartException(
                        database.jdbcUrl() + " does not let Caravana in: " + e.getMessage(),
                        "Check DATABASE_URL, DATABASE_USERNAME and DATABASE_PASSWORD, and that the server runs;"
                                + " or leave DATABASE_URL empty for the embedded PostgreSQL.",
                        e);
            }
        }

        private static Connection connect(DatabaseProperties properties) throws SQLException {
            var credentials = new Properties();
            if (!properties.username().isBlank()) {
                credentials.setProperty("user", properties.username());
                credentials.setProperty("password", properties.password());
            }
            return DriverManager.getConnection(properties.url(), credentials);
        }

        @Override
        public void close() {
            // not ours to stop
        }
    }
}
