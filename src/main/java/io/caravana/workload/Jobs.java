package io.caravana.workload;

import io.caravana.replica.RowScope;
import io.caravana.workload.Job.Dependency;
import io.caravana.workload.Job.Edge;
import io.caravana.workload.Job.Neighbour;
import io.caravana.workload.Job.Neighbourhood;
import io.caravana.workload.Job.Run;
import io.caravana.workload.Job.Ticket;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The jobs of the plan as they are stored, within what somebody may see. */
@Component("workloadJobs")
public class Jobs {

    private static final int MOST_DEPENDENCIES = 100;
    private static final int MOST_NEIGHBOURS = 60;

    private static final String SCOPE = RowScope.condition("job.company", "job.assignment_group");

    /** What needs somebody comes first. */
    private static final String KEY = """
            (CASE WHEN job.state = 'failed' THEN 'a' WHEN job.is_late AND job.state NOT IN ('done', 'canceled') THEN 'b'
              WHEN job.is_waiting THEN 'c' ELSE CASE job.state WHEN 'running' THEN 'd' WHEN 'held' THEN 'e' WHEN 'blocked' THEN 'e'
              WHEN 'undecided' THEN 'e' WHEN 'unknown' THEN 'e' WHEN 'ready' THEN 'f' WHEN 'waiting' THEN 'g' ELSE 'h' END END
              || coalesce(job.stream_name, '') || ' ' || coalesce(job.name, '') || ' ' || job.id) COLLATE "C\"""";

    private static final String SELECT = """
            SELECT job.*, extract(epoch FROM job.estimated) AS estimated_seconds, norm.seconds AS usual_seconds, e.polled_at AS as_of, %s AS place,
              ARRAY(SELECT DISTINCT coalesce(d.what, j.name, s.name) FROM workload.dependency AS d
                LEFT JOIN workload.job AS j ON j.engine = d.engine AND j.id = d.job
                LEFT JOIN workload.job_stream AS s ON s.engine = d.engine AND s.id = d.stream
                WHERE job.waits_for <> '{}' AND d.engine = job.engine AND d.job_id = job.id AND NOT d.is_satisfied
                  AND coalesce(d.what, j.name, s.name) IS NOT NULL ORDER BY 1 LIMIT 3) AS waits_on
            FROM workload.job AS job JOIN workload.engine AS e ON e.engine = job.engine
            LEFT JOIN LATERAL (
              SELECT extract(epoch FROM median) AS seconds FROM workload.duration_norm AS n
              WHERE n.engine = job.engine AND n.stream_name = job.stream_name AND n.name = job.name AND n.calendar IN ('any',
                workload.calendar(CAST(coalesce(job.started_at, job.scheduled_at) AT TIME ZONE 'UTC' AS date)))
              ORDER BY n.calendar = 'any' LIMIT 1) AS norm ON true
            WHERE %s
            """.formatted(KEY, SCOPE);

    private static final String LIST = SELECT + """
              AND job.gone_at IS NULL AND (CAST(:states AS text[]) = '{}' OR job.state = ANY (CAST(:states AS text[])))
              AND (NOT :late OR job.is_late) AND (NOT :waiting OR job.is_waiting)
              AND (CAST(:stream AS text) IS NULL OR job.stream_name = :stream)
              AND (CAST(:workstation AS text) IS NULL OR job.workstation = :workstation)
              AND (CAST(:text AS text) IS NULL OR job.name ILIKE :text OR job.stream_name ILIKE :text)
              AND (CAST(:after AS text) IS NULL OR %s > :after)
            ORDER BY place LIMIT :most""".formatted(KEY);

