package io.caravana.error;

/** A failure that may pass. */
public interface Patient {

    /** Without end: what is waited for comes. */
    int UNTIL_IT_PASSES = Integer.MAX_VALUE / 2;

    /** Tries beyond the configured ones: where each asks for less than the one before, or somebody has said to wait. */
    default int extraAttempts() {
        return 0;
    }
}
