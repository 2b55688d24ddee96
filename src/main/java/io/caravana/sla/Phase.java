package io.caravana.sla;

/** What a ticket's state means for the time that was promised. */
enum Phase {
    /** Nobody has answered yet; time runs. */
    NEW,
    /** Somebody works on it; time runs. */
    OPEN,
    /** Somebody else is waited for. */
    PAUSED,
    ENDED,
    CANCELLED;

    boolean runs() {
        return this == NEW || this == OPEN;
    }

    boolean isOver() {
        return this == ENDED || this == CANCELLED;
    }
}
