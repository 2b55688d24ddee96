package io.caravana.execution.log;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import io.caravana.catalog.Catalog;
import io.caravana.error.Failures;
import io.caravana.execution.run.TableMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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
 * How each job ended the last time, for monitors: from the execution log, so also of other workers and from before the
 * start. Read in the background, as a database that does not answer must not keep the other metrics from anybody.
 */
@Component("jobsHealthIndicator")
@ConditionalOnWebApplication
final class LastLoads implements HealthIndicator {

    private static final Logger LOG = LoggerFactory.getLogger(LastLoads.class);

    private static final String LAST_SUCCESS = "caravana.job.last.success.timestamp";

    /** The name of each metric, and what it means. */
    private static final Map<String, String> GAUGES = Map.of(
            LAST_SUCCESS,
            "When the job succeeded last, in seconds since 1970",
            "caravana.job.last.failed",
            "Whether the job's last execution failed or was interrupted",
            "caravana.table.last.read.incomplete",
            "Whether rows were hidden from the table's last read",
            "caravana.table.set.aside",
            "Whether a job of changes could not read the table and leaves it out for a while",
            "caravana.table.watermark.timestamp",
            "Up to when every change of the table is in the replica, in seconds since 1970",
            "caravana.table.checkpoint.timestamp",
            "When the load under way last stored a page, in seconds since 1970");

    private static final String VALUES = """
            WITH ended AS (
              SELECT job, success.ended_at AS succeeded_at, ended.execution_id, ended.status
              FROM unnest(:jobs) AS job
              LEFT JOIN LATERAL (
                SELECT ended_at FROM caravana.servicenow_execution_log
                WHERE execution_type = job AND status = 'success' ORDER BY started_at DESC LIMIT 1
              ) AS success ON true
              LEFT JOIN LATERAL (
                SELECT execution_id, status FROM caravana.servicenow_execution_log
                WHERE execution_type = job AND status <> 'running' ORDER BY started_at DESC LIMIT 1
              ) AS ended ON true
            ), moved AS (
              SELECT table_name, moved_at FROM caravana.checkpoint
              UNION ALL SELECT table_name, moved_at FROM caravana.watermark WHERE pass_until IS NOT NULL
            ), moment AS (
              SELECT 'caravana.job.last.success.timestamp' AS gauge, job, NULL AS table_name, succeeded_at AS moment FROM ended
              UNION ALL SELECT 'caravana.table.watermark.timestamp', NULL, table_name, read_until
                FROM caravana.watermark WHERE whole
              UNION ALL SELECT 'caravana.table.checkpoint.timestamp', NULL, table_name, max(moved_at)
                FROM moved GROUP BY table_name
            )
            SELECT gauge, job, table_name, extract(epoch FROM date_trunc('milliseconds', moment)) AS value, moment
            FROM moment WHERE moment IS NOT NULL
            UNION ALL SELECT 'caravana.job.last.failed', job, NULL, (status <> 'success')::integer, NULL
              FROM ended WHERE execution_id IS NOT NULL
            UNION ALL SELECT 'caravana.table.last.read.incomplete', job, table_name,
                (verdict IN ('incomplete', 'not counted'))::integer, NULL
              FROM ended JOIN caravana.table_load AS load USING (execution_id)
              WHERE load.status = 'success' AND verdict IS NOT NULL
            UNION ALL SELECT 'caravana.table.set.aside', job, table_name, (aside.reason IS NOT NULL)::integer, NULL
              FROM ended JOIN caravana.table_load USING (execution_id)
              LEFT JOIN caravana.set_aside AS aside USING (job, table_name)""";

    private record Value(String gauge, String job, String tableName, double value, OffsetDateTime moment) {
        Tags tags() {
            var table = tableName == null ? Tags.empty() : Tags.of(TableMeters.TABLE, tableName);
            return job == null ? table : table.and(TableMeters.JOB, job);
        }
    }

    /**
     * A metric with a value for each job or table. What stays is not registered anew, only its value moves: a scrape that comes
     * while all are taken away and put back finds none, and Micrometer 1.17.2 answers it with 500.
     */
    private record Gauge(MultiGauge rows, Map<Tags, Double> values) {
        void show(List<Value> now) {
            var byTags = now.stream().collect(toMap(Value::tags, Value::value));
            values.putAll(byTags);
            rows.register(byTags.keySet().stream()
                    .map(tags -> Row.of(tags, () -> values.getOrDefault(tags, Double.NaN)))
                    .toList());
            values.keySet().retainAll(byTags.keySet());
        }
    }

    private final JdbcClient jdbc;
    private final Catalog catalog;
    private final Map<String, Gauge> gauges;
    private volatile Map<String, String> health = Map.of();

    LastLoads(JdbcClient jdbc, Catalog catalog, MeterRegistry registry) {
        this.jdbc = jdbc;
        this.catalog = catalog;
        this.gauges = GAUGES.entrySet().stream()
                .collect(toMap(
                        Map.Entry::getKey,
                        gauge -> new Gauge(
                                MultiGauge.builder(gauge.getKey())
                                        .description(gauge.getValue())
                                        .baseUnit(gauge.getKey().endsWith("timestamp") ? "seconds" : null)
                                        .register(registry),
                                new ConcurrentHashMap<>())));
        catalog.jobs()
                .forEach(job ->
                        catalog.tablesOf(job).forEach(table -> new TableMeters(registry, job.name(), table.target())));
    }

    @Scheduled(fixedDelayString = "${metrics.refresh:60s}")
    void refresh() {
        try {
            var values = jdbc
                    .sql(VALUES)
                    .param("jobs", catalog.jobNames().toArray(String[]::new))
                    .query(Value.class)
                    .list()
                    .stream()
                    .collect(groupingBy(Value::gauge));
            gauges.forEach((name, gauge) -> gauge.show(values.getOrDefault(name, List.of())));
            health = words(values.getOrDefault(LAST_SUCCESS, List.of()));
        } catch (DataAccessException e) {
            LOG.debug("Could not read the execution log, what was known of it stays: {}", Failures.explain(e));
        }
    }

    private Map<String, String> words(List<Value> successes) {
        var words = new TreeMap<String, String>();
        catalog.jobNames().forEach(job -> words.put(job, "has never succeeded"));
        successes.forEach(success -> words.put(success.job, "last success at " + success.moment.toInstant()));
        return words;
    }

    /** A job that fails is its own matter: Caravana is as healthy as before. */
    @Override
    public Health health() {
        return Health.up().withDetails(health).build();
    }
}
