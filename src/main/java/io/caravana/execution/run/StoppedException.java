package io.caravana.execution.run;

/** A table load was stopped from outside before it was done. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why, and the state in which the load ends. */
    public enum Why {
        CANCELLED("cancelled", "it was cancelled"),
        INTERRUPTED("interrupted", "the process was stopped before the table was done");

        private final String state;
        private final String words;

        Why(String state, String words) {
            this.state = state;
            this.words = words;
        }

        public String state() {
            return state;
        }

        public String words() {
            return words;
        }
    }

    public StoppedException(Why why) {
        super(why.words);
    }
}
