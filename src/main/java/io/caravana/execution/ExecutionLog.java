package io.caravana.execution;

import io.caravana.execution.ExecutionEvent.Finished;
import io.caravana.execution.ExecutionEvent.PageStored;
import io.caravana.execution.ExecutionEvent.TableFinished;
import io.caravana.execution.ExecutionEvent.TableStarted;
import io.caravana.execution.ExecutionEvent.TableWaiting;
import java.math.BigDecimal;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Writes {@code caravana.servicenow_execution_log} and {@code caravana.table_load} from what the routes tell. */
@Component("executionLog")
public class ExecutionLog {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionLog.class);

    private static final String FINISH = """
            UPDATE caravana.servicenow_execution_log AS log SET
              status = :status, ended_at = clock_timestamp(),
              duration_seconds = extract(epoch FROM clock_timestamp() - log.started_at),
              total_api_requests = sums.requests, failed_api_requests = sums.failures,
              total_api_time_seconds = sums.api_seconds,
              api_success_rate = round(100.0 * (sums.requests - sums.failures) / nullif(sums.requests, 0), 2),
              total_db_transactions = sums.transactions, total_records_processed = sums.records,
              db_time_seconds = sums.db_seconds,
              json_size_kb = sums.json_bytes / 1024.0, compressed_size_kb = sums.wire_bytes / 1024.0,
              compression_ratio = round(1.0 * sums.json_bytes / nullif(sums.wire_bytes, 0), 2),
              tables_processed = sums.processed, records_by_table = sums.by_table, error_message = sums.errors
            FROM (
              SELECT sum(api_requests) AS requests, sum(api_failures) AS failures, sum(api_seconds) AS api_seconds,
                sum(db_transactions) AS transactions, sum(records_extracted) AS records, sum(db_seconds) AS db_seconds,
                sum(json_bytes) AS json_bytes, sum(wire_bytes) AS wire_bytes,
                count(*) FILTER (WHERE status = 'success') AS processed,
                jsonb_object_agg(table_name, records_extracted) AS by_table,
                string_agg(table_name || ': ' || error, E'\\n' ORDER BY position) AS errors
              FROM caravana.table_load WHERE execution_id = :id
            ) AS sums
            WHERE log.execution_id = :id AND log.status = 'running'""";

    private static final String PROGRESS = """
            UPDATE caravana.table_load SET records_extracted = :extracted, inserted = :inserted, updated = :updated,
              unchanged = :unchanged, deleted = :deleted, rejected = :rejected, pages = :pages,
              api_requests = :apiRequests, api_failures = :apiFailures, api_seconds = :apiSeconds,
              db_transactions = :dbTransactions, db_seconds = :dbSeconds,
              json_bytes = :jsonBytes, wire_bytes = :wireBytes, waiting_until = NULL
            WHERE execution_id = :id AND table_name = :table""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Instance instance;

    ExecutionLog(JdbcClient jdbc, TransactionTemplate transaction, Instance instance) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.instance = instance;
    }

    /** Writes what happened. */
    public void write(@Body ExecutionEvent event) {
        transaction.executeWithoutResult(status -> update(event));
    }

    /**
     * Writes an execution as running, with its table loads as pending.
     *
     * @throws JobRunningException if its job is running
     */
    public Execution accept(@Body Execution execution) {
        interruptDead();
        var key = instance.key();
        try {
            transaction.executeWithoutResult(status -> insert(execution, key));
            return execution;
        } catch (DuplicateKeyException e) {
            throw running(execution.job(), e);
        }
    }

    private JobRunningException running(String job, DuplicateKeyException cause) {
        var id = jdbc.sql(
                        "SELECT execution_id FROM caravana.servicenow_execution_log WHERE execution_type = ? AND status = 'running'")
                .param(job)
                .query(String.class)
                .optional()
                .orElse("");
        return new JobRunningException(job, id, cause);
    }

    private void insert(Execution execution, long instanceKey) {
        jdbc.sql("""
                INSERT INTO caravana.servicenow_execution_log
                  (execution_id, execution_type, start_date, end_date, started_at, status, hostname, username, instance_key)
                VALUES (?, ?, ?, ?, clock_timestamp(), 'running', ?, ?, ?)""")
                .params(
                        execution.id(),
                        execution.job(),
                        execution.window().start(),
                        execution.window().end(),
                        Instance.hostname(),
                        Instance.username(),
                        instanceKey)
                .update();
        for (int position = 0; position < execution.tables().size(); position++) {
            jdbc.sql("INSERT INTO caravana.table_load (execution_id, table_name, position) VALUES (?, ?, ?)")
                    .params(execution.id(), execution.tables().get(position).target(), position)
                    .update();
        }
    }

    private void update(ExecutionEvent event) {
        if (event instanceof TableStarted started) {
            jdbc.sql("""
                    UPDATE caravana.table_load SET status = 'running', started_at = clock_timestamp()
                    WHERE execution_id = ? AND table_name = ?""").params(started.executionId(), started.table()).update();
        } else if (event instanceof TableWaiting waiting) {
            jdbc.sql("UPDATE caravana.table_load SET waiting_until = ? WHERE execution_id = ? AND table_name = ?")
                    .params(waiting.until().atOffset(ZoneOffset.UTC), waiting.executionId(), waiting.table())
                    .update();
        } else if (event instanceof PageStored stored) {
            progress(stored.executionId(), stored.table(), stored.counts());
        } else if (event instanceof TableFinished finished) {
            finish(finished);
        } else if (event instanceof Finished finished) {
            finish(finished.executionId());
        }
    }

    private void progress(String executionId, String table, Counts counts) {
        jdbc.sql(PROGRESS)
                .param("id", executionId)
                .param("table", table)
                .param("extracted", counts.extracted())
                .param("inserted", counts.inserted())
                .param("updated", counts.updated())
                .param("unchanged", counts.unchanged())
                .param("deleted", counts.deleted())
                .param("rejected", counts.rejected())
                .param("pages", counts.pages())
                .param("apiRequests", counts.apiRequests())
                .param("apiFailures", counts.apiFailures())
                .param("apiSeconds", seconds(counts.apiNanos()))
                .param("dbTransactions", counts.dbTransactions())
                .param("dbSeconds", seconds(counts.dbNanos()))
                .param("jsonBytes", counts.jsonBytes())
                .param("wireBytes", counts.wireBytes())
                .update();
    }

    private static BigDecimal seconds(long nanos) {
        return BigDecimal.valueOf(nanos, 9);
    }

    private void finish(TableFinished finished) {
        progress(finished.executionId(), finished.table(), finished.counts());
        jdbc.sql("""
                UPDATE caravana.table_load SET status = ?, ended_at = clock_timestamp(), verdict = ?, source_count = ?, hidden = ?, drift = ?, error = ?
                WHERE execution_id = ? AND table_name = ?""")
                .params(
                        finished.error() == null ? "success" : "error",
                        finished.verdict().words(),
                        finished.verdict().sourceCount() < 0
                                ? null
                                : finished.verdict().sourceCount(),
                        finished.verdict().hidden(),
                        finished.drift(),
                        finished.error(),
                        finished.executionId(),
                        finished.table())
                .update();
        jdbc.sql("DELETE FROM caravana.seen_page WHERE execution_id = ? AND table_name = ?")
                .params(finished.executionId(), finished.table())
                .update();
    }

    /** A table load that nobody reported the end of has failed too: it must not count as a success. */
    private void finish(String executionId) {
        jdbc.sql("""
                UPDATE caravana.table_load SET status = 'error', ended_at = clock_timestamp(),
                  error = 'the load ended without saying how; see the log of the process'
                WHERE execution_id = ? AND status IN ('pending', 'running')""").param(executionId).update();
        var failed = jdbc.sql("SELECT count(*) FROM caravana.table_load WHERE execution_id = ? AND status <> 'success'")
                .param(executionId)
                .query(Long.class)
                .single();
        close(executionId, failed == 0 ? "success" : "error");
    }

    private void close(String executionId, String status) {
        jdbc.sql(FINISH).param("id", executionId).param("status", status).update();
    }

    /** Marks the executions whose process is gone as interrupted; at the start, and before a job is started. */
    @EventListener(classes = ApplicationReadyEvent.class, condition = "!@environment.matchesProfiles('check')")
    public void interruptDead() {
        List<Long> keys = jdbc.sql(
                        "SELECT DISTINCT instance_key FROM caravana.servicenow_execution_log WHERE status = 'running'")
                .query(Long.class)
                .list();
        var own = instance.key();
        keys.stream().filter(key -> key != own).forEach(key -> transaction.executeWithoutResult(s -> interrupt(key)));
    }

    private void interrupt(long key) {
        var gone = jdbc.sql("SELECT pg_try_advisory_xact_lock(?)")
                .param(key)
                .query(Boolean.class)
                .single();
        if (!gone) {
            return;
        }
        List<String> ids = jdbc.sql(
                        "SELECT execution_id FROM caravana.servicenow_execution_log WHERE status = 'running' AND instance_key = ?")
                .param(key)
                .query(String.class)
                .list();
        for (var id : ids) {
            jdbc.sql("""
                    UPDATE caravana.table_load SET status = 'interrupted', ended_at = clock_timestamp(),
                      error = 'the process ended before the table was done'
                    WHERE execution_id = ? AND status IN ('pending', 'running')""").param(id).update();
            jdbc.sql("DELETE FROM caravana.seen_page WHERE execution_id = ?")
                    .param(id)
                    .update();
            close(id, "interrupted");
            LOG.warn("Execution {} was left behind by a process that ended: marked as interrupted", id);
        }
    }
}
