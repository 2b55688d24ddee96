package io.caravana.execution;

import com.zaxxer.hikari.HikariDataSource;
import io.caravana.error.Failures;
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
    private volatile long key = ThreadLocalRandom.current().nextLong();
    private Connection connection;
    private volatile boolean isBeating;

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
    long keyAsKnown() {
        return key;
    }

    /** Whether the database has been told of this process: before, nothing can run in it. */
    boolean isKnown() {
        return isBeating;
    }

    private void appear() throws SQLException {
        evict();
        connection = dataSource.getConnection();
        try {
            takeLock();
            show();
        } catch (SQLException e) {
            evict();
            throw e;
        }
    }

    /**
     * Whoever sees the lock free takes this process for dead. PostgreSQL may keep a session for hours after its connection
     * broke; such a one of our own is ended, as the lock would be free when it ends by itself.
     */
    private void takeLock() throws SQLException {
        try (var former = connection.prepareStatement("""
                SELECT pg_terminate_backend(pid) FROM pg_locks
                WHERE locktype = 'advisory' AND objsubid = 1 AND pid <> pg_backend_pid() AND granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND (CAST(CAST(classid AS bigint) AS bit(32)) || CAST(CAST(objid AS bigint) AS bit(32)))::bit(64)::bigint = ?""");
                var wait = connection.createStatement();
                var lock = connection.prepareStatement("SELECT pg_advisory_lock(?)")) {
            former.setLong(1, key);
            former.execute();
            wait.execute("SET lock_timeout = '5s'");
            lock.setLong(1, key);
            lock.execute();
            wait.execute("RESET lock_timeout");
        }
    }

    /** The pool must not give a connection to others that may still hold the lock. */
    private void evict() throws SQLException {
        if (connection != null) {
            dataSource.unwrap(HikariDataSource.class).evictConnection(connection);
            connection = null;
        }
    }

    private void show() throws SQLException {
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
        if (connection == null) {
            reconnect();
            return;
        }
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
        try {
            evict();
        } catch (SQLException e) {
            LOG.debug("The connection that held this process's lock was gone already: {}", Failures.explain(e));
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
