package io.caravana.workload;

import java.io.IOException;

/** The engine has not answered as it should; the message says what to do about it. It is expected to pass. */
public final class WorkloadException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final boolean isSaidByEngine;

    WorkloadException(int status, String message) {
        this(status, false, message);
    }

    WorkloadException(int status, boolean isSaidByEngine, String message) {
        super(message);
        this.status = status;
        this.isSaidByEngine = isSaidByEngine;
    }

    /** Whether the answer has a code of the engine: it works, and has refused. */
    boolean isSaidByEngine() {
        return isSaidByEngine;
    }

    /** The status of the answer; 0 where none came. */
    public int status() {
        return status;
    }
}
