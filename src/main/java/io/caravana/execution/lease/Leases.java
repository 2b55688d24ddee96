package io.caravana.execution.lease;

import io.caravana.catalog.SyncMode;
import io.caravana.error.Passing;
import io.caravana.execution.log.ExecutionLog;
import io.caravana.execution.recovery.Recovery;
import io.caravana.execution.run.TableLoad;
import io.caravana.execution.worker.WorkerRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** One writer a table: {@code caravana.table_lease}. The execution log ends a lease when it notes the end of the load. */
@Component("leases")
public class Leases {

    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

    /**
     * Also from an execution that does not run any more, and from this one, if it was not told that it has the table
     * already. The token in the condition is that of the moment at which the execution was looked at.
     */
    private static final String TAKE = """
            INSERT INTO caravana.table_lease AS held (table_name, execution_id, worker_key)
            VALUES (:table, :execution, :key)
            ON CONFLICT (table_name) DO UPDATE SET token = EXCLUDED.token, execution_id = EXCLUDED.execution_id,
              worker_key = EXCLUDED.worker_key, since = EXCLUDED.since
            WHERE held.token IN (
              SELECT token FROM caravana.table_lease LEFT JOIN caravana.servicenow_execution_log AS log USING (execution_id)
              WHERE table_name = :table AND (log.status IS DISTINCT FROM 'running' OR execution_id = :execution))
            RETURNING token""";

    private final JdbcClient jdbc;
    private final WorkerRegistration worker;
    private final ExecutionLog log;
    private final Recovery recovery;

    Leases(JdbcClient jdbc, WorkerRegistration worker, ExecutionLog log, Recovery recovery) {
        this.jdbc = jdbc;
        this.worker = worker;
        this.log = log;
        this.recovery = recovery;
    }

    /**
     * Takes the table for a load. A load of changes or keys leaves a table that another execution loads to that one, and is
     * not leased then: it comes by again soon.
     *
     * @throws TableBusyException if it has to wait
     * @throws FencedException if the execution was given to others
     */
    public void take(TableLoad load) {
        load.goOn();
        load.lease(0);
        if (tryTo(load)) {
            return;
        }
        recovery.recover();
        if (tryTo(load)) {
            return;
        }
        var busy = new TableBusyException(
                load.table().target(), holder(load.table().target()));
        var mode = load.execution().syncMode();
        if (mode != SyncMode.INCREMENTAL && mode != SyncMode.KEY_DIFF) {
            throw busy;
        }
        LOG.info("Skipping {} this time: {}", load.table().target(), busy.getMessage());
    }

    private boolean tryTo(TableLoad load) {
        var key = worker.key();
        if (!log.isOf(key, load.execution().id())) {
            throw new FencedException(load.table().target());
        }
        var token = jdbc.sql(TAKE)
                .param("table", load.table().target())
                .param("execution", load.execution().id())
                .param("key", key)
                .query(Long.class)
                .optional();
        token.ifPresent(load::lease);
        return token.isPresent();
    }

    /**
     * Why a load has failed. A worker that slept finds its connections broken when it wakes up, and learns later, or not at all, that
     * its execution was given to others meanwhile: that is the reason then.
     */
    public Throwable reason(TableLoad load, Throwable failure) {
        if (!Passing.mayPass(failure) || Passing.isDatabaseAway(failure)) {
            return failure;
        }
        try {
            return log.isOf(worker.key(), load.execution().id())
                    ? failure
                    : new FencedException(load.table().target());
        } catch (DataAccessException e) {
            return failure;
        }
    }

    private String holder(String table) {
        return jdbc.sql("""
                SELECT 'execution ' || execution_id || ' on ' || hostname || ' since ' || to_char(since, 'YYYY-MM-DD HH24:MI:SS')
                FROM caravana.table_lease JOIN caravana.worker ON key = worker_key WHERE table_name = ?""").param(table).query(String.class).optional().orElse("an execution that has just ended");
    }

    /**
     * Makes sure that the table is still this load's, until the end of the transaction, and names the execution to the
     * change log if that is to contain what the transaction changes.
     *
     * @throws FencedException if it is not
     */
    public void guard(TableLoad load) {
        jdbc.sql("""
                SELECT CASE WHEN pg_try_advisory_xact_lock_shared(?, CAST(token AS integer))
                  THEN set_config('caravana.change_log_execution', ?, true) END
                FROM caravana.table_lease WHERE table_name = ? AND token = ? FOR SHARE""")
                .params(
                        Recovery.LEASE_LOCK,
                        load.logsChanges() ? load.execution().id() : "",
                        load.table().target(),
                        load.lease())
                .query(String.class)
                .optional()
                .orElseThrow(() -> new FencedException(load.table().target()));
    }
}
