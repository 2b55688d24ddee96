package io.caravana.error;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/** Tells failures that may pass from those that last. */
public final class Passing {

    private static final List<Class<?>> PASSING = List.of(
            Patient.class,
            TransientDataAccessException.class,
            RecoverableDataAccessException.class,
            DataAccessResourceFailureException.class,
            TransactionException.class);
    /** Lost connections, aborted and idle transactions, resources, locks and shutdowns, some of which Spring has no class for. */
    private static final Pattern PASSING_STATES = Pattern.compile("08...|25P03|40...|53...|55P03|57P0[123]");

    private static final String LOCK_TIMEOUT = "55P03";

    private Passing() {}

    /** Whether the database waited in vain for a lock that others hold, which Spring has no class for. */
    public static boolean isLockedOut(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && LOCK_TIMEOUT.equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    /** Whether no connection to the database could be had. */
    public static boolean isDatabaseAway(Throwable failure) {
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

    /** The tries beyond the configured ones that a failure asks for, whatever it is wrapped in. */
    public static int extraAttempts(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Patient patient) {
                return patient.extraAttempts();
            }
        }
        return 0;
    }

    private static boolean isPassing(Throwable cause) {
        return PASSING.stream().anyMatch(type -> type.isInstance(cause))
                || cause instanceof SQLException sql
                        && sql.getSQLState() != null
                        && PASSING_STATES.matcher(sql.getSQLState()).matches();
    }
}
