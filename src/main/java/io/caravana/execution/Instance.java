package io.caravana.execution;

import jakarta.annotation.PreDestroy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * This process, as the database sees it: a key with a time until which it counts as alive, which is put off again and
 * again, and an advisory lock that is held, on a connection of its own, as long as the process lives. A process whose
 * time is over or whose lock is free is gone for the others.
 */
@Component
final class Instance {

    private static final Logger LOG = LoggerFactory.getLogger(Instance.class);
    private static final int SIGNS_IN_TIME = 3;
    // asked for once: the answer may come from a name server
    static final String HOSTNAME = hostname();

    private final DataSource dataSource;
    private final Duration alive;
    private final ScheduledExecutorService heart =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "heartbeat"));
    private long key = ThreadLocalRandom.current().nextLong();
    private Connection connection;
    private boolean isBeating;

    Instance(DataSource dataSource, @Value("${caravana.alive}") Duration alive) {
        this.dataSource = dataSource;
        this.alive = alive;
    }

    private static Thread daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** The key, shown as alive now. */
    synchronized long key() {
        try {
            if (connection == null || !connection.isValid(5)) {
                appear();
            }
            if (!isBeating) {
                var pause = alive.toMillis() / SIGNS_IN_TIME;
                heart.scheduleWithFixedDelay(this::beat, pause, pause, TimeUnit.MILLISECONDS);
                isBeating = true;
            }
            return key;
        } catch (SQLException e) {
            throw new IllegalStateException("the database does not take note of this process", e);
        }
    }

    /** The key, without a look at whether the database still has it as alive: the heartbeat sees to that. */
    synchronized long keyAsKnown() {
        return key;
    }

    private void appear() throws SQLException {
        if (connection != null) {
            connection.close();
        }
        connection = dataSource.getConnection();
        try (var lock = connection.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
            lock.setLong(1, key);
            lock.execute();
        }
        try (var show = connection.prepareStatement("""
                INSERT INTO caravana.instance (key, hostname, alive_until)
                VALUES (?, ?, clock_timestamp() + make_interval(secs => ?))
                ON CONFLICT (key) DO UPDATE SET alive_until = EXCLUDED.alive_until""")) {
            show.setLong(1, key);
            show.setString(2, HOSTNAME);
            show.setDouble(3, alive.toMillis() / 1_000.0);
            show.execute();
        }
    }

    private synchronized void beat() {
        try (var sign = connection.prepareStatement(
                "UPDATE caravana.instance SET alive_until = clock_timestamp() + make_interval(secs => ?) WHERE key = ?")) {
            sign.setDouble(1, alive.toMillis() / 1_000.0);
            sign.setLong(2, key);
            if (sign.executeUpdate() == 0) {
                LOG.error("This process did not show for {}: its loads were given to others and end in error", alive);
                key = ThreadLocalRandom.current().nextLong();
                appear();
            }
        } catch (SQLException e) {
            LOG.warn("The database cannot be told that this process is alive: {}", Failures.explain(e));
            reconnect();
        }
    }

    private void reconnect() {
        try {
            appear();
        } catch (SQLException e) {
            LOG.debug("Not yet: {}", Failures.explain(e));
        }
    }

    @PreDestroy
    void close() {
        // it may be waiting for a database that is gone, and would keep this from ending
        heart.shutdownNow();
        disappear();
    }

    private synchronized void disappear() {
        if (connection == null) {
            return;
        }
        try (var closing = connection;
                var statement = closing.createStatement()) {
            if (closing.isValid(1)) {
                statement.execute("SELECT pg_advisory_unlock_all()");
            }
        } catch (SQLException e) {
            LOG.debug("The connection that held this process's lock was gone already: {}", Failures.explain(e));
        } finally {
            connection = null;
        }
    }

    private static String hostname() {
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
