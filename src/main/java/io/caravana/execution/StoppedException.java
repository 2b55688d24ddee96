package io.caravana.execution;

/** A table load was ended from outside before it was done. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why, as the state that the load ends in. */
    public enum Why {
        CANCELLED("cancelled", "it was cancelled"),
        INTERRUPTED("interrupted", "the process was stopped before the table was done");

        private final String state;
        private final String words;

        Why(String state, String words) {
            this.state = state;
            this.words = words;
        }

        /** The state that the load ends in. */
        String state() {
            return state;
        }
    }

    public StoppedException(Why why) {
        super(why.words);
    }
}
