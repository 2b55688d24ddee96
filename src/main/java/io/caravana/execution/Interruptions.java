package io.caravana.execution;

import io.caravana.catalog.Window;
import io.caravana.error.Failures;
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
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** Executions whose process has stopped or is gone: finds them, marks them as interrupted, and tells which may go on. */
@Component
public class Interruptions {

    private static final Logger LOG = LoggerFactory.getLogger(Interruptions.class);
    private static final long LOOK_EVERY_MILLIS = 10_000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Instance instance;
    private final ExecutionLog log;
    private final RunningExecutions running;
    private final Duration resumeWithin;

    Interruptions(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            Instance instance,
            ExecutionLog log,
            RunningExecutions running,
            @Value("${caravana.resume-within}") Duration resumeWithin) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.instance = instance;
        this.log = log;
        this.running = running;
        this.resumeWithin = resumeWithin;
    }

    /**
     * An execution that was interrupted and may go on.
     *
     * @param timeZone the zone of its days; null where nobody noted it
     */
    public record Interrupted(
            String executionId, String job, LocalDate start, LocalDate end, String timeZone, boolean keepsUp) {

        /** Its period, whatever the zone of the configuration has become. */
        public Window window(ZoneId configured) {
            return new Window(start, end, timeZone == null ? configured : ZoneId.of(timeZone));
        }
    }

    /** The executions that were interrupted not long ago, and after which their jobs were not started again. */
    public List<Interrupted> interrupted() {
        return jdbc.sql("""
                SELECT execution_id, execution_type AS job, start_date AS start, end_date AS "end", time_zone, keeps_up
                FROM caravana.servicenow_execution_log AS log
                WHERE status = 'interrupted' AND start_date IS NOT NULL
                  AND ended_at > clock_timestamp() - make_interval(secs => ?)
                  AND NOT EXISTS (SELECT FROM caravana.servicenow_execution_log AS later
                    WHERE later.execution_type = log.execution_type AND later.started_at > log.started_at)
                ORDER BY started_at""")
                .param(resumeWithin.toMillis() / 1_000.0)
                .query(Interrupted.class)
                .list();
    }

    /** The tables of an interrupted execution that are still to be loaded. */
    public List<String> unfinished(String executionId) {
        return jdbc.sql("SELECT table_name FROM caravana.table_load WHERE execution_id = ? AND status <> 'success'")
                .param(executionId)
                .query(String.class)
                .list();
    }

    /** Looks at the start; a database that is away then is no reason to end: the next one who looks does it. */
    @EventListener(classes = ApplicationReadyEvent.class, condition = "!@environment.matchesProfiles('check')")
    void interruptDeadAtStart() {
        try {
            interruptDead();
        } catch (DataAccessException | TransactionException e) {
            Failures.log(LOG, "It was not looked for executions whose process is gone", e);
        }
    }

    /**
     * Ends what the database has as running in this process and what does not run here: its start was not answered, or its
     * end could not be noted. Frees the tables of executions that have ended.
     */
    @Scheduled(fixedDelay = LOOK_EVERY_MILLIS, initialDelay = LOOK_EVERY_MILLIS)
    void endOrphans() {
        if (!instance.isKnown()) {
            return;
        }
        // asked for before the memory is looked at, which is told of a start first and of an end last
        var orphans = jdbc
                .sql(
                        "SELECT execution_id FROM caravana.servicenow_execution_log WHERE status = 'running' AND instance_key = ?")
                .param(instance.keyAsKnown())
                .query(String.class)
                .list()
                .stream()
                .filter(id -> !running.isHere(id))
                .toList();
        if (!orphans.isEmpty()) {
            transaction.executeWithoutResult(
                    status -> interrupt(orphans, "the database did not take note of its start or its end"));
        }
        jdbc.sql("""
                DELETE FROM caravana.table_lease WHERE token IN (
                  SELECT token FROM caravana.table_lease LEFT JOIN caravana.servicenow_execution_log AS log USING (execution_id)
                  WHERE log.status IS DISTINCT FROM 'running')""").update();
    }

    /** Marks the executions that nobody runs as interrupted; at the start, and when one is in the way of a new one. */
    public void interruptDead() {
        endOrphans();
        List<Long> others = jdbc.sql("""
                SELECT key FROM caravana.instance
                UNION SELECT instance_key FROM caravana.servicenow_execution_log WHERE status = 'running'""").query(Long.class).list();
        var own = instance.keyAsKnown();
        for (var key : others) {
            if (key != own) {
                interruptIfDead(key);
            }
        }
    }

    private void interruptIfDead(long key) {
        try {
            transaction.executeWithoutResult(status -> {
                // what it is writing ends first, or is ended by the database's idle_in_transaction_session_timeout
                jdbc.sql("SET LOCAL lock_timeout = '2s'").update();
                if (isDead(key)) {
                    interrupt(key, "its process ended before the table was done");
                    jdbc.sql("DELETE FROM caravana.instance WHERE key = ?")
                            .param(key)
                            .update();
                }
            });
        } catch (PessimisticLockingFailureException e) {
            LOG.info("A process that does not show any more still holds a table; it is waited for");
        }
    }

    private boolean isDead(long key) {
        jdbc.sql("SELECT key FROM caravana.instance WHERE key = ? FOR UPDATE")
                .param(key)
                .query(Long.class)
                .optional();
        return jdbc.sql("""
                SELECT NOT EXISTS (SELECT FROM caravana.instance WHERE key = :key AND alive_until > clock_timestamp())
                  OR pg_try_advisory_xact_lock(:key)""").param("key", key).query(Boolean.class).single();
    }

    /** Ends what runs in this process, which is about to stop. */
    void interruptOwn() {
        transaction.executeWithoutResult(
                status -> interrupt(instance.key(), "the process was stopped before the table was done"));
    }

    private void interrupt(long key, String why) {
        jdbc.sql("DELETE FROM caravana.table_lease WHERE instance_key = ?")
                .param(key)
                .update();
        var ids = jdbc.sql(
                        "SELECT execution_id FROM caravana.servicenow_execution_log WHERE status = 'running' AND instance_key = ?")
                .param(key)
                .query(String.class)
                .list();
        interrupt(ids, why);
    }

    private void interrupt(List<String> ids, String why) {
        var left = jdbc.sql("""
                SELECT execution_id FROM caravana.servicenow_execution_log
                WHERE status = 'running' AND execution_id = ANY (?) FOR UPDATE""")
                .param(ids.toArray(String[]::new))
                .query(String.class)
                .list();
        for (var id : left) {
            jdbc.sql("""
                    UPDATE caravana.table_load SET status = 'interrupted', ended_at = clock_timestamp(), error = ?
                    WHERE execution_id = ? AND status IN ('pending', 'running')""").params(why, id).update();
            if (resumeWithin.isZero()) {
                ExecutionLog.KEPT_TO_GO_ON.forEach(kept -> jdbc.sql("DELETE FROM " + kept + " WHERE execution_id = ?")
                        .param(id)
                        .update());
            }
            log.close(id, ExecutionLog.INTERRUPTED);
            LogFields.with(id, () -> LOG.warn("Execution {} is interrupted: {}", id, why));
        }
    }
}
