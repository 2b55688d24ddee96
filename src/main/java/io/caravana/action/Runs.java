package io.caravana.action;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.action.Engine.Outcome;
import io.caravana.action.Run.Line;
import io.caravana.action.Run.Lines;
import io.caravana.change.ChangeEvent;
import io.caravana.execution.worker.WorkerRegistration;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** What ran, and what it logged. */
@Component("actionRuns")
public class Runs {

    /** Lines that a page has, as the reference has it. */
    private static final int PAGE = 20;

    private static final int WINDOW_SECONDS = 60;

    /** Counts the call and notes the run, if the code has not been called too often in this minute. */
    private static final String BEGIN = """
            WITH rate AS (
              INSERT INTO caravana.action_rate AS r (code, since, calls) VALUES (:code, clock_timestamp(), 1)
              ON CONFLICT (code) DO UPDATE SET
                since = CASE WHEN r.since < clock_timestamp() - make_interval(secs => :window) THEN EXCLUDED.since ELSE r.since END,
                calls = CASE WHEN r.since < clock_timestamp() - make_interval(secs => :window) THEN 1 ELSE r.calls + 1 END
              RETURNING calls, since
            ), run AS (
              INSERT INTO caravana.action_run (id, code, project, version, cause, status, method, params, body, headers, event, engine, owner, created_by)
              SELECT :id, :code, :project, :version, :cause, 'started', :method, CAST(:params AS jsonb), :body, CAST(:headers AS jsonb),
                :event, :engine, :owner, :by FROM rate WHERE calls <= :most)
            SELECT CASE WHEN calls <= :most THEN 0
              ELSE ceil(extract(epoch FROM since - clock_timestamp()) + :window) END AS wait FROM rate""";

    /** Whoever lost the run to another worker writes nothing. */
    private static final String END = """
            UPDATE caravana.action_run SET status = :status, failure = :failure, line = :line, result = :result,
              extra = CAST(:extra AS jsonb), engine = coalesce(:engine, engine), exit_code = :exit, wall_millis = :wall, cpu_millis = :cpu, peak_kib = :peak,
              output_bytes = :output, updated_at = clock_timestamp()
            WHERE id = :id AND status = 'started' AND owner = :owner""";

