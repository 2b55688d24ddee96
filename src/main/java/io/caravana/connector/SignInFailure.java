package io.caravana.connector;

import java.time.Duration;

/** Credentials could not be had. It knows no page yet: many tables may wait for the same credentials. */
public final class SignInFailure extends RuntimeException {

    private final boolean retryable;
    private final transient Duration retryAfter;

    private SignInFailure(String message, boolean retryable, Duration retryAfter, Throwable cause) {
        super(message, cause);
        this.retryable = retryable;
        this.retryAfter = retryAfter;
    }

    static SignInFailure permanent(String message, Throwable cause) {
        return new SignInFailure(message, false, null, cause);
    }

    static SignInFailure retryable(String message, Duration retryAfter, Throwable cause) {
        return new SignInFailure(message, true, retryAfter, cause);
    }

    /** Whether asking again may help. */
    public boolean isRetryable() {
        return retryable;
    }

    /** How long the server asked to wait before the next try; null when it said nothing. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
