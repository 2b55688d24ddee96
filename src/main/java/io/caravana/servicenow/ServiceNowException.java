package io.caravana.servicenow;

import io.caravana.error.Patient;
import java.time.Duration;

/**
 * A request to ServiceNow that gave no usable answer. The message names the table, the page and the query, says what
 * ServiceNow answered in its own words, and what to do.
 */
public abstract sealed class ServiceNowException extends RuntimeException {

    ServiceNowException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A failure that time will mend. */
    public static ServiceNowException later(String message) {
        return new Retryable(message, Remedy.TIME, null, null);
    }

    /** What may help a request that failed. */
    public enum Remedy {
        /** Time: the instance is down, or in the way of itself. */
        TIME,
        /** Fewer rows: the answer began, and broke off. */
        SMALLER_PAGE,
        /** Time, and fewer rows: the answer did not come in time, which may have either reason. */
        TIME_AND_SMALLER_PAGE,
        /** A request without its list of fields. */
        SHORTER_REQUEST,
        /** Fewer requests at once. */
        FEWER_AT_ONCE,
        /** The wait that ServiceNow has asked for. */
        ASKED_WAIT,
        /** The credentials that have been renewed. */
        NEW_CREDENTIALS
    }

    /** The same request may well succeed later. */
    public static final class Retryable extends ServiceNowException implements Patient {
        /** From the largest page down to a row, and to its key. */
        private static final int STEPS_DOWN = 10;

        private final Remedy remedy;
        private final Duration retryAfter;

        public Retryable(String message, Remedy remedy, Duration retryAfter, Throwable cause) {
            super(message, cause);
            this.remedy = remedy;
            this.retryAfter = retryAfter;
        }

        /** What may help. */
        public Remedy remedy() {
            return remedy;
        }

        /** Whether it was this request that went wrong, and not too many of them. */
        public boolean isAboutTheAnswer() {
            return remedy == Remedy.TIME || remedy == Remedy.SMALLER_PAGE || remedy == Remedy.TIME_AND_SMALLER_PAGE;
        }

        @Override
        public int extraAttempts() {
            return switch (remedy) {
                case ASKED_WAIT -> UNTIL_IT_PASSES;
                case SMALLER_PAGE, TIME_AND_SMALLER_PAGE -> STEPS_DOWN;
                default -> 0;
            };
        }

        /** How long ServiceNow asked to wait before the next try; null when it said nothing. */
        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /** The same request would fail again: a person has to change something. */
    public static final class Permanent extends ServiceNowException {
        private final int status;

        Permanent(String message, Throwable cause) {
            this(message, 0, cause);
        }

        Permanent(String message, int status, Throwable cause) {
            super(message, cause);
            this.status = status;
        }

        /** Whether the account itself was refused, and not only what it asked for. */
        public boolean isSignInRefused() {
            return status == 401;
        }
    }
}
