package io.caravana.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.replica.RowScope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.text.Normalizer;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.commons.codec.digest.DigestUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Writes to the workload engine: each is proposed by one operator and approved by another, and is carried out at most once. A request
 * whose answer was lost is never sent again; what has become of it is seen in the plan.
 */
@Component
public class Proposals {

    private static final Logger LOG = LoggerFactory.getLogger(Proposals.class);

    private static final Duration LASTS = Duration.ofMinutes(30);
    private static final String FAILED = "failed";

    /** What can be proposed, and the states of a job in which the engine takes it. */
    public static final Map<String, List<String>> ACTIONS = Map.of(
            "rerun", List.of(FAILED),
            "hold", List.of("waiting", "ready", "blocked"),
            "release", List.of("held"),
            "confirm-succ", List.of(FAILED),
            "confirm-abend", List.of("running"));

    /** A request that left so long ago, and whose answer nobody noted, has lost it with its process. */
    private static final String SETTLE = """
            UPDATE caravana.proposal SET state = CASE state WHEN 'open' THEN 'expired' ELSE 'unknown' END,
              outcome = CASE state WHEN 'open' THEN 'nobody has approved it in time'
                ELSE 'its answer was lost; the job shows what has become of it' END
            WHERE state = 'open' AND expires_at <= now() OR state IN ('approved', 'sent') AND decided_at <= now() - interval '5 minutes'""";

    private static final String APPROVE = """
            UPDATE caravana.proposal SET state = 'approved', decided_by = :by, decided_at = now()
            WHERE id = :id AND state = 'open' AND sha256 = :sha256 AND asked_by <> :by AND expires_at > now() RETURNING *""";

    private final JdbcClient jdbc;
    private final Jobs jobs;
    private final EngineCalls engine;
    private final WorkloadProperties properties;
    private final ObjectMapper json;

    Proposals(JdbcClient jdbc, Jobs jobs, EngineCalls engine, WorkloadProperties properties, ObjectMapper json) {
        this.jdbc = jdbc;
        this.jobs = jobs;
        this.engine = engine;
        this.properties = properties;
        this.json = json;
    }

    /**
     * A proposal.
     *
     * @param content what was proposed and how the job stood, as canonical JSON
     * @param sha256 of the content
     * @param state open, rejected, expired, approved, sent, done, outdated, refused or unknown
     */
    public record Proposal(
            UUID id,
            String action,
            String jobId,
            String runId,
            JsonNode content,
            String sha256,
            String ticket,
            String askedBy,
            OffsetDateTime askedAt,
            OffsetDateTime expiresAt,
            String state,
            String decidedBy,
            OffsetDateTime decidedAt,
            String outcome) {}

