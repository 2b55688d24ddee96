package io.caravana.execution.log;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Deletes what is older than it is to be kept. */
@Component("retention")
public class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    /** Deleted at a time, so that nobody has to wait for long. */
    private static final int MANY = 5_000;

    /** An execution that may resume is left alone for longer than it may. */
    private static final Duration MARGIN = Duration.ofHours(1);

    /** Metrics and health tell of a job's last execution and of its last success. */
    private static final String EXECUTIONS = """
            DELETE FROM caravana.servicenow_execution_log WHERE execution_id IN (
              SELECT execution_id FROM caravana.servicenow_execution_log AS old
              WHERE status <> 'running' AND started_at < clock_timestamp() - make_interval(secs => :age) AND %s
                AND EXISTS (SELECT FROM caravana.servicenow_execution_log AS later
                  WHERE later.execution_type = old.execution_type AND later.started_at > old.started_at
                    AND later.status <> 'running' AND (later.status = 'success' OR old.status <> 'success'))
              LIMIT :many)""";

    private static final String ANY = "true";
    private static final String QUIET = """
            start_date IS NULL AND status = 'success' AND NOT EXISTS (
              SELECT FROM caravana.table_load AS load WHERE load.execution_id = old.execution_id
                AND (inserted + updated + deleted + rejected > 0 OR drift IS NOT NULL))""";

    /** From which table, and by which moment. */
    private static final String OLD = """
            DELETE FROM caravana.%1$s WHERE id IN (
              SELECT id FROM caravana.%1$s WHERE %2$s < clock_timestamp() - make_interval(secs => :age) LIMIT :many)""";

    private static final String NEEDED_TO_RESUME = """
            DELETE FROM %s WHERE execution_id IN (
              SELECT execution_id FROM caravana.servicenow_execution_log
              WHERE status <> 'running' AND ended_at < clock_timestamp() - make_interval(secs => ?)
                AND execution_id IN (SELECT execution_id FROM %s))""";

    private final JdbcClient jdbc;
    private final RetentionProperties properties;
    private final Duration resumeWithin;

    Retention(
            JdbcClient jdbc,
            RetentionProperties properties,
            @Value("${caravana.resume-within}") Duration resumeWithin) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.resumeWithin = resumeWithin;
    }

    /** Cleans up. */
    public void cleanUp() {
        var executions = delete(EXECUTIONS.formatted(ANY), properties.executions())
                + delete(EXECUTIONS.formatted(QUIET), properties.quietExecutions());
        var rejected = delete(OLD.formatted("rejected_record", "last_seen_at"), properties.rejected());
        var notices = delete(OLD.formatted("notice", "noted_at"), properties.notices());
        ExecutionLog.NEEDED_TO_RESUME.forEach(table -> jdbc.sql(NEEDED_TO_RESUME.formatted(table, table))
                .param(seconds(resumeWithin.plus(MARGIN)))
                .update());
        if (executions + rejected + notices > 0) {
            LOG.info(
                    "Deleted what was too old: {} executions, {} rejected records, {} notices",
                    executions,
                    rejected,
                    notices);
        }
    }

    private long delete(String statement, Duration age) {
        long all = 0;
        int deleted;
        do {
            deleted = jdbc.sql(statement)
                    .param("age", seconds(age))
                    .param("many", MANY)
                    .update();
            all += deleted;
        } while (deleted == MANY);
        return all;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1_000.0;
    }
}
