package io.caravana.error;

/** A failure that may pass; trying again may be more than mere repetition. */
public interface Patient {

    Patient NONE = new Patient() {};

    /** Tries beyond the configured ones, as each asks for less than the one before. */
    default int furtherAttempts() {
        return 0;
    }

    /** Whether the time in all does not count, as the wait was asked for. */
    default boolean isForAnyTime() {
        return false;
    }
}
