package io.caravana.execution.recovery;

import io.caravana.catalog.Window;
import io.caravana.error.Failures;
import io.caravana.error.Passing;
import io.caravana.execution.log.ExecutionLog;
import io.caravana.execution.run.LogFields;
import io.caravana.execution.run.RunningExecutions;
import io.caravana.execution.run.StoppedException.Why;
import io.caravana.execution.worker.WorkerRegistration;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** Marks executions as interrupted that nobody runs any more, as their worker has stopped or died, and lists those that may resume. */
@Component
public class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final long LOOK_EVERY_MILLIS = 10_000;

    /** A worker is dead that is not registered, is past its time, or whose session has let go of its lock. */
    private static final String IS_ALIVE = """
            WITH worker AS MATERIALIZED (
              SELECT session_lock FROM caravana.worker WHERE key = ? AND alive_until > clock_timestamp() FOR UPDATE)
            SELECT EXISTS (SELECT FROM worker WHERE NOT pg_try_advisory_xact_lock(session_lock))""";

    /**
     * Each transaction that writes to a table shares an advisory lock of this class and the lease's token, which shows whose
     * session it is.
     */
    public static final int LEASE_LOCK = 1_128_354_369;

    private static final String END_SESSIONS = """
            SELECT count(pg_terminate_backend(pid)) FROM pg_locks
              JOIN caravana.table_lease ON token = CAST(objid AS bigint) JOIN caravana.worker ON key = worker_key
            WHERE key = ? AND alive_until < clock_timestamp() AND locktype = 'advisory' AND CAST(classid AS bigint) = ? AND objsubid = 2
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""";

    private static final String RESUMABLE = """
            SELECT execution_id, execution_type AS job, start_date AS start, end_date AS "end", time_zone, keeps_up, verifies
            FROM caravana.servicenow_execution_log AS log
            WHERE status = 'interrupted' AND start_date IS NOT NULL
              AND ended_at > clock_timestamp() - make_interval(secs => ?)
              AND NOT EXISTS (SELECT FROM caravana.servicenow_execution_log AS later
                WHERE later.execution_type = log.execution_type AND later.started_at > log.started_at)
            ORDER BY started_at""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final WorkerRegistration worker;
    private final ExecutionLog log;
    private final RunningExecutions running;
    private final Duration resumeWithin;

    Recovery(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            WorkerRegistration worker,
            ExecutionLog log,
            RunningExecutions running,
            @Value("${caravana.resume-within}") Duration resumeWithin) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.worker = worker;
        this.log = log;
        this.running = running;
        this.resumeWithin = resumeWithin;
    }

    /**
     * An execution that was interrupted and may resume.
     *
     * @param timeZone the zone of its days; null where nobody noted it
     */
    public record Interrupted(
            String executionId,
            String job,
            LocalDate start,
            LocalDate end,
            String timeZone,
            boolean keepsUp,
            boolean verifies) {

        /** Its period, whatever the zone of the configuration has become. */
        public Window window(ZoneId configured) {
            return new Window(start, end, timeZone == null ? configured : ZoneId.of(timeZone));
        }
    }

    /** The executions that were interrupted not long ago, and after which their jobs were not started again. */
    public List<Interrupted> interrupted() {
        return jdbc.sql(RESUMABLE)
                .param(resumeWithin.toMillis() / 1_000.0)
                .query(Interrupted.class)
                .list();
    }

    /** The tables of an interrupted execution that are still to be loaded. */
    public List<String> unfinished(String executionId) {
        return strings(
                "SELECT table_name FROM caravana.table_load WHERE execution_id = ? AND status <> 'success'",
                executionId);
    }

    /** A database that is away at the start is no reason to end: the next one who looks does it. */
    @EventListener(classes = ApplicationReadyEvent.class, condition = "!@environment.matchesProfiles('check')")
    void recoverAtStart() {
        try {
            recover();
        } catch (DataAccessException | TransactionException e) {
            Failures.log(LOG, "Could not look for executions whose worker has died", e);
        }
    }

    /** Marks as interrupted what dead workers ran, and frees their tables. */
    public void recover() {
        recoverOwn();
        var others = jdbc.sql("""
                SELECT key FROM caravana.worker
                UNION SELECT instance_key FROM caravana.servicenow_execution_log WHERE status = 'running'""").query(Long.class).list();
        others.remove(worker.knownKey());
        others.forEach(this::recoverIfDead);
    }

    /**
     * Marks as interrupted what the database has as running in this worker and what does not run here: its start was not
     * answered, or its end could not be noted. Frees the tables of executions that have ended.
     */
    @Scheduled(fixedDelay = LOOK_EVERY_MILLIS, initialDelay = LOOK_EVERY_MILLIS)
    void recoverOwn() {
        if (!worker.isRegistered()) {
            return;
        }
        // the database is asked before the memory, which is told of a start first and of an end last
        var orphans = runningIn(worker.knownKey());
        orphans.removeIf(id -> running.find(id).isPresent());
        if (!orphans.isEmpty()) {
            transaction.executeWithoutResult(
                    status -> interrupt(orphans, "the database did not record its start or its end"));
        }
        jdbc.sql("""
                DELETE FROM caravana.table_lease WHERE token IN (
                  SELECT token FROM caravana.table_lease LEFT JOIN caravana.servicenow_execution_log AS log USING (execution_id)
                  WHERE log.status IS DISTINCT FROM 'running')""").update();
    }

    /**
     * What a dead worker is writing may end first. If it sleeps, PostgreSQL ends that when idle_in_transaction_session_timeout
     * is over, but not inside of a COPY, where its session counts as active: so it is ended here.
     */
    private void recoverIfDead(long key) {
        if (interruptIfDead(key)) {
            return;
        }
        try {
            var sessions = jdbc.sql(END_SESSIONS)
                    .params(key, LEASE_LOCK)
                    .query(Long.class)
                    .single();
            LOG.warn("A worker that does not show any more still held a table. Sessions ended: {}", sessions);
        } catch (DataAccessException e) {
            LOG.warn("Could not end the sessions of a worker that does not show any more: {}", Failures.explain(e));
        }
        if (!interruptIfDead(key)) {
            LOG.info("A dead worker still holds a table; Caravana looks again later");
        }
    }

    /** @return false, if the worker is dead and yet holds a table, so that nothing could be done */
    private boolean interruptIfDead(long key) {
        try {
            transaction.executeWithoutResult(status -> {
                jdbc.sql("SET LOCAL lock_timeout = '2s'").update();
                if (!jdbc.sql(IS_ALIVE).param(key).query(Boolean.class).single()) {
                    interrupt(key, "its process ended before the table was done");
                    jdbc.sql("DELETE FROM caravana.worker WHERE key = ?")
                            .param(key)
                            .update();
                }
            });
            return true;
        } catch (DataAccessException e) {
            if (!Passing.isLockedOut(e)) {
                throw e;
            }
            return false;
        }
    }

    /** Ends what runs in this worker, which is about to stop. */
    void interruptOwn() {
        transaction.executeWithoutResult(status -> interrupt(worker.key(), Why.INTERRUPTED.words()));
    }

    private void interrupt(long key, String why) {
        jdbc.sql("DELETE FROM caravana.table_lease WHERE worker_key = ?")
                .param(key)
                .update();
        interrupt(runningIn(key), why);
    }

    private List<String> runningIn(long key) {
        return strings(
                "SELECT execution_id FROM caravana.servicenow_execution_log WHERE status = 'running' AND instance_key = ?",
                key);
    }

    private void interrupt(List<String> ids, String why) {
        var left = strings("""
                SELECT execution_id FROM caravana.servicenow_execution_log
                WHERE status = 'running' AND execution_id = ANY (?) FOR UPDATE""", (Object) ids.toArray(String[]::new));
        for (var id : left) {
            jdbc.sql("""
                    UPDATE caravana.table_load SET status = 'interrupted', ended_at = clock_timestamp(), error = ?
                    WHERE execution_id = ? AND status IN ('pending', 'running')""").params(why, id).update();
            if (resumeWithin.isZero()) {
                ExecutionLog.NEEDED_TO_RESUME.forEach(
                        table -> jdbc.sql("DELETE FROM " + table + " WHERE execution_id = ?")
                                .param(id)
                                .update());
            }
            log.close(id, Why.INTERRUPTED.state());
            LogFields.with(id, () -> LOG.warn("Execution {} is interrupted: {}", id, why));
        }
    }

    private List<String> strings(String query, Object parameter) {
        return jdbc.sql(query).param(parameter).query(String.class).list();
    }
}
