package io.caravana.execution.log;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;

/**
 * An execution as people and programs see it.
 *
 * @param executionType the job
 * @param syncMode what it reads of its tables, a {@link io.caravana.catalog.SyncMode}; null in one of an earlier version
 * @param status {@code running}, {@code cancelling} while it runs and is to end, {@code success}, {@code error}, {@code cancelled} or {@code interrupted}
 * @param timeZone in which the days of its period begin and end; null without a period
 * @param endedAt null while it runs
 * @param durationSeconds so far, while it runs
 * @param errorMessage a line for each table that failed, and why
 * @param tables null in a list of executions
 */
public record ExecutionView(
        String executionId,
        String executionType,
        String syncMode,
        String status,
        LocalDate startDate,
        LocalDate endDate,
        String timeZone,
        OffsetDateTime startedAt,
        OffsetDateTime endedAt,
        BigDecimal durationSeconds,
        String errorMessage,
        String hostname,
        String username,
        List<TableLoadView> tables) {

    ExecutionView with(List<TableLoadView> loads) {
        return new ExecutionView(
                executionId,
                executionType,
                syncMode,
                status,
                startDate,
                endDate,
                timeZone,
                startedAt,
                endedAt,
                durationSeconds,
                errorMessage,
                hostname,
                username,
                loads);
    }

    /** Whether it has ended. */
    public boolean hasEnded() {
        return !status.equals("running") && !status.equals("cancelling");
    }
}
