package io.caravana.database;

/** The database cannot be used; says what is wrong and what its reader can do about it. */
class DatabaseStartException extends RuntimeException {

    private final String action;

    DatabaseStartException(String description, String action) {
        this(description, action, null);
    }

    DatabaseStartException(String description, String action, Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    String action() {
        return action;
    }
}
