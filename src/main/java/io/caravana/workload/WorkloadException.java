package io.caravana.workload;

import java.io.IOException;

/** The engine has not answered as it should; the message says what to do about it. It is expected to pass. */
public final class WorkloadException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    WorkloadException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The status of the answer; 0 where none came. */
    public int status() {
        return status;
    }
}
