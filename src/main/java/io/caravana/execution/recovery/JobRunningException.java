package io.caravana.execution.recovery;

/** A job was started that is running already. */
public final class JobRunningException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String executionId;

    public JobRunningException(String job, String executionId, Throwable cause) {
        super("the job '%s' is running already, as execution %s".formatted(job, executionId), cause);
        this.executionId = executionId;
    }

    /** The execution that runs. */
    public String executionId() {
        return executionId;
    }
}
