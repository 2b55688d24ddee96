package io.caravana.execution.worker;

import com.zaxxer.hikari.HikariDataSource;
import io.caravana.error.Failures;
import jakarta.annotation.PreDestroy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;

/**
 * This process in {@code caravana.worker}: a row with the time until which it counts as alive, moved on by heartbeats, and with
 * the advisory lock that its database session holds. A worker whose time is over, or whose lock is free, is dead. Every session
 * takes a lock of its own: PostgreSQL may keep a session for hours after its connection broke, and free its lock only then.
 */
@Component
public class WorkerRegistration {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerRegistration.class);
    private static final int HEARTBEATS_BEFORE_TIMEOUT = 3;
    private static final int SECONDS_TO_ANSWER = 5;

    /** Asked for once: the answer may come from a name server. */
    private static final String HOSTNAME = readHostname();

    private static final String REGISTER = """
            INSERT INTO caravana.worker (key, hostname, session_lock, alive_until)
            VALUES (?, ?, ?, clock_timestamp() + make_interval(secs => ?))
            ON CONFLICT (key) DO UPDATE SET session_lock = EXCLUDED.session_lock, alive_until = EXCLUDED.alive_until""";

    private static final String HEARTBEAT = """
            UPDATE caravana.worker SET alive_until = clock_timestamp() + make_interval(secs => ?) WHERE key = ?""";

    private final HikariDataSource pool;
    private final Duration timeout;
    private final TaskScheduler scheduler;
    private volatile long key = draw();
    private volatile Future<?> heartbeats;
    private Connection session;

    WorkerRegistration(HikariDataSource pool, WorkerProperties properties, TaskScheduler scheduler) {
        this.pool = pool;
        this.timeout = properties.timeout();
        this.scheduler = scheduler;
    }

    /**
     * This worker's key, with which it is registered as alive.
     *
     * @throws DataAccessException if the database does not answer
     */
    public synchronized long key() {
        if (!isConnected()) {
            register();
        }
        return key;
    }

    /** This worker's key, without asking the database whether it still counts as alive: the heartbeats see to that. */
    public long knownKey() {
        return key;
    }

    /** Whether this worker has ever been registered; before, nothing can run in it. */
    public boolean isRegistered() {
        return heartbeats != null;
    }

    public static String hostname() {
        return HOSTNAME;
    }

    private boolean isConnected() {
        try {
            return session != null && session.isValid(SECONDS_TO_ANSWER);
        } catch (SQLException e) {
            return false;
        }
    }

    private void register() {
        unregister();
        try {
            session = pool.getConnection();
            var lock = draw();
            statement("SELECT true FROM pg_advisory_lock(?)")
                    .param(lock)
                    .query(Boolean.class)
                    .single();
            statement(REGISTER).params(key, HOSTNAME, lock, seconds()).update();
        } catch (SQLException e) {
            throw new CannotGetJdbcConnectionException("Could not register this worker", e);
        } catch (DataAccessException e) {
            unregister();
            throw e;
        }
        if (heartbeats == null) {
            var pause = timeout.dividedBy(HEARTBEATS_BEFORE_TIMEOUT);
            heartbeats = scheduler.scheduleWithFixedDelay(
                    this::heartbeat, Instant.now().plus(pause), pause);
        }
    }

    private synchronized void heartbeat() {
        try {
            if (!isConnected()) {
                register();
            } else if (statement(HEARTBEAT).params(seconds(), key).update() == 0) {
                LOG.error("This worker missed its heartbeats for {}: its loads were given to other workers", timeout);
                key = draw();
                register();
            }
        } catch (DataAccessException e) {
            LOG.warn("Could not tell the database that this worker is alive: {}", Failures.explain(e));
        }
    }

    @PreDestroy
    void close() {
        if (heartbeats != null) {
            // one that waits for a database which is gone would keep the process from ending
            heartbeats.cancel(true);
        }
        unregister();
    }

    /** Ends the session, and with it the lock: the pool must not give its connection to others. */
    private synchronized void unregister() {
        if (session != null) {
            pool.evictConnection(session);
            session = null;
        }
    }

    private JdbcClient.StatementSpec statement(String sql) {
        return JdbcClient.create(new SingleConnectionDataSource(session, true)).sql(sql);
    }

    private double seconds() {
        return timeout.toMillis() / 1_000.0;
    }

    private static long draw() {
        return ThreadLocalRandom.current().nextLong();
    }

    private static String readHostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "unknown";
        }
    }
}
