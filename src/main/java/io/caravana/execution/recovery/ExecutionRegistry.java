package io.caravana.execution.recovery;

import io.caravana.catalog.Table;
import io.caravana.execution.run.Execution;
import io.caravana.execution.run.RunningExecutions;
import io.caravana.execution.worker.WorkerRegistration;
import java.util.Optional;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** One execution of a job at a time, whichever worker asks. */
@Component("executionRegistry")
public class ExecutionRegistry {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionRegistry.class);

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final WorkerRegistration worker;
    private final RunningExecutions running;
    private final Recovery recovery;

    ExecutionRegistry(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            WorkerRegistration worker,
            RunningExecutions running,
            Recovery recovery) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.worker = worker;
        this.running = running;
        this.recovery = recovery;
    }

    /**
     * Refuses a job that runs in this process, which is known without the database.
     *
     * @throws JobRunningException if it does
     */
    public void refuseRunning(String job) {
        running.findByJob(job).ifPresent(other -> {
            throw new JobRunningException(job, other.id(), null);
        });
    }

    /**
     * Notes an execution as running, with its table loads as pending; one that was interrupted resumes.
     *
     * @throws JobRunningException if its job is running
     */
    public Execution start(@Body Execution execution) {
        // first of all: what runs here by the database alone is ended (Recovery), such as one that was never
        // answered
        if (!running.begin(execution)) {
            throw new JobRunningException(execution.job(), execution.id(), null);
        }
        try {
            while (!isBegun(execution)) {
                LOG.debug("The execution that kept {} from starting has ended", execution.job());
            }
            return execution;
        } catch (RuntimeException e) {
            running.end(execution.id());
            throw e;
        }
    }

    /** @return false if what was in the way is gone by now */
    private boolean isBegun(Execution execution) {
        try {
            begin(execution);
            return true;
        } catch (DuplicateKeyException e) {
            recovery.recover();
            find(execution.job()).ifPresent(other -> {
                throw new JobRunningException(execution.job(), other, e);
            });
            return false;
        }
    }

    private void begin(Execution execution) {
        var key = worker.key();
        if (execution.goesOn()) {
            transaction.executeWithoutResult(status -> resume(execution, key));
        } else {
            insert(execution, key);
        }
    }

    private void resume(Execution execution, long workerKey) {
        var resumed = jdbc.sql("""
                UPDATE caravana.servicenow_execution_log SET status = 'running',
                  paused_seconds = paused_seconds + extract(epoch FROM clock_timestamp() - ended_at),
                  ended_at = NULL, duration_seconds = NULL,
                  error_message = NULL, cancel_requested = false, instance_key = ?
                WHERE execution_id = ? AND status = 'interrupted'""").params(workerKey, execution.id()).update() == 1;
        if (!resumed) {
            throw new JobRunningException(execution.job(), execution.id(), null);
        }
        jdbc.sql("""
                UPDATE caravana.table_load SET status = 'pending',
                  paused_seconds = CASE WHEN started_at IS NULL THEN 0
                    ELSE paused_seconds + extract(epoch FROM clock_timestamp() - ended_at) END,
                  ended_at = NULL, error = NULL
                WHERE execution_id = ? AND status <> 'success'""").param(execution.id()).update();
        LOG.info("Execution {} of {} resumes where it was interrupted", execution.id(), execution.job());
    }

    private Optional<String> find(String job) {
        return jdbc.sql(
                        "SELECT execution_id FROM caravana.servicenow_execution_log WHERE execution_type = ? AND status = 'running'")
                .param(job)
                .query(String.class)
                .optional();
    }

    /**
     * One statement, and without waiting for the disk, so that who starts a job is answered at once: what its first table
     * commits reaches the disk only after it. Should PostgreSQL die before that, the tables do not find their execution,
     * and write nothing.
     */
    private void insert(Execution execution, long workerKey) {
        jdbc.sql("""
                WITH begun AS (
                  INSERT INTO caravana.servicenow_execution_log
                    (execution_id, execution_type, start_date, end_date, started_at, status, hostname, username, instance_key, keeps_up, verifies, time_zone, sync_mode)
                  SELECT ?, ?, ?::date, ?::date, clock_timestamp(), 'running', ?, ?, ?, ?, ?, ?, ?
                  FROM set_config('synchronous_commit', 'off', true)
                  RETURNING execution_id)
                INSERT INTO caravana.table_load (execution_id, table_name, position)
                SELECT execution_id, name, place - 1 FROM begun, unnest(?) WITH ORDINALITY AS chosen (name, place)""")
                .params(
                        execution.id(),
                        execution.job(),
                        execution.window() == null ? null : execution.window().start(),
                        execution.window() == null ? null : execution.window().end(),
                        WorkerRegistration.hostname(),
                        System.getProperty("user.name", "unknown"),
                        workerKey,
                        execution.keepsUp(),
                        execution.verifies(),
                        execution.window() == null
                                ? null
                                : execution.window().zone().getId(),
                        execution.syncMode().name(),
                        execution.tables().stream().map(Table::target).toArray(String[]::new))
                .update();
    }
}
