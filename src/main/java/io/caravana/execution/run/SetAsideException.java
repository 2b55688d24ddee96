package io.caravana.execution.run;

/** A table is left out this time, as it could not be read the last times. */
public final class SetAsideException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SetAsideException(String message) {
        super(message);
    }
}
