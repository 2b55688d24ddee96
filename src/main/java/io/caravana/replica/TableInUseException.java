package io.caravana.replica;

import io.caravana.error.Patient;

/** Others use a replica table that has to be altered. They will end, so this is tried again for half an hour. */
final class TableInUseException extends RuntimeException implements Patient {
    private static final long serialVersionUID = 1L;

    /** At the longest pause between two tries, as it is by default. */
    private static final int HALF_AN_HOUR = 60;

    TableInUseException(String table, Throwable cause) {
        super(
                "%s has to be altered, and others use it: a long query, or a transaction that was left open"
                        .formatted(table),
                cause);
    }

    @Override
    public int extraAttempts() {
        return HALF_AN_HOUR;
    }
}
