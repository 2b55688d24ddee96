package io.caravana.servicenow;

import java.time.Duration;

/**
 * A request to ServiceNow that gave no usable answer. The message names the table, the page and the query, says what
 * ServiceNow answered in its own words, and what to do.
 */
public abstract sealed class ServiceNowException extends RuntimeException {

    ServiceNowException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The same request may well succeed later. */
    public static final class Retryable extends ServiceNowException {
        private final Duration retryAfter;

        Retryable(String message, Duration retryAfter, Throwable cause) {
            super(message, cause);
            this.retryAfter = retryAfter;
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
