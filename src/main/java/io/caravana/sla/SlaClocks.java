package io.caravana.sla;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.sla.Promise.Measure;
import io.caravana.sla.SlaRules.Agreed;
import java.io.UncheckedIOException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Keeps {@code caravana.sla_clock} current: one row for each promise of each ticket. */
@Component("slaClocks")
public class SlaClocks {

    private static final Logger LOG = LoggerFactory.getLogger(SlaClocks.class);
    private static final int BATCH = 500;

    /** One worker at a time. */
    private static final String TURN = "SELECT pg_try_advisory_xact_lock(hashtext('caravana.sla_clock'))";

    private static final String CHANGED = """
            SELECT t.sys_id, t.etl_updated_at, CAST(to_jsonb(t) AS text) AS ticket, k.state AS known_state, k.known_since
            FROM servicenow."%s" AS t LEFT JOIN caravana.sla_ticket AS k ON k.table_name = :table AND k.sys_id = t.sys_id
            WHERE t.sys_id > :after AND k.version IS DISTINCT FROM t.etl_updated_at ORDER BY t.sys_id LIMIT :most""";

    /** What the history has, where one is kept. */
    private static final String FROM_HISTORY = """
            INSERT INTO caravana.sla_turn (table_name, sys_id, at, state)
            SELECT :table, sys_id, valid_from, CAST(state AS text) FROM servicenow."%s_history"
            WHERE sys_id = ANY (:keys) AND state IS NOT NULL ON CONFLICT DO NOTHING""";

    private static final String FROM_CHANGE_LOG = """
            INSERT INTO caravana.sla_turn (table_name, sys_id, at, state)
            SELECT DISTINCT ON (sys_id, at) :table, sys_id, at, state
            FROM caravana.change_log, LATERAL (SELECT changes -> 'state' ->> 1 AS state,
              coalesce(CAST(changes -> 'sys_updated_on' ->> 1 AS timestamptz), committed_at) AS at) AS turn
            WHERE table_name = :table AND sys_id = ANY (:keys) AND state IS NOT NULL ORDER BY sys_id, at, id
            ON CONFLICT DO NOTHING""";

    private static final String TURN_OF_NOW = """
            INSERT INTO caravana.sla_turn (table_name, sys_id, at, state)
            SELECT :table, sys_id, CAST(at AS timestamptz), state
            FROM unnest(CAST(:keys AS text[]), CAST(:moments AS text[]), CAST(:states AS text[])) AS t (sys_id, at, state)
            ON CONFLICT (table_name, sys_id, at) DO UPDATE SET state = EXCLUDED.state""";

    private static final String TURNS = """
            SELECT sys_id, at, state FROM caravana.sla_turn WHERE table_name = :table AND sys_id = ANY (:keys) ORDER BY sys_id, at""";

    private static final String KNOW = """
            INSERT INTO caravana.sla_ticket AS k (table_name, sys_id, version, state, known_since)
            VALUES (:table, :key, :version, :state, :since)
            ON CONFLICT (table_name, sys_id) DO UPDATE SET version = EXCLUDED.version, state = EXCLUDED.state""";

