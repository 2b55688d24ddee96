package io.caravana.change;

import com.zaxxer.hikari.HikariDataSource;
import io.caravana.change.ConsumerGroups.Outlook;
import io.caravana.error.Failures;
import io.caravana.error.Passing;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.stereotype.Component;
import org.springframework.web.context.WebApplicationContext;

/**
 * Tells those who follow the change log what there is to do: when PostgreSQL notifies of a change, when a delivery is due, and every
 * few seconds, as a notification is lost with its connection. It takes one connection of a server, once somebody follows; commands
 * such as {@code load} follow nothing.
 */
@Component
class ChangeListener implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeListener.class);

    /** An event that waits for the end of an earlier transaction is looked for often at first. */
    private static final Duration SHORTEST = Duration.ofMillis(20);

    /** A group that stays ready has a worker already, or an event that waits for another one of its record. */
    private static final Duration READY = Duration.ofMillis(500);

    private static final int SECONDS_TO_ANSWER = 5;

    /** Somebody who follows the change log. Called by one thread, which must not wait. */
    interface Follower {
        void look(Outlook outlook);
    }

    private final HikariDataSource pool;
    private final ConsumerGroups groups;
    private final ChangeProperties properties;
    private final boolean isServer;
    private final List<Follower> followers = new CopyOnWriteArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private Thread thread;
    private volatile Connection connection;
    private boolean isWorking = true;

    ChangeListener(
            HikariDataSource pool, ConsumerGroups groups, ChangeProperties properties, ApplicationContext context) {
        this.pool = pool;
        this.groups = groups;
        this.properties = properties;
        this.isServer = context instanceof WebApplicationContext;
    }

    synchronized void add(Follower follower) {
        followers.add(follower);
        if (thread == null && isServer) {
            thread = new Thread(this::listen, "change-listener");
            thread.setDaemon(true);
            thread.start();
        }
    }

    void remove(Follower follower) {
        followers.remove(follower);
    }

    private void listen() {
        while (stopped.getCount() > 0) {
            try {
                connect();
                follow();
            } catch (SQLException | RuntimeException e) {
                if (stopped.getCount() > 0) {
                    say(e);
                }
            } finally {
                disconnect();
            }
            pause();
        }
    }

    private void say(Exception failure) {
        if (isWorking && Passing.mayPass(failure)) {
            LOG.info("Cannot listen for changes, and retries every second: {}", Failures.explain(failure));
        } else if (isWorking) {
            Failures.log(LOG, "Cannot listen for changes, and retries every second", failure);
        }
        isWorking = false;
    }

    private void connect() throws SQLException {
        connection = pool.getConnection();
        try (var listen = connection.createStatement()) {
            listen.execute("LISTEN caravana_changes");
        }
    }

    private void follow() throws SQLException {
        var notifications = connection.unwrap(PGConnection.class);
        var settling = SHORTEST;
        while (stopped.getCount() > 0) {
            var outlook = groups.look();
            followers.forEach(follower -> follower.look(outlook));
            isWorking = true;
            var heard = notifications.getNotifications(
                    (int) pause(outlook, settling).toMillis());
            var isQuiet = heard == null || heard.length == 0;
            settling = isQuiet && outlook.unsettled() ? settling.multipliedBy(2) : SHORTEST;
            if (isQuiet && !outlook.unsettled() && !connection.isValid(SECONDS_TO_ANSWER)) {
                throw new SQLException("the connection is gone");
            }
        }
    }

    private Duration pause(Outlook outlook, Duration settling) {
        var pause = properties.poll();
        if (outlook.unsettled()) {
            pause = shorter(pause, shorter(settling, READY));
        }
        if (!outlook.ready().isEmpty()) {
            pause = shorter(pause, READY);
        }
        if (outlook.nextDue() != null) {
            pause = shorter(pause, outlook.nextDue());
        }
        // 0 would wait for ever
        return pause.toMillis() < 1 ? Duration.ofMillis(1) : pause;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Ends the session: the pool must not give a connection that listens to others. */
    private void disconnect() {
        var listening = connection;
        if (listening != null) {
            connection = null;
            pool.evictConnection(listening);
        }
    }

    private void pause() {
        try {
            stopped.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped.countDown();
        }
    }

    @Override
    public void destroy() {
        stopped.countDown();
        var listening = connection;
        if (listening != null) {
            try {
                // the thread waits for a notification, which an interrupt does not end
                listening.unwrap(Connection.class).abort(Runnable::run);
            } catch (SQLException e) {
                LOG.debug("The connection that listens for changes was closed already", e);
            }
        }
    }
}
