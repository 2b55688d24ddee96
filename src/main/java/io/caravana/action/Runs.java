package io.caravana.action;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.action.Engine.Outcome;
import io.caravana.action.Run.Line;
import io.caravana.action.Run.Lines;
import io.caravana.execution.worker.WorkerRegistration;
import java.sql.ResultSet;
import java.sql.SQLException;
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
              INSERT INTO caravana.action_run (id, code, version, cause, status, method, params, body, headers, engine, owner, created_by)
              SELECT :id, :code, :version, :cause, 'started', :method, CAST(:params AS jsonb), :body, CAST(:headers AS jsonb),
                :engine, :owner, :by FROM rate WHERE calls <= :most)
            SELECT CASE WHEN calls <= :most THEN 0
              ELSE ceil(extract(epoch FROM since - clock_timestamp()) + :window) END AS wait FROM rate""";

    /** Whoever lost the run to another worker writes nothing. */
    private static final String END = """
            UPDATE caravana.action_run SET status = :status, failure = :failure, line = :line, result = :result,
              extra = CAST(:extra AS jsonb), exit_code = :exit, wall_millis = :wall, cpu_millis = :cpu, peak_kib = :peak,
              output_bytes = :output, updated_at = clock_timestamp()
            WHERE id = :id AND status = 'started' AND owner = :owner""";

    private static final String LOG = """
            INSERT INTO caravana.action_log (run, code, type, content, created_at)
            SELECT :run, :code, line.type, line.content, line.at
            FROM unnest(CAST(:types AS text[]), CAST(:contents AS text[]), CAST(:moments AS timestamptz[])) AS line (type, content, at)""";

    private final JdbcClient jdbc;
    private final WorkerRegistration worker;
    private final ObjectMapper json;

    Runs(JdbcClient jdbc, WorkerRegistration worker, ObjectMapper json) {
        this.jdbc = jdbc;
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

    private long owner() {
        return worker.isRegistered() ? worker.knownKey() : worker.key();
    }

    /**
     * Notes how a run ended.
     *
     * @param answer null where it failed
     */
    void end(UUID id, Outcome outcome, Failure failure, String message, Answer answer) {
        jdbc.sql(END)
                .param("status", failure == null ? "completed" : "failed")
                .param("failure", failure == null ? null : failure.inWords())
                .param("line", outcome.line())
                .param("result", storable(answer == null ? message : answer.body()))
                .param("extra", answer == null ? "{}" : write(extra(answer)))
                .param("exit", outcome.exitCode())
                .param("wall", outcome.wallMillis())
                .param("cpu", outcome.cpuMillis())
                .param("peak", outcome.peakKib())
                .param("output", outcome.outputBytes())
                .param("id", id)
                .param("owner", worker.knownKey())
                .update();
    }

    private static Map<String, Object> extra(Answer answer) {
        return Map.of(
                "status_code", answer.status(), "content_type", answer.contentType(), "headers", answer.headers());
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

    private JsonNode tree(String text) throws SQLException {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new SQLException("PostgreSQL returned JSON that cannot be read", e);
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
