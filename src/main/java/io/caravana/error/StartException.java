package io.caravana.error;

/** Caravana cannot start; the message says what is wrong, and the action what its reader can do about it. */
public class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String action;

    public StartException(String description, String action) {
        this(description, action, null);
    }

    public StartException(String description, String action, Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    public String action() {
        return action;
    }
}
