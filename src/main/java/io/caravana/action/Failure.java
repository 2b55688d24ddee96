package io.caravana.action;

import java.util.Locale;

/** Why a run did not complete, or did not begin. */
public enum Failure {
    /** The code threw something. */
    USER_ERROR(500),
    /** The source is no program, or has no function Run that takes the engine. */
    COMPILE_ERROR(500),
    /** It used more processor time than it may. */
    CPU(500),
    /** It used more memory than it may. */
    MEMORY(500),
    /** It wrote more than it may. */
    OUTPUT(500),
    /** It began more processes or threads than it may. */
    PROCESSES(500),
    /** It stored more than it may. */
    DISK(500),
    /** What it returned is no answer. */
    BAD_RESULT(502),
    /** It took longer than it may. */
    TIMEOUT(408),
    /** Its code was called more often than it may. */
    RATE_LIMITED(429),
    /** Too much runs or waits already. */
    QUEUE_FULL(503),
    /** Nothing here can run its language safely. */
    SANDBOX_UNAVAILABLE(503),
    /** Somebody ended it. */
    CANCELLED(500),
    /** The worker that ran it has gone. */
    LOST(500);

    private final int status;

    Failure(int status) {
        this.status = status;
    }

    /** The HTTP status that a call is answered with. */
    public int status() {
        return status;
    }

    /** As it is stored and shown: {@code user_error}. */
    public String inWords() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Failure of(String words) {
        return valueOf(words.toUpperCase(Locale.ROOT));
    }
}
