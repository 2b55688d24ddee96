package io.caravana.replica;

import io.caravana.error.Patient;

/** Others use a replica table that has to be altered. They will end, so this is tried again for as long as anything is. */
final class TableInUseException extends RuntimeException implements Patient {
    private static final long serialVersionUID = 1L;

    TableInUseException(String table, Throwable cause) {
        super(
                "%s has to be altered, and others use it: a long query, or a transaction that was left open"
                        .formatted(table),
                cause);
    }

    @Override
    public int furtherAttempts() {
        return Integer.MAX_VALUE / 2;
    }
}