    private static final String LOG = """
            INSERT INTO caravana.action_log (run, code, type, content, created_at)
            SELECT :run, :code, line.type, line.content, line.at
            FROM unnest(CAST(:types AS text[]), CAST(:contents AS text[]), CAST(:moments AS timestamptz[])) AS line (type, content, at)""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final WorkerRegistration worker;
    private final ObjectMapper json;

    Runs(JdbcClient jdbc, TransactionTemplate transaction, WorkerRegistration worker, ObjectMapper json) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.worker = worker;
        this.json = json;
    }

    /** A line that is not stored yet. */
    record NewLine(String type, String content, OffsetDateTime at) {}

    /**
     * Notes that a run begins here.
     *
     * @return empty if it may; else after how many seconds its code may be called again
     */
    OptionalLong begin(UUID id, Code code, int version, Call call, String engine, int callsPerMinute) {
        long wait = jdbc.sql(BEGIN)
                .param("code", code.id())
                .param("window", WINDOW_SECONDS)
                .param("id", id)
                .param("project", code.projectUuid())
                .param(
                        "event",
                        call.event() == null ? null : call.event().path("id").asText())
                .param("version", version)
                .param("cause", call.cause())
                .param("method", call.method())
                .param("params", write(storable(call.params())))
                .param("body", storable(call.body()))
                .param("headers", write(call.headers()))
                .param("engine", engine)
                .param("owner", owner())
                .param("by", call.by())
                .param("most", callsPerMinute)
                .query(Long.class)
                .single();
        return wait == 0 ? OptionalLong.empty() : OptionalLong.of(wait);
    }

    private static final String QUEUE = """
            WITH run AS (
              INSERT INTO caravana.action_run (id, code, project, version, cause, status, subscription, event, event_data, created_by)
              VALUES (:id, :code, :project, :version, :cause, 'queued', :subscription, :event, CAST(:data AS jsonb), :by)
              ON CONFLICT (subscription, event) WHERE cause = 'event' DO NOTHING RETURNING id, project
            ), lane AS (
              INSERT INTO caravana.action_lane (project) SELECT project FROM run ON CONFLICT DO NOTHING)
            INSERT INTO caravana.action_queue (run, project, due_at) SELECT id, project, clock_timestamp() FROM run""";

    /** Notes a run on an event that waits for its turn. One that comes a second time waits only once. */
    void queue(Code code, UUID subscription, ChangeEvent event, JsonNode record, String cause, String by) {
        var data = json.createObjectNode();
        data.set("event", json.valueToTree(event));
        data.set("record", record);
        jdbc.sql(QUEUE)
                .param("id", UUID.randomUUID())
                .param("code", code.id())
                .param("project", code.projectUuid())
                .param("version", code.live())
                .param("cause", cause)
                .param("subscription", subscription)
                .param("event", event.id().toString())
                .param("data", data.toString())
                .param("by", by)
                .update();
    }

    /** Runs a run on an event again, with the same key; empty if it was a call. */
    Optional<UUID> replay(UUID run, String by) {
        return jdbc.sql("""
                        WITH run AS (
                          INSERT INTO caravana.action_run (id, code, project, version, cause, status, subscription, event, event_data, created_by)
                          SELECT gen_random_uuid(), r.code, r.project, live.version, 'replay', 'queued', r.subscription, r.event, r.event_data, :by
                          FROM caravana.action_run AS r JOIN caravana.action_alias AS live ON live.code = r.code AND live.name = 'live'
                          WHERE r.id = :run AND r.event_data IS NOT NULL RETURNING id, project
                        ), lane AS (
                          INSERT INTO caravana.action_lane (project) SELECT project FROM run ON CONFLICT DO NOTHING)
                        INSERT INTO caravana.action_queue (run, project, due_at) SELECT id, project, clock_timestamp() FROM run RETURNING run""").param("run", run).param("by", by).query(UUID.class).optional();
    }

    /** Takes the next run that waits. */
    Optional<UUID> claim(int perProject) {
        return jdbc.sql("SELECT caravana.claim_action_run(?, ?)")
                .params(owner(), perProject)
                .query((row, number) -> Optional.ofNullable(row.getObject(1, UUID.class)))
                .single();
    }

    /** How many runs wait. */
    long waiting() {
        return jdbc.sql("SELECT count(*) FROM caravana.action_queue")
                .query(Long.class)
                .single();
    }

    /** What a run that waits was told: {@code event} and {@code record}. */
    JsonNode data(UUID run) {
        return tree(jdbc.sql("SELECT coalesce(event_data, '{}') FROM caravana.action_run WHERE id = ?")
                .param(run)
                .query(String.class)
                .single());
    }

    /** Has a run that failed wait for its next attempt. */
    void again(UUID id, Duration pause) {
        jdbc.sql("""
                        WITH run AS (
                          UPDATE caravana.action_run SET status = 'queued', owner = NULL, attempt = attempt + 1
                          WHERE id = :id AND status = 'failed' RETURNING id, project)
                        INSERT INTO caravana.action_queue (run, project, due_at)
                        SELECT id, project, clock_timestamp() + make_interval(secs => :pause) FROM run ON CONFLICT DO NOTHING""").param("id", id).param("pause", pause.toMillis() / 1_000.0).update();
    }

    private static final String IS_ALIVE = """
            WITH worker AS MATERIALIZED (
              SELECT session_lock FROM caravana.worker WHERE key = ? AND alive_until > clock_timestamp() FOR UPDATE)
            SELECT EXISTS (SELECT FROM worker WHERE NOT pg_try_advisory_xact_lock(session_lock))""";

    private static final String LOSE = """
            WITH lost AS (
              UPDATE caravana.action_run SET status = CASE WHEN event_data IS NULL OR attempt > 3 THEN 'failed' ELSE 'queued' END,
                failure = 'lost', attempt = attempt + 1, result = 'the worker that ran it has gone', owner = NULL, updated_at = clock_timestamp()
              WHERE status = 'started' AND owner = ? RETURNING id, project, status)
            INSERT INTO caravana.action_queue (run, project, due_at)
            SELECT id, project, clock_timestamp() FROM lost WHERE status = 'queued' ON CONFLICT DO NOTHING""";

    /** Ends runs whose worker has gone; those on events wait again. */
    void recover() {
        var owners = jdbc.sql(
                        "SELECT DISTINCT owner FROM caravana.action_run WHERE status = 'started' AND owner IS NOT NULL")
                .query(Long.class)
                .list();
        for (var owner : owners) {
            transaction.executeWithoutResult(status -> {
                var isAlive = owner == worker.knownKey() && worker.isRegistered()
                        || jdbc.sql(IS_ALIVE).param(owner).query(Boolean.class).single();
                if (!isAlive) {
                    jdbc.sql(LOSE).param(owner).update();
                }
            });
        }
    }

    /** Notes what a run asked for. Notes and assignments wait for a person. */
    void ask(UUID run, UUID project, JsonNode effects) {
        for (var effect : effects) {
            var type = effect.path("type").asText();
            jdbc.sql("""
                            INSERT INTO caravana.action_effect (run, project, type, options, status)
                            VALUES (?, ?, ?, CAST(? AS jsonb), ?)""")
                    .params(
                            run,
                            project,
                            type,
                            effect.path("options").toString(),
                            type.equals("note") || type.equals("assignment") ? "proposed" : "due")
                    .update();
        }
    }

    private long owner() {
        return worker.isRegistered() ? worker.knownKey() : worker.key();
    }

    /**
     * Notes how a run ended.
     *
     * @param answer null where it failed
     * @param dryEffects what it would have had done; null: it was no dry run
     */
    void end(
            UUID id,
            String engine,
            Outcome outcome,
            Failure failure,
            String message,
            Answer answer,
            JsonNode dryEffects) {
        jdbc.sql(END)
                .param("status", failure == null ? "completed" : "failed")
                .param("failure", failure == null ? null : failure.inWords())
                .param("line", outcome.line())
                .param("result", storable(answer == null ? message : answer.body()))
                .param("extra", answer == null ? "{}" : write(extra(answer, dryEffects)))
                .param("engine", engine)
                .param("exit", outcome.exitCode())
                .param("wall", outcome.wallMillis())
                .param("cpu", outcome.cpuMillis())
                .param("peak", outcome.peakKib())
                .param("output", outcome.outputBytes())
                .param("id", id)
                .param("owner", worker.knownKey())
                .update();
    }

    private static Map<String, Object> extra(Answer answer, JsonNode dryEffects) {
        var extra = new LinkedHashMap<String, Object>();
        extra.put("status_code", answer.status());
        extra.put("content_type", answer.contentType());
        extra.put("headers", answer.headers());
        if (dryEffects != null) {
            extra.put("effects", dryEffects);
        }
        return extra;
    }

    /** Stores lines of a run. */
    void log(UUID run, UUID code, Collection<NewLine> lines) {
        jdbc.sql(LOG)
                .param("run", run)
                .param("code", code)
                .param("types", lines.stream().map(NewLine::type).toArray(String[]::new))
                .param(
                        "contents",
                        lines.stream().map(line -> storable(line.content())).toArray(String[]::new))
                .param(
                        "moments",
                        lines.stream().map(line -> line.at().toString()).toArray(String[]::new))
                .update();
    }

    public Optional<Run> find(UUID id) {
        return jdbc.sql("SELECT * FROM caravana.action_run WHERE id = ?")
                .param(id)
                .query(this::read)
                .optional();
    }

    /**
     * The runs of a code, newest first.
     *
     * @param after only those that were made after this moment; null: all
     * @param before only those that were made before this moment; null: all
     * @param beforeRun only those before this run of the same code; null: all
     * @param status only those with this status; null: all
     */
    public List<Run> list(
            UUID code, OffsetDateTime after, OffsetDateTime before, UUID beforeRun, String status, int most) {
        return jdbc.sql("""
                        SELECT * FROM caravana.action_run
                        WHERE code = :code AND (CAST(:after AS timestamptz) IS NULL OR created_at > :after)
                          AND (CAST(:before AS timestamptz) IS NULL OR created_at < :before)
                          AND (CAST(:status AS text) IS NULL OR status = :status)
                          AND (CAST(:run AS uuid) IS NULL
                            OR (created_at, id) < (SELECT created_at, id FROM caravana.action_run WHERE id = CAST(:run AS uuid)))
                        ORDER BY created_at DESC, id DESC LIMIT :most""")
                .param("code", code)
                .param("after", after)
                .param("before", before)
                .param("run", beforeRun)
                .param("status", status)
                .param("most", most)
                .query(this::read)
                .list();
    }

    private Run read(ResultSet row, int number) throws SQLException {
        return new Run(
                row.getObject("id", UUID.class),
                row.getObject("code", UUID.class),
                row.getInt("version"),
                row.getString("cause"),
                row.getString("status"),
                row.getString("failure"),
                row.getObject("line", Integer.class),
                row.getString("method"),
                tree(row.getString("params")),
                row.getString("body"),
                tree(row.getString("headers")),
                row.getObject("subscription", UUID.class),
                row.getString("event"),
                row.getInt("attempt"),
                row.getString("result"),
                tree(row.getString("extra")),
                row.getString("engine"),
                row.getObject("exit_code", Integer.class),
                row.getObject("wall_millis", Long.class),
                row.getObject("cpu_millis", Long.class),
                row.getObject("peak_kib", Long.class),
                row.getObject("output_bytes", Long.class),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class),
                row.getObject("updated_at", OffsetDateTime.class));
    }

    public Optional<Line> line(long id) {
        return jdbc.sql("SELECT * FROM caravana.action_log WHERE id = ?")
                .param(id)
                .query(Runs::readLine)
                .optional();
    }

    /**
     * A page of lines, oldest first.
     *
     * @param run null: of all runs of the code
     * @param code null: of the run
     * @param page counts from 1
     */
    public Lines lines(UUID run, UUID code, long page) {
        var column = run == null ? "code" : "run";
        var of = run == null ? code : run;
        long total = jdbc.sql("SELECT count(*) FROM caravana.action_log WHERE " + column + " = ?")
                .param(of)
                .query(Long.class)
                .single();
        var lines = jdbc.sql("SELECT * FROM caravana.action_log WHERE " + column + " = ? ORDER BY id LIMIT ? OFFSET ?")
                .params(of, PAGE, (page - 1) * PAGE)
                .query(Runs::readLine)
                .list();
        return new Lines(lines, total, page, Math.max(1, (total + PAGE - 1) / PAGE));
    }

    private static Line readLine(ResultSet row, int number) throws SQLException {
        return new Line(
                row.getLong("id"),
                row.getObject("run", UUID.class),
                row.getObject("code", UUID.class),
                row.getString("type"),
                row.getString("content"),
                row.getObject("created_at", OffsetDateTime.class));
    }

    private JsonNode tree(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("PostgreSQL returned JSON that cannot be read", e);
        }
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("this is no JSON", e);
        }
    }

    private static Map<String, String> storable(Map<String, String> params) {
        var storable = new LinkedHashMap<String, String>();
        params.forEach((name, value) -> storable.put(storable(name), storable(value)));
        return storable;
    }

    /** PostgreSQL has no text with a NUL, and none with half a character: those are written as {@code \}{@code u0000}. */
    static String storable(String text) {
        if (text == null) {
            return null;
        }
        StringBuilder clean = null;
        for (int at = 0; at < text.length(); at++) {
            var one = text.charAt(at);
            var isPair = Character.isHighSurrogate(one)
                    && at + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(at + 1));
            if (one == 0 || Character.isSurrogate(one) && !isPair) {
                clean = clean == null ? new StringBuilder(text.substring(0, at)) : clean;
                clean.append("\\u%04x".formatted((int) one));
            } else {
                if (clean != null) {
                    clean.append(one);
                }
                if (isPair) {
                    at++;
                    if (clean != null) {
                        clean.append(text.charAt(at));
                    }
                }
            }
        }
        return clean == null ? text : clean.toString();
    }
}
