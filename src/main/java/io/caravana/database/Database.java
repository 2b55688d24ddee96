package io.caravana.database;

import io.caravana.error.StartException;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * The PostgreSQL database in use, as it may be shown to people: nothing in here is secret.
 *
 * @param jdbcUrl the JDBC URL without its parameters, which can hold a password
 * @param username the user Caravana connects as
 * @param embedded whether the server is Caravana's own, in its data directory
 * @param psql a shell line that opens the database
 */
public record Database(String jdbcUrl, String username, boolean embedded, String psql) {

    static Database at(String url, String username, boolean embedded) {
        Properties parts = Driver.parseURL(url, new Properties());
        if (parts == null) {
            throw new StartException(
                    "caravana.database.url is not a JDBC URL of PostgreSQL.",
                    "Give DATABASE_URL the form jdbc:postgresql://host:5432/database,"
                            + " or leave it empty for the embedded PostgreSQL.");
        }
        String user = username.isBlank() ? parts.getProperty("user", "") : username;
        return new Database(url.replaceFirst("[?].*", ""), user, embedded, psql(parts, user));
    }

    private static String psql(Properties parts, String user) {
        return "psql -h %s -p %s%s -d %s"
                .formatted(
                        parts.getProperty("PGHOST"),
                        parts.getProperty("PGPORT"),
                        user.isEmpty() ? "" : " -U " + user,
                        parts.getProperty("PGDBNAME", user));
    }
}
