package io.caravana.action;

/** A call that did not become a run; the message says why. */
public final class ActionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Failure failure;
    private final long retryAfterSeconds;

    ActionException(Failure failure, String message) {
        this(failure, message, 0);
    }

    /** @param retryAfterSeconds when to call again; 0: that helps nothing */
    ActionException(Failure failure, String message, long retryAfterSeconds) {
        super(message);
        this.failure = failure;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    public Failure failure() {
        return failure;
    }

    public long retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
