package io.caravana.action;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What runs asked for: webhooks are sent after the run's success; notes and assignments are shown to people as proposals. */
@Component("actionEffects")
@ConditionalOnWebApplication
public class Effects {

    private static final int MOST = 50;
    private static final int ATTEMPTS = 6;
    private static final Map<String, List<String>> NEEDED = Map.of(
            "note", List.of("table", "sys_id", "text"),
            "assignment", List.of("table", "sys_id"),
            "webhook", List.of("url"));

    /** A worker that dies before it has carried one out leaves it to others after a minute. */
    private static final String CLAIM = """
            UPDATE caravana.action_effect SET due_at = clock_timestamp() + interval '1 minute', attempts = attempts + 1
            WHERE id = (SELECT id FROM caravana.action_effect WHERE status = 'due' AND type = 'webhook' AND due_at <= clock_timestamp()
              ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *""";

    private static final String END = """
            UPDATE caravana.action_effect SET error = :error,
              status = CASE WHEN CAST(:error AS text) IS NULL THEN 'done' WHEN attempts >= :most THEN 'failed' ELSE 'due' END,
              due_at = clock_timestamp() + interval '10 seconds' * power(3, attempts)
            WHERE id = :id""";

    private final JdbcClient jdbc;
    private final Projects projects;
    private final Secrets secrets;
    private final ActionHttp http;
    private final ObjectMapper json;
    private final Clock clock;

    Effects(JdbcClient jdbc, Projects projects, Secrets secrets, ActionHttp http, ObjectMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.projects = projects;
        this.secrets = secrets;
        this.http = http;
        this.json = json;
        this.clock = clock;
    }

    /**
     * Something that a run asked for.
     *
     * @param status {@code proposed}, {@code due}, {@code done} or {@code failed}
     */
    public record Effect(
            long id,
            UUID runId,
            String type,
            JsonNode options,
            String status,
            int attempts,
            String error,
            OffsetDateTime createdAt) {}

    /** @throws IllegalArgumentException if it is no list of effects; the message says why */
    static JsonNode of(JsonNode asked) {
        if (asked.size() > MOST) {
            throw new IllegalArgumentException("a run may ask for %d effects".formatted(MOST));
        }
        for (var effect : asked) {
            var type = effect.path("type").asText();
            if (!NEEDED.containsKey(type)) {
                throw new IllegalArgumentException(
                        "there is no effect '%s'; there are assignment, note, webhook".formatted(type));
            }
            for (var name : NEEDED.get(type)) {
                if (!effect.path("options").path(name).isTextual()) {
                    throw new IllegalArgumentException("the effect %s needs %s, a text".formatted(type, name));
                }
            }
        }
        return asked;
    }

    /** The effects of a project, newest first. */
    public List<Effect> list(UUID project, String status, Long before, int most) {
        return jdbc.sql("""
                        SELECT * FROM caravana.action_effect WHERE project = :project
                          AND (CAST(:status AS text) IS NULL OR status = :status)
                          AND (CAST(:before AS bigint) IS NULL OR id < :before) ORDER BY id DESC LIMIT :most""")
                .param("project", project)
                .param("status", status)
                .param("before", before)
                .param("most", most)
                .query(this::read)
                .list();
    }

    private Effect read(ResultSet row, int number) throws SQLException {
        return new Effect(
                row.getLong("id"),
                row.getObject("run", UUID.class),
                row.getString("type"),
                tree(row.getString("options")),
                row.getString("status"),
                row.getInt("attempts"),
                row.getString("error"),
                row.getObject("created_at", OffsetDateTime.class));
    }

    private JsonNode tree(String text) throws SQLException {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new SQLException("PostgreSQL returned JSON that cannot be read", e);
        }
    }

    /** Sends the webhooks that are due. */
    public void carryOut() {
        for (var claimed = claim(); claimed.isPresent(); claimed = claim()) {
            end(claimed.get().effect(), claimed.get().project());
        }
    }

    private record Claimed(Effect effect, UUID project) {}

    private Optional<Claimed> claim() {
        return jdbc.sql(CLAIM)
                .query((row, number) -> new Claimed(read(row, number), row.getObject("project", UUID.class)))
                .optional();
    }

    private void end(Effect effect, UUID project) {
        var answer = http.of(
                        projects.find(project).orElseThrow().hosts(),
                        secrets.values(project),
                        clock.instant().plus(Duration.ofSeconds(10)))
                .ask(request(effect));
        var status = answer.path("status").asInt();
        var error = answer.has("refused")
                ? answer.path("refused").asText()
                : status < 200 || status > 299 ? "the receiver answered " + status : null;
        jdbc.sql(END)
                .param("error", error)
                .param("most", ATTEMPTS)
                .param("id", effect.id())
                .update();
    }

    /** A receiver may get it twice, and knows by the key. */
    private ObjectNode request(Effect effect) {
        var options = effect.options();
        var request = json.createObjectNode()
                .put("method", "POST")
                .put("url", options.path("url").asText());
        var headers = request.putObject("headers");
        options.path("headers").properties().forEach(one -> headers.set(one.getKey(), one.getValue()));
        headers.put("Idempotency-Key", "%s-%d".formatted(effect.runId(), effect.id()));
        var body = options.path("body");
        return request.put("body", body.isTextual() ? body.asText() : body.toString());
    }
}
