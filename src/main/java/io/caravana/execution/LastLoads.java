package io.caravana.execution;

import static java.util.stream.Collectors.toMap;

import io.caravana.catalog.Catalog;
import io.caravana.error.Failures;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * How each job ended the last time, for monitors: from the execution log, so also of other processes and from before the
 * start. Read in the background, as a database that does not answer must not keep the other metrics from anybody.
 */
@Component("jobsHealthIndicator")
@ConditionalOnWebApplication
final class LastLoads implements HealthIndicator {

    private static final Logger LOG = LoggerFactory.getLogger(LastLoads.class);

    private static final String JOBS = """
            SELECT job, success.ended_at AS succeeded_at, ended.execution_id, coalesce(ended.status <> 'success', false) AS failed
            FROM unnest(:jobs) AS job
            LEFT JOIN LATERAL (
              SELECT ended_at FROM caravana.servicenow_execution_log
              WHERE execution_type = job AND status = 'success' ORDER BY started_at DESC LIMIT 1
            ) AS success ON true
            LEFT JOIN LATERAL (
              SELECT execution_id, status FROM caravana.servicenow_execution_log
              WHERE execution_type = job AND status <> 'running' ORDER BY started_at DESC LIMIT 1
            ) AS ended ON true""";

    private static final String TABLES = """
            SELECT e.execution_type AS job, t.table_name, t.verdict IN ('incomplete', 'not counted') AS incomplete
            FROM caravana.table_load t JOIN caravana.servicenow_execution_log e USING (execution_id)
            WHERE execution_id = ANY (:executions) AND t.status = 'success' AND t.verdict IS NOT NULL""";

    private static final String WATERMARKS =
            "SELECT table_name, read_until AS moment FROM caravana.watermark WHERE read_until IS NOT NULL AND whole";
    private static final String CHECKPOINTS = """
            SELECT table_name, max(moved_at) AS moment FROM (
              SELECT table_name, moved_at FROM caravana.checkpoint
              UNION ALL SELECT table_name, moved_at FROM caravana.watermark WHERE pass_until IS NOT NULL
            ) AS moved GROUP BY table_name""";

    private record LastLoad(String job, OffsetDateTime succeededAt, String executionId, boolean failed) {}

    private record LastRead(String job, String tableName, boolean incomplete) {}

    private record Moment(String tableName, OffsetDateTime moment) {}

    private final JdbcClient jdbc;
    private final Catalog catalog;
    private final GaugeRows successes;
    private final GaugeRows failures;
    private final GaugeRows incomplete;
    private final GaugeRows watermarks;
    private final GaugeRows checkpoints;
    private volatile List<LastLoad> last = List.of();

    LastLoads(JdbcClient jdbc, Catalog catalog, MeterRegistry registry) {
        this.jdbc = jdbc;
        this.catalog = catalog;
        this.successes = new GaugeRows(MultiGauge.builder("caravana.job.last.success.timestamp")
                .description("When the job succeeded last, in seconds since 1970")
                .baseUnit("seconds")
                .register(registry));
        this.failures = new GaugeRows(MultiGauge.builder("caravana.job.last.failed")
                .description("Whether the job's last execution failed or was interrupted")
                .register(registry));
        this.incomplete = new GaugeRows(MultiGauge.builder("caravana.table.last.read.incomplete")
                .description("Whether rows were hidden from the table's last read")
                .register(registry));
        this.watermarks = new GaugeRows(MultiGauge.builder("caravana.table.watermark.timestamp")
                .description("Up to when every change of the table is in the replica, in seconds since 1970")
                .baseUnit("seconds")
                .register(registry));
        this.checkpoints = new GaugeRows(MultiGauge.builder("caravana.table.checkpoint.timestamp")
                .description("When the load under way last stored a page, in seconds since 1970")
                .baseUnit("seconds")
                .register(registry));
        catalog.jobs()
                .forEach(job ->
                        catalog.tablesOf(job).forEach(table -> new TableMeters(registry, job.name(), table.target())));
    }

    @Scheduled(fixedDelayString = "${caravana.metrics.refresh}")
    void refresh() {
        try {
            read();
        } catch (DataAccessException e) {
            LOG.debug("The execution log cannot be read, what was known of it stays: {}", Failures.explain(e));
        }
    }

    private void read() {
        var loads = jdbc.sql(JOBS)
                .param("jobs", catalog.jobNames().toArray(String[]::new))
                .query(LastLoad.class)
                .list();
        var reads = jdbc.sql(TABLES)
                .param("executions", loads.stream().map(LastLoad::executionId).toArray(String[]::new))
                .query(LastRead.class)
                .list();
        successes.show(loads.stream()
                .filter(load -> load.succeededAt != null)
                .collect(toMap(load -> Tags.of(TableMeters.JOB, load.job), load -> seconds(load.succeededAt))));
        failures.show(loads.stream()
                .filter(load -> load.executionId != null)
                .collect(toMap(load -> Tags.of(TableMeters.JOB, load.job), load -> load.failed ? 1.0 : 0)));
        incomplete.show(reads.stream()
                .collect(toMap(
                        read -> Tags.of(TableMeters.JOB, read.job, TableMeters.TABLE, read.tableName),
                        read -> read.incomplete ? 1.0 : 0)));
        watermarks.show(moments(WATERMARKS));
        checkpoints.show(moments(CHECKPOINTS));
        last = loads;
    }

    private Map<Tags, Double> moments(String query) {
        return jdbc.sql(query).query(Moment.class).list().stream()
                .collect(toMap(mark -> Tags.of(TableMeters.TABLE, mark.tableName), mark -> seconds(mark.moment)));
    }

    private static double seconds(OffsetDateTime moment) {
        return moment.toInstant().toEpochMilli() / 1_000.0;
    }

    /** A job that fails is its own matter: Caravana is as healthy as before. */
    @Override
    public Health health() {
        Map<String, Object> jobs = new TreeMap<>();
        last.forEach(load -> jobs.put(
                load.job,
                load.succeededAt == null ? "has never succeeded" : "last success at " + load.succeededAt.toInstant()));
        return Health.up().withDetails(jobs).build();
    }
}