    /** A warning that holds no longer, as the ticket has another priority now, may be given once more. */
    private static final String STORE = """
            INSERT INTO caravana.sla_clock AS c (table_name, sys_id, measure, number, priority, company, assignment_group, opened_at, target,
              rule_penalty, zone, stage, elapsed, computed_at, warning_at, due_at, ended_at, warning_told, breach_told)
            VALUES (:table, :key, :measure, :number, :priority, :company, :group, :opened, make_interval(secs => :target), :penalty, :zone,
              :stage, make_interval(secs => :elapsed), :now, :warning, :due, :ended,
              coalesce(:warning <= :now, false), coalesce(:due <= :now, false))
            ON CONFLICT (table_name, sys_id, measure) DO UPDATE SET number = EXCLUDED.number, priority = EXCLUDED.priority,
              company = EXCLUDED.company, assignment_group = EXCLUDED.assignment_group, opened_at = EXCLUDED.opened_at,
              target = EXCLUDED.target, rule_penalty = EXCLUDED.rule_penalty, zone = EXCLUDED.zone, stage = EXCLUDED.stage,
              elapsed = EXCLUDED.elapsed, computed_at = EXCLUDED.computed_at, warning_at = EXCLUDED.warning_at, due_at = EXCLUDED.due_at,
              ended_at = EXCLUDED.ended_at, warning_told = c.warning_told AND EXCLUDED.warning_told,
              breach_told = c.breach_told AND EXCLUDED.breach_told""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final SlaRules rules;
    private final ObjectMapper json;
    private final Clock clock;

    SlaClocks(JdbcClient jdbc, TransactionTemplate transaction, SlaRules rules, ObjectMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.rules = rules;
        this.json = json;
        this.clock = clock;
    }

    private record Row(
            String sysId, OffsetDateTime version, JsonNode ticket, String knownState, OffsetDateTime knownSince) {

        String text(String column) {
            return ticket.path(column).asText(null);
        }

        Instant moment(String column) {
            var value = text(column);
            return value == null ? null : OffsetDateTime.parse(value).toInstant();
        }

        boolean isKnown() {
            return knownSince != null;
        }
    }

    /** Computes the promises of every ticket that has changed, and logs the warnings and breaches that are due as change events. */
    public void keep() {
        for (var table : rules.tables()) {
            for (var after = ""; after != null && exists(table); ) {
                var last = after;
                after = transaction.execute(status -> isMyTurn() ? followed(table, last) : null);
            }
        }
        var told = jdbc.sql("SELECT caravana.tell_slas()").query(Long.class).single();
        if (told > 0) {
            LOG.info("{} promises have used up three quarters or all of their time", told);
        }
    }

    private boolean isMyTurn() {
        return jdbc.sql(TURN).query(Boolean.class).single();
    }

    private boolean exists(String table) {
        return jdbc.sql("SELECT to_regclass(?) IS NOT NULL")
                .param("servicenow." + table)
                .query(Boolean.class)
                .single();
    }

    /** Returns the last key of a batch after which there may be more; null after the last one. */
    private String followed(String table, String after) {
        var rows = jdbc.sql(CHANGED.formatted(table))
                .param("table", table)
                .param("after", after)
                .param("most", BATCH)
                .query((row, number) -> new Row(
                        row.getString("sys_id"),
                        row.getObject("etl_updated_at", OffsetDateTime.class),
                        read(row.getString("ticket")),
                        row.getString("known_state"),
                        row.getObject("known_since", OffsetDateTime.class)))
                .list();
        if (!rows.isEmpty()) {
            noteTurns(table, rows);
            var turns = turns(table, rows);
            rows.forEach(row -> compute(table, row, turns.getOrDefault(row.sysId(), List.of())));
        }
        return rows.size() < BATCH ? null : rows.get(rows.size() - 1).sysId();
    }

    private JsonNode read(String ticket) {
        try {
            return json.readTree(ticket);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void noteTurns(String table, List<Row> rows) {
        var source = exists(table + "_history") ? FROM_HISTORY.formatted(table) : FROM_CHANGE_LOG;
        jdbc.sql(source).param("table", table).param("keys", keys(rows)).update();
        var turned = rows.stream()
                .filter(row -> row.text("state") != null && !row.text("state").equals(row.knownState()))
                .filter(row -> row.isKnown() || rules.phase(table, row.text("state")) != Phase.NEW)
                .filter(row -> turned(table, row) != null)
                .toList();
        jdbc.sql(TURN_OF_NOW)
                .param("table", table)
                .param("keys", keys(turned))
                .param(
                        "moments",
                        turned.stream()
                                .map(row -> turned(table, row).toString())
                                .toArray(String[]::new))
                .param("states", turned.stream().map(row -> row.text("state")).toArray(String[]::new))
                .update();
    }

    /** When it came to its state, at the latest: of a ticket that is seen for the first time, more is not known. */
    private Instant turned(String table, Row row) {
        var moment = switch (rules.phase(table, row.text("state"))) {
            case ENDED, CANCELLED ->
                row.moment("resolved_at") != null ? row.moment("resolved_at") : row.moment("closed_at");
            case NEW, OPEN, PAUSED -> row.isKnown() ? null : row.moment("work_start");
        };
        return moment == null ? row.moment("sys_updated_on") : moment;
    }

    private static String[] keys(List<Row> rows) {
        return rows.stream().map(Row::sysId).toArray(String[]::new);
    }

    private Map<String, List<Turn>> turns(String table, List<Row> rows) {
        var turns = new HashMap<String, List<Turn>>();
        jdbc.sql(TURNS).param("table", table).param("keys", keys(rows)).query(row -> {
            turns.computeIfAbsent(row.getString(1), key -> new ArrayList<>())
                    .add(new Turn(
                            row.getObject(2, OffsetDateTime.class).toInstant(), rules.phase(table, row.getString(3))));
        });
        return turns;
    }

    private void compute(String table, Row row, List<Turn> turns) {
        var opened = row.moment("opened_at");
        if (opened == null) {
            opened = row.moment("sys_created_on");
        }
        var now = clock.instant();
        if (opened != null) {
            for (var measure : Measure.values()) {
                var start = opened;
                rules.agreed(table, measure, row.ticket().path("priority").asInt(0), opened)
                        .ifPresent(agreed -> store(
                                table, row, start, agreed, agreed.promise().read(start, turns, now), now));
            }
        }
        var isNew = row.text("state") == null || rules.phase(table, row.text("state")) == Phase.NEW;
        var since = !turns.isEmpty() ? turns.get(0).at() : isNew && opened != null ? opened : now;
        jdbc.sql(KNOW)
                .param("table", table)
                .param("key", row.sysId())
                .param("version", row.version())
                .param("state", row.text("state"))
                .param("since", Timestamp.from(since))
                .update();
    }

    private void store(String table, Row row, Instant opened, Agreed agreed, Reading reading, Instant now) {
        jdbc.sql(STORE)
                .param("table", table)
                .param("key", row.sysId())
                .param("measure", agreed.promise().measure().name().toLowerCase(Locale.ROOT))
                .param("number", row.text("number"))
                .param("priority", row.text("priority"))
                .param("company", row.text("company"))
                .param("group", row.text("assignment_group"))
                .param("opened", Timestamp.from(opened))
                .param("target", seconds(agreed.promise().target()))
                .param("penalty", agreed.penalty())
                .param("zone", agreed.promise().hours().zone().getId())
                .param("stage", reading.stage().name().toLowerCase(Locale.ROOT))
                .param("elapsed", seconds(reading.elapsed()))
                .param("now", Timestamp.from(now))
                .param("warning", stamp(reading.warningAt()), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("due", stamp(reading.dueAt()), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("ended", stamp(reading.endedAt()), Types.TIMESTAMP_WITH_TIMEZONE)
                .update();
    }

    private static OffsetDateTime stamp(Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1_000.0;
    }
}
