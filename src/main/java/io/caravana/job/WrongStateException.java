package io.caravana.job;

/** What is asked for an execution does not go with its state. */
public final class WrongStateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongStateException(String words) {
        super(words);
    }
}
