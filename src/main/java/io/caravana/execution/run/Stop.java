package io.caravana.execution.run;

/** Whether an execution is to end before it is done. Safe for several threads. */
public final class Stop {

    private volatile StoppedException.Why why;

    /** Lets the execution end after the pages that are under way; the first reason counts. */
    synchronized void because(StoppedException.Why reason) {
        if (why == null) {
            why = reason;
        }
    }

    public boolean isAsked() {
        return why != null;
    }

    /** The state in which a load ends that is stopped. */
    String state() {
        return why.state();
    }

    void check() {
        if (why != null) {
            throw new StoppedException(why);
        }
    }
}
