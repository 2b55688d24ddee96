package io.caravana.replica;

/** A replica table that cannot take what is to be written. The message says why and what to do. */
final class ReplicaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReplicaException(String message) {
        super(message);
    }
}