    private static final String AROUND = """
            WITH RECURSIVE before (engine, id, depth) AS (
              SELECT engine, id, 0 FROM workload.job WHERE id = :id
              UNION
              SELECT b.engine, e.id, depth - 1 FROM before AS b CROSS JOIN LATERAL (
                SELECT d.job AS id FROM workload.dependency AS d WHERE d.engine = b.engine AND d.job_id = b.id AND d.job IS NOT NULL
                UNION ALL
                SELECT j.id FROM workload.dependency AS d JOIN workload.job AS j ON j.engine = d.engine AND j.stream_id = d.stream
                WHERE d.engine = b.engine AND d.job_id = b.id) AS e
              WHERE depth > -:depth
            ), after (engine, id, depth) AS (
              SELECT engine, id, 0 FROM workload.job WHERE id = :id
              UNION
              SELECT a.engine, e.id, depth + 1 FROM after AS a CROSS JOIN LATERAL (
                SELECT d.job_id AS id FROM workload.dependency AS d WHERE d.engine = a.engine AND d.job = a.id
                UNION ALL
                SELECT d.job_id FROM workload.job AS j JOIN workload.dependency AS d ON d.engine = j.engine AND d.stream = j.stream_id
                WHERE j.engine = a.engine AND j.id = a.id) AS e
              WHERE depth < :depth
            )
            SELECT id, depth FROM (
              SELECT DISTINCT ON (id) id, depth FROM (SELECT * FROM before UNION ALL SELECT * FROM after) AS every ORDER BY id, abs(depth)
            ) AS near ORDER BY abs(depth), id LIMIT :most""";

    private static final String EDGES = """
            SELECT d.job AS one, d.job_id AS other FROM workload.dependency AS d WHERE d.job = ANY (:ids) AND d.job_id = ANY (:ids)
            UNION
            SELECT j.id, d.job_id FROM workload.dependency AS d JOIN workload.job AS j ON j.engine = d.engine AND j.stream_id = d.stream
            WHERE d.job_id = ANY (:ids) AND j.id = ANY (:ids)""";

    private final JdbcClient jdbc;

