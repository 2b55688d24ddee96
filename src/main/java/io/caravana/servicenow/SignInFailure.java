package io.caravana.servicenow;

import io.caravana.servicenow.ServiceNowException.Permanent;
import io.caravana.servicenow.ServiceNowException.Remedy;
import io.caravana.servicenow.ServiceNowException.Retryable;
import java.time.Duration;

/** Credentials could not be had. It knows no page yet: many tables may wait for the same credentials. */
final class SignInFailure extends RuntimeException {

    private static final int REFUSED = 401;

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

    boolean isRetryable() {
        return retryable;
    }

    /** This failure as that of the page that was to be asked for. */
    ServiceNowException at(PageRequest request) {
        var message = request.place() + ": " + getMessage();
        var remedy = retryAfter == null ? Remedy.TIME : Remedy.ASKED_WAIT;
        return retryable
                ? new Retryable(message, remedy, retryAfter, getCause())
                : new Permanent(message, REFUSED, getCause());
    }
}
