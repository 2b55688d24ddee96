package io.caravana.execution;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Decides how long a step is tried again, and says what is about to be tried again, and why. */
@Component("retries")
public final class Retries implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);
    private static final List<Class<?>> PASSING = List.of(
            Patient.class,
            TransientDataAccessException.class,
            RecoverableDataAccessException.class,
            DataAccessResourceFailureException.class,
            TransactionException.class);
    /** Lost connections, aborted transactions, resources, locks and shutdowns, some of which Spring has no class for. */
    private static final Pattern PASSING_STATES = Pattern.compile("08...|40...|53...|55P03|57P0[123]");

    private static final String BEGAN = "retriesBegan";

    private final int attempts;
    private final Duration total;

    Retries(RetryProperties properties) {
        this.attempts = properties.attempts();
        this.total = properties.total();
    }

    /** Whether the step that failed is tried again: a number of times, and for a time in all. */
    public boolean goesOn(Exchange exchange) {
        var counter = counter(exchange);
        if (counter <= 1) {
            exchange.setProperty(BEGAN, System.nanoTime());
        }
        var failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (!mayPass(failure)) {
            return false;
        }
        var patience = patience(failure);
        var elapsed = System.nanoTime() - exchange.getProperty(BEGAN, System.nanoTime(), Long.class);
        return !isStopped(exchange)
                && counter <= attempts + patience.furtherAttempts()
                && (patience.isForAnyTime() || elapsed < total.toNanos());
    }

    /** Whether an event is written again: for as long as it takes, if what keeps it from being written may pass. */
    public boolean isWrittenAgain(Exchange exchange) {
        return mayPass(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class))
                || counter(exchange) <= attempts;
    }

    /** Whether no connection to the database could be had. */
    static boolean isDatabaseAway(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException) {
                return true;
            }
        }
        return false;
    }

    /** Whether the same step may succeed later: what says so itself, and what the database is short of for a while. */
    public static boolean mayPass(Throwable failure) {
        if (Failures.isRefusal(failure)) {
            // Spring takes a row that is too wide for a lack of resources
            return false;
        }
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (isPassing(cause)) {
                return true;
            }
        }
        return false;
    }

    /** Camel wraps what an expression throws. */
    private static Patient patience(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Patient patient) {
                return patient;
            }
        }
        return Patient.NONE;
    }

    private static boolean isPassing(Throwable cause) {
        return PASSING.stream().anyMatch(type -> type.isInstance(cause))
                || cause instanceof SQLException sql
                        && sql.getSQLState() != null
                        && PASSING_STATES.matcher(sql.getSQLState()).matches();
    }

    /** A failure that may pass; trying again may be more than mere repetition. */
    public interface Patient {

        Patient NONE = new Patient() {};

        /** Tries beyond the configured ones, as each asks for less than the one before. */
        default int furtherAttempts() {
            return 0;
        }

        /** Whether the time in all does not count, as the wait was asked for. */
        default boolean isForAnyTime() {
            return false;
        }
    }

    private static boolean isStopped(Exchange exchange) {
        var load = exchange.getProperty("load", TableLoad.class);
        return load != null && load.execution().stop().isAsked();
    }

    @Override
    public void process(Exchange exchange) {
        var failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (failure instanceof TableBusyException) {
            LOG.info("{}", Failures.explain(failure));
            return;
        }
        var load = exchange.getProperty("load", TableLoad.class);
        if (load != null) {
            load.retried();
        }
        var counter = counter(exchange);
        LOG.warn(
                "{}. Trying again, {}{}",
                Failures.explain(failure),
                counter,
                counter <= attempts ? " of " + attempts : "");
    }

    /** Says that the work of a timer was not done; its next time comes. */
    public void givenUp(Exchange exchange) {
        Failures.log(
                LOG,
                "%s: not done this time".formatted(exchange.getFromRouteId()),
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    private static int counter(Exchange exchange) {
        return exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
    }
}