    Jobs(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** How many jobs of the plan are in each state, and how many are late or wait too long. */
    public Map<String, Long> counts(RowScope scope) {
        var counts = new LinkedHashMap<String, Long>();
        scope.bind(jdbc.sql("""
                        SELECT state, count(*) FROM workload.job AS job WHERE gone_at IS NULL AND %1$s GROUP BY state
                        UNION ALL
                        SELECT 'late', count(*) FROM workload.job AS job WHERE gone_at IS NULL AND is_late AND state NOT IN ('done', 'canceled') AND %1$s
                        UNION ALL
                        SELECT 'stuck', count(*) FROM workload.job AS job WHERE gone_at IS NULL AND is_waiting AND %1$s""".formatted(SCOPE))).query(row -> {
            counts.put(row.getString(1), row.getLong(2));
        });
        return counts;
    }

    /** When the plan was read last; null: never. */
    public OffsetDateTime asOf() {
        return jdbc.sql("SELECT max(polled_at) FROM workload.engine")
                .query((row, number) -> new OffsetDateTime[] {row.getObject(1, OffsetDateTime.class)})
                .single()[0];
    }

    /** The jobs of the plan, those first that need somebody. */
    public List<Job> list(JobFilter filter, RowScope scope) {
        return scope.bind(jdbc.sql(LIST))
                .param("states", filter.states().toArray(String[]::new))
                .param("late", filter.isLate())
                .param("waiting", filter.isWaiting())
                .param("stream", filter.stream())
                .param("workstation", filter.workstation())
                .param("text", like(filter.text()))
                .param("after", filter.after())
                .param("most", filter.limit())
                .query((row, number) -> job(row))
                .list();
    }

    /** A job of this plan or an earlier one. */
    public Optional<Job> find(String id, RowScope scope) {
        return scope.bind(jdbc.sql(SELECT + " AND job.id = :id"))
                .param("id", id)
                .query((row, number) -> job(row))
                .optional();
    }

    /** The job of a run. */
    public Optional<Job> ofRun(String run, RowScope scope) {
        return scope.bind(jdbc.sql(
                        SELECT + " AND job.id = (SELECT job_id FROM workload.job_run WHERE run_id = :run LIMIT 1)"))
                .param("run", run)
                .query((row, number) -> job(row))
                .optional();
    }

    /** The runs of a job, the last one first. Whoever asks has found the job within the caller's scope. */
    public List<Run> runs(String id) {
        return jdbc.sql("""
                        SELECT *, extract(epoch FROM coalesce(ended_at, now()) - started_at) AS seconds FROM workload.job_run
                        WHERE job_id = ? ORDER BY attempt DESC NULLS LAST LIMIT 50""")
                .param(id)
                .query((row, number) -> new Run(
                        row.getString("run_id"),
                        row.getObject("attempt", Integer.class),
                        row.getString("state"),
                        row.getString("status"),
                        row.getString("rerun_type"),
                        row.getObject("return_code", Integer.class),
                        moment(row, "started_at"),
                        moment(row, "ended_at"),
                        seconds(row, "seconds")))
                .list();
    }

    /**
     * A run that failed.
     *
     * @param stateNow the state of its job
     * @param tickets the numbers of tickets about it
     */
    public record Failure(
            String runId,
            String jobId,
            String name,
            String stream,
            Integer returnCode,
            OffsetDateTime endedAt,
            String stateNow,
            List<String> tickets) {}

    /** The runs that failed since a moment, the latest first. */
    public List<Failure> failures(OffsetDateTime since, String name, RowScope scope, int most) {
        return scope.bind(jdbc.sql("""
                        SELECT r.run_id, r.job_id, r.name, r.stream_name, r.return_code, r.ended_at, job.state,
                          ARRAY(SELECT k.number FROM workload.job_ticket AS k WHERE k.engine = r.engine AND k.run_id = r.run_id ORDER BY 1) AS tickets
                        FROM workload.job_run AS r JOIN workload.job AS job ON job.engine = r.engine AND job.id = r.job_id
                        WHERE r.state = 'failed' AND r.ended_at >= :since AND (CAST(:name AS text) IS NULL OR r.name ILIKE :name) AND %s
                        ORDER BY r.ended_at DESC, r.run_id LIMIT :most""".formatted(SCOPE)))
                .param("since", since)
                .param("name", like(name))
                .param("most", most)
                .query((row, number) -> new Failure(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getObject(5, Integer.class),
                        row.getObject(6, OffsetDateTime.class),
                        row.getString(7),
                        List.of((String[]) row.getArray(8).getArray())))
                .list();
    }

    /** The job with a name, in any case: of the plan, else the latest. */
    public Optional<Job> named(String name, RowScope scope) {
        return scope.bind(jdbc.sql(SELECT + """
                         AND upper(job.name) = upper(:name)
                        ORDER BY job.gone_at IS NOT NULL, job.scheduled_at DESC NULLS LAST LIMIT 1"""))
                .param("name", name)
                .query((row, number) -> job(row))
                .optional();
    }

    /** The last run that has begun of the jobs with a name, in any case. */
    public Optional<String> lastRun(String name, RowScope scope) {
        return scope.bind(jdbc.sql("""
                        SELECT r.run_id FROM workload.job_run AS r JOIN workload.job AS job ON job.engine = r.engine AND job.id = r.job_id
                        WHERE upper(r.name) = upper(:name) AND r.started_at IS NOT NULL AND %s ORDER BY r.started_at DESC LIMIT 1""".formatted(SCOPE)))
                .param("name", name)
                .query(String.class)
                .optional();
    }

    /** The names of the jobs that a ticket is about. Whoever asks has found the ticket within the caller's scope. */
    public List<String> ofTicket(String sysId) {
        return jdbc.sql("""
                        SELECT DISTINCT r.name FROM workload.job_ticket AS k JOIN workload.job_run AS r USING (engine, run_id)
                        WHERE k.sys_id = ? AND r.name IS NOT NULL ORDER BY 1""").param(sysId).query(String.class).list();
    }

    private static String like(String text) {
        return text == null ? null : "%" + text.replaceAll("([\\\\%_])", "\\\\$1") + "%";
    }

    /** What a job depends on, what is not satisfied first. */
    public List<Dependency> dependencies(String id) {
        return jdbc.sql("""
                        SELECT d.kind, coalesce(d.what, j.name) AS what, d.job, d.status, d.is_satisfied FROM workload.dependency AS d
                        LEFT JOIN workload.job AS j ON j.engine = d.engine AND j.id = d.job
                        WHERE d.job_id = ? ORDER BY d.is_satisfied NULLS FIRST, d.kind, what LIMIT ?""")
                .params(id, MOST_DEPENDENCIES)
                .query((row, number) -> new Dependency(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getObject(5, Boolean.class)))
                .list();
    }

    /** The tickets about a job's failed runs that the scope lets through, the newest first. */
    public List<Ticket> tickets(String id, RowScope scope) {
        var isLoaded = jdbc.sql("""
                        SELECT count(*) = 2 FROM pg_attribute WHERE attrelid = to_regclass('servicenow.incident')
                        AND attname IN ('company', 'assignment_group') AND NOT attisdropped""").query(Boolean.class).single();
        if (!isLoaded) {
            return List.of();
        }
        return scope.bind(jdbc.sql("""
                        SELECT k.* FROM workload.job_ticket AS k JOIN servicenow.incident AS ticket ON ticket.sys_id = k.sys_id
                        WHERE k.job_id = :id AND %s ORDER BY k.linked_at DESC LIMIT 20""".formatted(RowScope.CONDITION)))
                .param("id", id)
                .query((row, number) -> new Ticket(
                        row.getString("table_name"),
                        row.getString("sys_id"),
                        row.getString("number"),
                        row.getString("run_id"),
                        row.getString("found_by")))
                .list();
    }

    /** The jobs before and after one, the nearest first, at most sixty. */
    public Neighbourhood around(String id, int depth, RowScope scope) {
        var depths = new LinkedHashMap<String, Integer>();
        jdbc.sql(AROUND)
                .param("id", id)
                .param("depth", depth)
                .param("most", MOST_NEIGHBOURS)
                .query(row -> {
                    depths.put(row.getString(1), row.getInt(2));
                });
        var ids = depths.keySet().toArray(String[]::new);
        var jobs = scope
                .bind(jdbc.sql(SELECT + " AND job.id = ANY (:ids)"))
                .param("ids", ids)
                .query((row, number) -> job(row))
                .list()
                .stream()
                .collect(Collectors.toMap(Job::id, job -> job, (one, other) -> one));
        var edges = jdbc.sql(EDGES)
                .param("ids", jobs.keySet().toArray(String[]::new))
                .query((row, number) -> new Edge(row.getString(1), row.getString(2)))
                .list();
        return new Neighbourhood(
                depths.entrySet().stream()
                        .filter(entry -> jobs.containsKey(entry.getKey()))
                        .map(entry -> new Neighbour(entry.getValue(), jobs.get(entry.getKey())))
                        .toList(),
                edges);
    }

    private static Job job(ResultSet row) throws SQLException {
        return new Job(
                row.getString("id"),
                row.getString("name"),
                row.getString("stream_name"),
                row.getString("workstation"),
                row.getString("state"),
                row.getString("status"),
                row.getString("substatus"),
                row.getObject("priority", Integer.class),
                row.getObject("is_critical", Boolean.class),
                row.getBoolean("is_late"),
                row.getString("late_reason"),
                row.getBoolean("is_waiting"),
                List.of((String[]) row.getArray("waits_for").getArray()),
                List.of((String[]) row.getArray("waits_on").getArray()),
                moment(row, "scheduled_at"),
                moment(row, "starts_at"),
                moment(row, "deadline_at"),
                moment(row, "started_at"),
                moment(row, "ended_at"),
                seconds(row, "estimated_seconds"),
                seconds(row, "usual_seconds"),
                row.getString("run_id"),
                row.getObject("attempt", Integer.class),
                row.getObject("failed_runs", Integer.class),
                row.getObject("return_code", Integer.class),
                moment(row, "as_of"),
                row.getString("place"));
    }

    private static OffsetDateTime moment(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class);
    }

    private static Long seconds(ResultSet row, String column) throws SQLException {
        var seconds = row.getBigDecimal(column);
        return seconds == null ? null : seconds.longValue();
    }
}
