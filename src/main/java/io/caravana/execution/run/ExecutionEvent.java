package io.caravana.execution.run;

import java.time.Instant;

/** What the routes tell the execution log, in the order in which it happened. */
public sealed interface ExecutionEvent {

    String executionId();

    /** A table load has begun. */
    record TableStarted(String executionId, String table) implements ExecutionEvent {}

    /** A table load waits until ServiceNow may be asked again. */
    record TableWaiting(String executionId, String table, Instant until) implements ExecutionEvent {}

    /** A page of a table is in the replica. */
    record PageStored(String executionId, String table, Counts counts) implements ExecutionEvent {}

    /**
     * A table load has ended.
     *
     * @param status the state that it has ended in
     * @param drift what has changed in the source's columns; null when nothing has
     * @param notes what its reader should know; null when there is nothing
     * @param error why it failed; null when it did not
     */
    record TableFinished(
            String executionId,
            String table,
            Counts counts,
            Verdict verdict,
            String status,
            String drift,
            String notes,
            String error)
            implements ExecutionEvent {}

    /** Every table load of an execution has ended. */
    record Finished(String executionId) implements ExecutionEvent {}
}
