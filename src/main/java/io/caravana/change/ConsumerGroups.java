package io.caravana.change;

import io.caravana.change.ChangeEvent.Id;
import io.caravana.error.Failures;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Delivers change events to consumer groups: at least once, in order for each record, each event to one worker at a time. Events are
 * handed over to a group, taken by a worker, and then acknowledged or put off. An event that fails after the last pause becomes a
 * dead letter, and the later events of its record follow.
 */
@Component("consumerGroups")
public class ConsumerGroups {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerGroups.class);

    /** A new group starts at the end: it hears of what comes, not of the past. */
    private static final String JOIN = """
            INSERT INTO caravana.consumer_group AS g (name, events, xid, id) VALUES (:group, :events, %s, 0)
            ON CONFLICT (name) DO UPDATE SET events = EXCLUDED.events WHERE g.events <> EXCLUDED.events""".formatted(ChangeLog.END);

    private static final String HAND_OVER = "SELECT caravana.hand_over(?)";

    /** An event waits for the earlier ones of its record. One that failed is delivered alone, so that it fails no others. */
    private static final String TAKE = """
            WITH due AS MATERIALIZED (
              SELECT d.xid, d.id, d.failures FROM caravana.delivery AS d
              WHERE d.group_name = :group AND d.dead_at IS NULL AND d.due_at <= clock_timestamp()
                AND NOT (SELECT paused FROM caravana.consumer_group WHERE name = :group) AND NOT EXISTS (
                SELECT FROM caravana.delivery AS earlier
                WHERE earlier.group_name = d.group_name AND earlier.table_name = d.table_name AND earlier.sys_id = d.sys_id
                  AND earlier.dead_at IS NULL AND (earlier.xid, earlier.id) < (d.xid, d.id))
              ORDER BY d.xid, d.id LIMIT :most FOR UPDATE SKIP LOCKED
            ), first AS (
              SELECT xid, id, failures FROM due ORDER BY xid, id LIMIT 1
            ), taken AS (
              UPDATE caravana.delivery AS d
              SET token = :token, due_at = clock_timestamp() + make_interval(secs => :lease)
              FROM due, first
              WHERE d.group_name = :group AND (d.xid, d.id) = (due.xid, due.id)
                AND CASE WHEN first.failures = 0 THEN due.failures = 0 ELSE (due.xid, due.id) = (first.xid, first.id) END
              RETURNING d.xid, d.id, d.committed_at, d.types, d.failures)
            SELECT taken.types, taken.failures, %s FROM taken
            JOIN caravana.change_log AS e ON (e.xid, e.id, e.committed_at) = (taken.xid, taken.id, taken.committed_at)
            ORDER BY e.xid, e.id""".formatted(ChangeLog.COLUMNS);

    private static final String ACKNOWLEDGE = "DELETE FROM caravana.delivery WHERE token = ?";

    private static final String HOLD = """
            UPDATE caravana.delivery
            SET token = NULL, error = :error, due_at = clock_timestamp() + make_interval(secs => :pause) WHERE token = :token""";

    private static final String PUT_OFF = """
            UPDATE caravana.delivery
            SET token = NULL, failures = failures + 1, error = :error,
              due_at = clock_timestamp() + make_interval(secs => :pause),
              dead_at = CASE WHEN :dead THEN clock_timestamp() END
            WHERE token = :token""";

    /** Groups that are behind the newest event or have a delivery, and when the first of those is due. */
    private static final String LOOK = """
            WITH newest AS (SELECT xid, id FROM caravana.change_log_settled ORDER BY xid DESC, id DESC LIMIT 1)
            SELECT g.name, (newest.xid, newest.id) > (g.xid, g.id) AS behind,
              CAST(extract(epoch FROM d.due_at - clock_timestamp()) AS double precision) AS due_in,
              newest.xid, newest.id, EXISTS (SELECT FROM caravana.change_log WHERE xid >= %s) AS unsettled
            FROM (VALUES (1)) AS always
            LEFT JOIN newest ON true
            LEFT JOIN caravana.consumer_group AS g ON NOT g.paused
            LEFT JOIN LATERAL (
              SELECT due_at FROM caravana.delivery WHERE group_name = g.name AND dead_at IS NULL ORDER BY due_at LIMIT 1
            ) AS d ON true""".formatted(ChangeLog.END);

    private static final String REPLAY = """
            UPDATE caravana.consumer_group AS g SET xid = first.xid, id = first.id - 1
            FROM (SELECT xid, id FROM caravana.change_log WHERE %s ORDER BY xid, id LIMIT 1) AS first
            WHERE g.name = :group AND (first.xid, first.id) <= (g.xid, g.id)""";

    private static final String LETTERS = """
            SELECT d.types, %s, d.failures, d.error, d.dead_at FROM caravana.delivery AS d
            JOIN caravana.change_log AS e ON (e.xid, e.id, e.committed_at) = (d.xid, d.id, d.committed_at)
            WHERE d.group_name = :group AND d.dead_at IS NOT NULL
              AND (CAST(:xid AS text) IS NULL OR (d.xid, d.id) < (CAST(CAST(:xid AS text) AS xid8), :id))
            ORDER BY d.xid DESC, d.id DESC LIMIT :most""".formatted(ChangeLog.COLUMNS);

    private static final String ONE_LETTER =
            " WHERE group_name = :group AND xid = CAST(:xid AS xid8) AND id = :id AND dead_at IS NOT NULL";

    private static final String STATES = """
            SELECT g.name, g.events, g.xid, g.id, g.lost, g.paused, pending.events AS pending, dead.events AS dead,
              coalesce(extract(epoch FROM clock_timestamp() - least(pending.since, waiting.since)), 0) AS lag
            FROM caravana.consumer_group AS g
            CROSS JOIN LATERAL (SELECT count(*) AS events, min(committed_at) AS since FROM caravana.delivery
              WHERE group_name = g.name AND dead_at IS NULL) AS pending
            CROSS JOIN LATERAL (SELECT count(*) AS events FROM caravana.delivery
              WHERE group_name = g.name AND dead_at IS NOT NULL) AS dead
            LEFT JOIN LATERAL (SELECT committed_at AS since FROM caravana.change_log AS e
              WHERE (e.xid, e.id) > (g.xid, g.id) ORDER BY e.xid, e.id LIMIT 1) AS waiting ON true
            ORDER BY g.name""";

    private final JdbcClient jdbc;
    private final ChangeLog log;
    private final ChangeProperties properties;

    ConsumerGroups(JdbcClient jdbc, ChangeLog log, ChangeProperties properties) {
        this.jdbc = jdbc;
        this.log = log;
        this.properties = properties;
    }

    /**
     * What a worker has taken.
     *
     * @param events at least one; of each record one at most
     * @param failures how often it failed before; 0 where it is more than one event
     * @param token what the worker acknowledges with: once another one has taken the events, it is worth nothing
     */
    record Delivery(String group, List<ChangeEvent> events, int failures, UUID token) {}

    /**
     * An event that failed after the last pause.
     *
     * @param failures how often it failed
     * @param error why it failed last
     */
    public record DeadLetter(ChangeEvent event, int failures, String error, OffsetDateTime deadAt) {}

    /**
     * Where a group stands.
     *
     * @param events the types that it gets
     * @param position the last event that was handed over to it or passed by
     * @param pending events that were handed over and are not acknowledged
     * @param deadLetters events that failed after the last pause
     * @param lost events that retention dropped before the group had dealt with them
     * @param paused whether it gets nothing at the moment, and keeps what is pending
     * @param lagSeconds how old the oldest event is that the group has not dealt with; 0 where there is none
     */
    public record State(
            String name,
            List<String> events,
            Id position,
            long pending,
            long deadLetters,
            long lost,
            boolean paused,
            double lagSeconds) {}

    /**
     * What there is to do.
     *
     * @param ready the groups that have or may have something to take
     * @param newest the newest event that can be read; null where there is none
     * @param unsettled whether there are events that wait for the end of earlier transactions
     * @param nextDue how long until the first delivery is due that is not yet; null where there is none
     */
    record Outlook(Set<String> ready, Id newest, boolean unsettled, Duration nextDue) {}

    /**
     * Makes sure that a group exists, and gets these events from now on.
     *
     * @param events types such as {@code incident:resolved}; {@code *} stands for any text, alone for every change
     */
    public void join(String group, Collection<String> events) {
        jdbc.sql(JOIN)
                .param("group", group)
                .param("events", events.toArray(String[]::new))
                .update();
    }

    /** Removes a group with everything that it has not dealt with. */
    public void leave(String group) {
        jdbc.sql("DELETE FROM caravana.consumer_group WHERE name = ?")
                .param(group)
                .update();
    }

    /** Stops a group, which keeps what is pending, or lets it resume. */
    public void pause(String group, boolean paused) {
        jdbc.sql("UPDATE caravana.consumer_group SET paused = ? WHERE name = ?")
                .params(paused, group)
                .update();
    }

    Outlook look() {
        var ready = new LinkedHashSet<String>();
        var due = new Duration[1];
        var found = new Outlook[1];
        jdbc.sql(LOOK).query(row -> {
            var seconds = row.getObject("due_in", Double.class);
            if (row.getBoolean("behind") || seconds != null && seconds <= 0) {
                ready.add(row.getString("name"));
            } else if (seconds != null) {
                var wait = Duration.ofMillis((long) Math.ceil(seconds * 1_000));
                due[0] = due[0] == null || wait.compareTo(due[0]) < 0 ? wait : due[0];
            }
            var newest = row.getString("xid") == null ? null : ChangeLog.id(row.getString("xid"), row.getLong("id"));
            found[0] = new Outlook(ready, newest, row.getBoolean("unsettled"), due[0]);
        });
        return found[0];
    }

    /**
     * Hands over the group's next events and takes those that are due.
     *
     * @param most how many at most
     * @return empty where nothing is due
     */
    Optional<Delivery> take(String group, int most) {
        jdbc.sql(HAND_OVER).param(group).query().singleRow();
        var token = UUID.randomUUID();
        var failures = new int[1];
        var events = jdbc.sql(TAKE)
                .param("group", group)
                .param("most", most)
                .param("token", token)
                .param("lease", seconds(properties.lease()))
                .query((row, number) -> {
                    failures[0] = row.getInt("failures");
                    return log.read(row);
                })
                .list();
        return events.isEmpty() ? Optional.empty() : Optional.of(new Delivery(group, events, failures[0], token));
    }

    /** Notes that events have been dealt with. */
    void acknowledge(Delivery delivery) {
        var mine = jdbc.sql(ACKNOWLEDGE).param(delivery.token()).update();
        if (mine < delivery.events().size()) {
            LOG.warn(
                    "Consumer group {} took longer than caravana.changes.lease, {}, for {} events from {} on: they may be delivered twice",
                    delivery.group(),
                    properties.lease(),
                    delivery.events().size(),
                    delivery.events().get(0).id());
        }
    }

    /** Lets events be delivered again after a pause, or makes them dead letters after the last one. */
    void putOff(Delivery delivery, Throwable failure) {
        var dead = delivery.failures() >= properties.redelivery().size();
        var pause = dead ? Duration.ZERO : properties.redelivery().get(delivery.failures());
        var reason = Failures.explain(failure);
        jdbc.sql(PUT_OFF)
                .param("token", delivery.token())
                .param("error", reason)
                .param("pause", seconds(pause))
                .param("dead", dead)
                .update();
        var first = delivery.events().get(0);
        if (dead) {
            LOG.error(
                    "Event {} ({} {}) is a dead letter of consumer group {} after {} failures, the last: {}",
                    first.id(),
                    first.table(),
                    first.sysId(),
                    delivery.group(),
                    delivery.failures() + 1,
                    reason);
        } else {
            LOG.info(
                    "Consumer group {} could not deal with {} events from {} on and gets them again in {}: {}",
                    delivery.group(),
                    delivery.events().size(),
                    first.id(),
                    pause,
                    reason);
        }
    }

    /** Lets events be delivered again after the first pause, however often that takes: their receiver is away. */
    void hold(Delivery delivery, Throwable failure) {
        var reason = Failures.explain(failure);
        jdbc.sql(HOLD)
                .param("token", delivery.token())
                .param("error", reason)
                .param("pause", seconds(properties.redelivery().get(0)))
                .update();
        LOG.warn(
                "Consumer group {} waits, with {} events: {}",
                delivery.group(),
                delivery.events().size(),
                reason);
    }

    /** Delivers again what was stored since a moment. Returns false if that is nothing that the group had already. */
    public boolean replay(String group, OffsetDateTime since) {
        return jdbc.sql(REPLAY.formatted("committed_at >= :since"))
                        .param("group", group)
                        .param("since", since)
                        .update()
                > 0;
    }

    /** Delivers an event and all later ones again. Returns false if that is nothing that the group had already. */
    public boolean replay(String group, Id from) {
        return jdbc.sql(REPLAY.formatted("(xid, id) >= (CAST(:xid AS xid8), :id)"))
                        .param("group", group)
                        .param("xid", from.xid())
                        .param("id", from.number())
                        .update()
                > 0;
    }

    /**
     * A group's dead letters, newest event first.
     *
     * @param before the last one of the page before; null: from the newest on
     */
    public List<DeadLetter> deadLetters(String group, Id before, int most) {
        return jdbc.sql(LETTERS)
                .param("group", group)
                .param("xid", before == null ? null : before.xid())
                .param("id", before == null ? 0 : before.number())
                .param("most", most)
                .query((row, number) -> new DeadLetter(
                        log.read(row),
                        row.getInt("failures"),
                        row.getString("error"),
                        row.getObject("dead_at", OffsetDateTime.class)))
                .list();
    }

    /** Delivers a dead letter again, after the later events of its record. Returns false if the group has no such dead letter. */
    public boolean replayDeadLetter(String group, Id event) {
        var statement =
                "UPDATE caravana.delivery SET dead_at = NULL, failures = 0, due_at = clock_timestamp()" + ONE_LETTER;
        return letter(jdbc.sql(statement), group, event).update() > 0;
    }

    /** Drops a dead letter for good. Returns false if the group has no such dead letter. */
    public boolean dropDeadLetter(String group, Id event) {
        return letter(jdbc.sql("DELETE FROM caravana.delivery" + ONE_LETTER), group, event)
                        .update()
                > 0;
    }

    private static JdbcClient.StatementSpec letter(JdbcClient.StatementSpec statement, String group, Id event) {
        return statement.param("group", group).param("xid", event.xid()).param("id", event.number());
    }

    /** Where each group stands. */
    public List<State> states() {
        return jdbc.sql(STATES).query((row, number) -> state(row)).list();
    }

    private static State state(ResultSet row) throws SQLException {
        return new State(
                row.getString("name"),
                List.of((String[]) row.getArray("events").getArray()),
                ChangeLog.id(row.getString("xid"), row.getLong("id")),
                row.getLong("pending"),
                row.getLong("dead"),
                row.getLong("lost"),
                row.getBoolean("paused"),
                row.getDouble("lag"));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1_000.0;
    }
}
