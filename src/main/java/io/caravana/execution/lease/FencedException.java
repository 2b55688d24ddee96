package io.caravana.execution.lease;

/** This worker has lost the right to write to a table: it was taken for dead, and another one may be writing. */
public final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FencedException(String table) {
        super("lost the lease on %s: this worker missed its heartbeats, and the load was given to another"
                .formatted(table));
    }
}
