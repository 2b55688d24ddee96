package io.caravana.execution.log;

import static java.util.stream.Collectors.joining;

import io.caravana.catalog.SyncMode;
import io.caravana.error.Failures;
import io.caravana.execution.run.Count;
import io.caravana.execution.run.Counts;
import io.caravana.execution.run.ExecutionEvent;
import io.caravana.execution.run.ExecutionEvent.Finished;
import io.caravana.execution.run.ExecutionEvent.PageStored;
import io.caravana.execution.run.ExecutionEvent.TableFinished;
import io.caravana.execution.run.ExecutionEvent.TableStarted;
import io.caravana.execution.run.ExecutionEvent.TableWaiting;
import io.caravana.execution.run.RunningExecutions;
import io.caravana.execution.run.StoppedException.Why;
import io.caravana.execution.run.TableLoad;
import io.caravana.execution.worker.WorkerRegistration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Writes {@code caravana.servicenow_execution_log} and {@code caravana.table_load} from the events of the routes. */
@Component("executionLog")
public class ExecutionLog {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionLog.class);
    private static final long LOOK_EVERY_MILLIS = 2_000;
    private static final String INTERRUPTED = Why.INTERRUPTED.state();

    /** What an interrupted load needs to resume. */
    public static final List<String> NEEDED_TO_RESUME = List.of("caravana.seen_page", "caravana.checkpoint");

    private static final List<String> WORST_FIRST = List.of("cancelled", INTERRUPTED, "error");

    private static final String FINISH = """
            UPDATE caravana.servicenow_execution_log AS log SET
              status = :status, ended_at = clock_timestamp(),
              duration_seconds = extract(epoch FROM clock_timestamp() - log.started_at) - log.paused_seconds,
              total_api_requests = sums.requests, failed_api_requests = sums.failures,
              total_api_time_seconds = sums.api_seconds,
              api_success_rate = round(100.0 * (sums.requests - sums.failures) / nullif(sums.requests, 0), 2),
              total_db_transactions = sums.transactions, total_records_processed = sums.records,
              db_time_seconds = sums.db_seconds,
              json_size_kb = sums.json_bytes / 1024.0, compressed_size_kb = sums.wire_bytes / 1024.0,
              compression_ratio = round(1.0 * sums.json_bytes / nullif(sums.wire_bytes, 0), 2),
              tables_processed = sums.processed, records_by_table = sums.by_table,
              error_message = CASE WHEN sums.errors IS NOT NULL THEN concat(
                CASE WHEN :status = 'success' THEN concat(sums.processed, ' of ', sums.tables, E' tables were read\\n') END,
                sums.errors) END
            FROM (
              SELECT coalesce(sum(api_requests), 0) AS requests, coalesce(sum(api_failures), 0) AS failures,
                coalesce(sum(api_seconds), 0) AS api_seconds, coalesce(sum(db_transactions), 0) AS transactions,
                coalesce(sum(records_extracted), 0) AS records, coalesce(sum(db_seconds), 0) AS db_seconds,
                coalesce(sum(json_bytes), 0) AS json_bytes, coalesce(sum(wire_bytes), 0) AS wire_bytes,
                count(*) FILTER (WHERE status = 'success') AS processed, count(*) AS tables,
                coalesce(jsonb_object_agg(table_name, records_extracted), '{}') AS by_table,
                string_agg(table_name || ': ' || error, E'\\n' ORDER BY position) AS errors
              FROM caravana.table_load WHERE execution_id = :id
            ) AS sums
            WHERE log.execution_id = :id AND log.status = 'running'""";

    private static final String PROGRESS = """
            UPDATE caravana.table_load SET %s, waiting_until = NULL, source_count = coalesce(:expected, source_count)
            WHERE execution_id = :id AND table_name = :table""".formatted(Arrays.stream(Count.values())
            .map(count -> count.column() + " = " + count.value())
            .collect(joining(", ")));

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final WorkerRegistration worker;
    private final RunningExecutions running;
    private final SetAside setAside;

    ExecutionLog(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            WorkerRegistration worker,
            RunningExecutions running,
            SetAside setAside) {
        this.setAside = setAside;
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.worker = worker;
        this.running = running;
    }

    /** Writes what happened, unless the execution is no longer this process's. */
    public void write(@Body ExecutionEvent event) {
        if (event instanceof Finished) {
            // who sees its end in the database can start its job again
            running.markEnding(event.executionId());
        }
        transaction.executeWithoutResult(status -> {
            if (isOf(worker.knownKey(), event.executionId())) {
                update(event);
            } else {
                LOG.warn(
                        "Ignoring {} of execution {}: it no longer belongs to this worker",
                        name(event),
                        event.executionId());
            }
        });
        if (event instanceof Finished) {
            running.end(event.executionId());
        }
        if (event instanceof TableFinished finished) {
            tell(finished);
        }
    }

    private static String name(ExecutionEvent event) {
        return event.getClass().getSimpleName();
    }

    /** The changes of every minute are not worth a line each where there are none. */
    private static void tell(TableFinished finished) {
        var counts = finished.counts();
        LOG.atLevel(counts.of(Count.RECORDS_EXTRACTED) + counts.of(Count.DELETED) > 0 ? Level.INFO : Level.DEBUG)
                .log(
                        "{} ended as {}: {} rows read, {} inserted, {} updated, {} deleted, {} rejected",
                        finished.table(),
                        finished.status(),
                        counts.of(Count.RECORDS_EXTRACTED),
                        counts.of(Count.INSERTED),
                        counts.of(Count.UPDATED),
                        counts.of(Count.DELETED),
                        counts.of(Count.REJECTED));
    }

    /** Says that an event could not be written for good; an execution that has no end by that gets one as an orphan. */
    public void lost(@Body ExecutionEvent event, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable cause) {
        Failures.log(
                LOG,
                "Could not write %s of execution %s to the log".formatted(name(event), event.executionId()),
                cause);
        if (event instanceof Finished) {
            running.end(event.executionId());
        }
    }

    /**
     * Asks a running execution to end after the pages that are under way, wherever it runs: here at once, in another worker
     * within {@value #LOOK_EVERY_MILLIS} ms.
     *
     * @return false if it does not run
     */
    public boolean cancel(String executionId) {
        var asked = jdbc.sql("""
                UPDATE caravana.servicenow_execution_log SET cancel_requested = true
                WHERE execution_id = ? AND status = 'running'""").param(executionId).update();
        running.cancel(executionId);
        return asked == 1;
    }

    /** Looks for executions of this worker that somebody has asked to end. */
    @Scheduled(fixedDelay = LOOK_EVERY_MILLIS, initialDelay = LOOK_EVERY_MILLIS)
    void cancelAsked() {
        if (running.isNone()) {
            return;
        }
        jdbc.sql(
                        "SELECT execution_id FROM caravana.servicenow_execution_log WHERE status = 'running' AND cancel_requested")
                .query(String.class)
                .list()
                .forEach(running::cancel);
    }

    /** Whether an execution runs, in the worker with that key; inside a transaction it stays so until that ends. */
    public boolean isOf(long workerKey, String executionId) {
        return jdbc.sql("""
                SELECT true FROM caravana.servicenow_execution_log
                WHERE execution_id = ? AND status = 'running' AND instance_key = ? FOR SHARE""")
                .params(executionId, workerKey)
                .query(Boolean.class)
                .optional()
                .isPresent();
    }

    /**
     * Notes, in the transaction that deletes what is gone, that a table load is done; what it needs to resume is no longer
     * kept.
     */
    public void complete(TableLoad load) {
        finish(load.finishedEvent());
    }

    private void update(ExecutionEvent event) {
        if (event instanceof TableStarted started) {
            jdbc.sql("""
                    UPDATE caravana.table_load SET status = 'running', started_at = coalesce(started_at, clock_timestamp())
                    WHERE execution_id = ? AND table_name = ?""").params(started.executionId(), started.table()).update();
        } else if (event instanceof TableWaiting waiting) {
            jdbc.sql("UPDATE caravana.table_load SET waiting_until = ? WHERE execution_id = ? AND table_name = ?")
                    .params(waiting.until().atOffset(ZoneOffset.UTC), waiting.executionId(), waiting.table())
                    .update();
        } else if (event instanceof PageStored stored) {
            progress(stored.executionId(), stored.table(), stored.counts());
        } else if (event instanceof TableFinished finished) {
            finish(finished);
            jdbc.sql("DELETE FROM caravana.table_lease WHERE execution_id = ? AND table_name = ?")
                    .params(finished.executionId(), finished.table())
                    .update();
        } else if (event instanceof Finished finished) {
            finish(finished.executionId());
        }
    }

    private void progress(String executionId, String table, Counts counts) {
        var statement = jdbc.sql(PROGRESS)
                .param("id", executionId)
                .param("table", table)
                .param("expected", known(counts.expected()));
        counts.numbers().forEach((what, number) -> statement.param(what.column(), number));
        statement.update();
    }

    /** A number of rows that ServiceNow has said; null when it has not. */
    private static Long known(long rows) {
        return rows < 0 ? null : rows;
    }

    private void finish(TableFinished finished) {
        progress(finished.executionId(), finished.table(), finished.counts());
        jdbc.sql("""
                UPDATE caravana.table_load SET status = ?, ended_at = clock_timestamp(), verdict = ?, source_count = ?, hidden = ?, drift = ?, notes = ?, error = ?
                WHERE execution_id = ? AND table_name = ?""")
                .params(
                        finished.status(),
                        finished.verdict().words(),
                        known(finished.verdict().sourceCount()),
                        finished.verdict().hidden(),
                        finished.drift(),
                        finished.notes(),
                        finished.error(),
                        finished.executionId(),
                        finished.table())
                .update();
        if (finished.status().equals("success")) {
            // what its history is asked for from now on is in it
            jdbc.sql(
                            "UPDATE caravana.history_span SET began = clock_timestamp() WHERE table_name = ? AND began IS NULL")
                    .param(finished.table())
                    .update();
        }
        if (!finished.status().equals(INTERRUPTED)) {
            for (var kept : NEEDED_TO_RESUME) {
                jdbc.sql("DELETE FROM " + kept + " WHERE execution_id = ? AND table_name = ?")
                        .params(finished.executionId(), finished.table())
                        .update();
            }
        }
    }

    /** A table load that nobody reported the end of has failed too: it must not count as a success. */
    private void finish(String executionId) {
        jdbc.sql("""
                UPDATE caravana.table_load SET status = 'error', ended_at = clock_timestamp(),
                  error = 'the load ended without saying how; see the log of the process'
                WHERE execution_id = ? AND status IN ('pending', 'running')""").param(executionId).update();
        jdbc.sql("DELETE FROM caravana.table_lease WHERE execution_id = ?")
                .param(executionId)
                .update();
        var states = jdbc.sql("SELECT DISTINCT status FROM caravana.table_load WHERE execution_id = ?")
                .param(executionId)
                .query(String.class)
                .set();
        if (running.find(executionId)
                .filter(execution -> execution.syncMode() == SyncMode.INCREMENTAL)
                .filter(setAside::note)
                .isPresent()) {
            states.remove("error");
        }
        close(
                executionId,
                WORST_FIRST.stream().filter(states::contains).findFirst().orElse("success"));
    }

    /** Ends a running execution, with the sums of its table loads. */
    public void close(String executionId, String status) {
        jdbc.sql(FINISH).param("id", executionId).param("status", status).update();
    }
}
