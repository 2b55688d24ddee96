package io.caravana.job;

/** There is no execution with that id. */
public final class UnknownExecutionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnknownExecutionException(String id) {
        super("there is no execution '%s'".formatted(id));
    }
}
