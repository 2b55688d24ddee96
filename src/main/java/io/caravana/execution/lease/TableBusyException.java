package io.caravana.execution.lease;

import io.caravana.error.Patient;

/** Another execution writes to the table. It will end, so this is tried again until it has. */
public final class TableBusyException extends RuntimeException implements Patient {
    private static final long serialVersionUID = 1L;

    TableBusyException(String table, String holder) {
        super("%s is being loaded by %s; this load waits for it to end".formatted(table, holder));
    }

    @Override
    public int extraAttempts() {
        return UNTIL_IT_PASSES;
    }
}
