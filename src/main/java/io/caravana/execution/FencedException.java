package io.caravana.execution;

/** This process has lost the right to write to a table: it was taken for dead, and another one may be at it. */
public final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FencedException(String table) {
        super(
                "%s may not be written to any more: this process did not show for too long, and its loads were given to others"
                        .formatted(table));
    }
}
