package io.caravana.execution;

import jakarta.annotation.PreDestroy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * This process, as the database sees it: a key whose advisory lock is held, on a connection of its own, as long as the
 * process lives. Another process that gets the lock of a running execution knows that its process is gone.
 */
@Component
final class Instance {

    private static final Logger LOG = LoggerFactory.getLogger(Instance.class);

    private final DataSource dataSource;
    private final long key = ThreadLocalRandom.current().nextLong();
    private Connection connection;

    Instance(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** The key, with its lock held now. */
    synchronized long key() {
        try {
            if (connection == null || !connection.isValid(5)) {
                close();
                connection = dataSource.getConnection();
                try (var statement = connection.prepareStatement("SELECT pg_advisory_lock(?)")) {
                    statement.setLong(1, key);
                    statement.execute();
                }
            }
            return key;
        } catch (SQLException e) {
            throw new IllegalStateException("the database gives no lock to this process", e);
        }
    }

    @PreDestroy
    synchronized void close() {
        if (connection == null) {
            return;
        }
        try (var closing = connection;
                var statement = closing.createStatement()) {
            if (closing.isValid(1)) {
                statement.execute("SELECT pg_advisory_unlock_all()");
            }
        } catch (SQLException e) {
            LOG.debug("The connection that held this process's lock was gone already", e);
        } finally {
            connection = null;
        }
    }

    static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "unknown";
        }
    }

    static String username() {
        return System.getProperty("user.name", "unknown");
    }
}
