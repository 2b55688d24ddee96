package io.caravana.replica;

/** A replica table that cannot take what is to be written. The message says why and what to do. */
public final class ReplicaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ReplicaException(String message) {
        super(message);
    }
}