    /** It cannot be proposed, approved or rejected; the message says why. */
    public static final class NotPossible extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        NotPossible(String message) {
            super(message);
        }
    }

    public boolean areOn() {
        return properties.actions();
    }

    /**
     * Proposes a write.
     *
     * @param ticket the number of the ticket that is the reason, which the engine notes
     * @param by who proposes it
     * @throws NotPossible if the job is not in a state for it, or nobody has signed in
     */
    public Proposal propose(String action, String jobId, String ticket, String reason, String by, RowScope scope) {
        needOn();
        if (by == null || by.isEmpty()) {
            throw new NotPossible("a proposal needs somebody who has signed in");
        }
        var states = ACTIONS.get(action);
        if (states == null) {
            throw new NotPossible("action is none of " + String.join(", ", new TreeMap<>(ACTIONS).keySet()));
        }
        var job = jobs.find(jobId, scope).orElseThrow(() -> new NotPossible("there is no job '%s'".formatted(jobId)));
        if (!states.contains(job.state())) {
            throw new NotPossible("the job is %s; %s takes one that is %s"
                    .formatted(job.state(), action, String.join(" or ", states)));
        }
        if (ticket != null && !ticket.matches("[A-Z]{2,10}\\d{4,12}")) {
            throw new NotPossible("ticket takes a number such as INC0010001");
        }
        var content = text(job, action, ticket, reason);
        return jdbc.sql("""
                        INSERT INTO caravana.proposal (action, job_id, run_id, content, sha256, ticket, asked_by, expires_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, now() + make_interval(secs => ?)) RETURNING *""")
                .params(action, job.id(), job.runId(), content, DigestUtils.sha256Hex(content), ticket, by, (double)
                        LASTS.toSeconds())
                .query((row, number) -> read(row))
                .single();
    }

    /** Made from the plan, and not from anybody's words but the reason. */
    private String text(Job job, String action, String ticket, String reason) {
        var content = new TreeMap<String, Object>();
        content.put("action", action);
        content.put("job", job.name());
        content.put("stream", job.stream());
        content.put("workstation", job.workstation());
        content.put("job_id", job.id());
        content.put("run_id", job.runId());
        content.put("state", job.state());
        content.put("status", job.status());
        content.put("return_code", job.returnCode());
        content.put("ticket", ticket);
        content.put(
                "reason",
                reason == null ? null : reason.replaceAll("\\p{Cntrl}", " ").strip());
        content.values().removeIf(Objects::isNull);
        try {
            return json.writeValueAsString(content);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The proposals, the newest first. */
    public List<Proposal> list(RowScope scope, int most) {
        jdbc.sql(SETTLE).update();
        return scope.bind(jdbc.sql("""
                        SELECT p.* FROM caravana.proposal AS p JOIN workload.job AS job ON job.id = p.job_id
                        WHERE %s ORDER BY p.asked_at DESC, p.id LIMIT :most""".formatted(RowScope.condition("job.company", "job.assignment_group"))))
                .param("most", most)
                .query((row, number) -> read(row))
                .list();
    }

    public Optional<Proposal> find(UUID id) {
        jdbc.sql(SETTLE).update();
        return jdbc.sql("SELECT * FROM caravana.proposal WHERE id = ?")
                .param(id)
                .query((row, number) -> read(row))
                .optional();
    }

    /**
     * Approves what somebody else has proposed, and carries it out.
     *
     * @param sha256 of the content that the approver has read
     * @return the proposal with its outcome
     * @throws NotPossible if it is not open any more, was changed, or is the approver's own
     */
    public Proposal approve(UUID id, String sha256, String by, RowScope scope) {
        needOn();
        jdbc.sql(SETTLE).update();
        var known = find(id).filter(one -> jobs.find(one.jobId(), scope).isPresent());
        if (known.isEmpty()) {
            throw new NotPossible("there is no proposal '%s'".formatted(id));
        }
        if (by == null || by.isEmpty() || by.equals(known.get().askedBy())) {
            throw new NotPossible("it takes another operator than the one who proposed it");
        }
        var approved = jdbc.sql(APPROVE)
                .param("id", id)
                .param("sha256", sha256)
                .param("by", by)
                .query((row, number) -> read(row))
                .optional()
                .orElseThrow(() -> new NotPossible(
                        known.get().state().equals("open")
                                ? "what was read is not what was proposed: read it again"
                                : "the proposal is not open: " + known.get().state()));
        carryOut(approved, by);
        return find(id).orElseThrow();
    }

    /** @throws NotPossible if it is not open any more */
    public Proposal reject(UUID id, String by, RowScope scope) {
        if (find(id).filter(one -> jobs.find(one.jobId(), scope).isPresent()).isEmpty()) {
            throw new NotPossible("there is no proposal '%s'".formatted(id));
        }
        var rejected = jdbc.sql("""
                        UPDATE caravana.proposal SET state = 'rejected', decided_by = ?, decided_at = now() WHERE id = ? AND state = 'open'""").params(by == null ? "" : by, id).update();
        if (rejected == 0) {
            throw new NotPossible("there is no open proposal '%s'".formatted(id));
        }
        return find(id).orElseThrow();
    }

    private void carryOut(Proposal proposal, String by) {
        try {
            var now = engine.get(EngineRequest.of("/plan/job/" + proposal.jobId()));
            var difference = difference(proposal, now);
            if (difference != null) {
                end(proposal, "outdated", difference);
                return;
            }
        } catch (WorkloadException | RuntimeException e) {
            end(proposal, "refused", "nothing was sent, as the job could not be read: " + e.getMessage());
            return;
        }
        // noted before it leaves: whatever happens after, it is not sent again
        jdbc.sql(
                        "UPDATE caravana.proposal SET state = 'sent', sent_at = clock_timestamp() WHERE id = ? AND state = 'approved'")
                .param(proposal.id())
                .update();
        try {
            engine.put(request(proposal, by));
            end(proposal, "done", "the engine has taken it");
        } catch (WorkloadException e) {
            var isRefused = e.isSaidByEngine() || e.status() >= 400 && e.status() < 500;
            end(proposal, isRefused ? "refused" : "unknown", e.getMessage());
        }
    }

    private static EngineRequest request(Proposal proposal, String by) {
        var path = proposal.action().equals("rerun")
                ? "/plan/job/run/%s/action/rerun".formatted(proposal.runId())
                : "/plan/job/%s/action/%s".formatted(proposal.jobId(), proposal.action());
        var request = EngineRequest.put(path)
                .header("Justification-Category", "Caravana")
                .header(
                        "Justification-Description",
                        ascii(
                                "Asked by %s, approved by %s: %s"
                                        .formatted(
                                                proposal.askedBy(),
                                                by,
                                                proposal.content()
                                                        .path("reason")
                                                        .asText("")),
                                500));
        return proposal.ticket() == null ? request : request.header("Justification-Ticket-Num", proposal.ticket());
    }

    private static String ascii(String text, int longest) {
        var plain = Normalizer.normalize(text, Normalizer.Form.NFD).replaceAll("[^\\x20-\\x7e]", "");
        return plain.substring(0, Math.min(longest, plain.length()));
    }

    /** Whether the job has moved since it was proposed; null: it has not. */
    private String difference(Proposal proposal, JsonNode now) {
        var run = "";
        for (var one : now.path("jobruns")) {
            run = one.path("lastInRerunChain").asBoolean() ? one.path("id").asText() : run;
        }
        if (proposal.runId() != null && !proposal.runId().equals(run)) {
            return "the job has run again meanwhile";
        }
        var state = jdbc.sql("SELECT workload.state(?, ?, ?, ?)")
                .params(
                        now.path("lastRunCommonStatus").asText(null),
                        now.path("lastRunCompositeStatus").path("status").asText(null),
                        now.path("lastRunCompositeStatus").path("canceled").asBoolean(),
                        now.path("priority").asInt(10))
                .query(String.class)
                .single();
        return ACTIONS.get(proposal.action()).contains(state) ? null : "the job is %s now".formatted(state);
    }

    private void end(Proposal proposal, String state, String outcome) {
        LOG.info(
                "Proposal {} to {} {}: {} ({})",
                proposal.id(),
                proposal.action(),
                proposal.content().path("job").asText(),
                state,
                outcome);
        jdbc.sql(
                        "UPDATE caravana.proposal SET state = ?, outcome = left(?, 1000) WHERE id = ? AND state IN ('approved', 'sent')")
                .params(state, outcome, proposal.id())
                .update();
    }

    private void needOn() {
        if (!properties.actions()) {
            throw new NotPossible("writing to the workload engine is off: caravana.workload.actions");
        }
    }

    private Proposal read(ResultSet row) throws SQLException {
        try {
            return new Proposal(
                    row.getObject("id", UUID.class),
                    row.getString("action"),
                    row.getString("job_id"),
                    row.getString("run_id"),
                    json.readTree(row.getString("content")),
                    row.getString("sha256"),
                    row.getString("ticket"),
                    row.getString("asked_by"),
                    row.getObject("asked_at", OffsetDateTime.class),
                    row.getObject("expires_at", OffsetDateTime.class),
                    row.getString("state"),
                    row.getString("decided_by"),
                    row.getObject("decided_at", OffsetDateTime.class),
                    row.getString("outcome"));
        } catch (JsonProcessingException e) {
            throw new SQLException("A proposal cannot be read", e);
        }
    }
}
