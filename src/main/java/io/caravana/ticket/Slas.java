package io.caravana.ticket;

import io.caravana.replica.RowScope;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SLAs of tickets: those of one, those that run out next, and the share that was kept. Of ServiceNow, or promised by our own rules. */
@Component
public class Slas {

    private static final int MOST = 500;

    private final JdbcClient jdbc;
    private final Columns columns;
    private final Clock clock;

    Slas(JdbcClient jdbc, Columns columns, Clock clock) {
        this.jdbc = jdbc;
        this.columns = columns;
        this.clock = clock;
    }

    /** How an SLA stands. */
    public enum State {
        BREACHED,
        RUNNING,
        PAUSED,
        MET,
        CANCELLED
    }

    /**
     * @param percentage of its time that has passed
     * @param endsAt when it runs out, or ran out
     */
    public record Sla(
            String name,
            State state,
            BigDecimal percentage,
            OffsetDateTime startedAt,
            OffsetDateTime endsAt,
            OffsetDateTime endedAt) {}

    /** An SLA that runs out, with its incident. */
    public record Next(Ticket ticket, String name, OffsetDateTime endsAt) {}

    /** @param share that was met, in percent */
    public record Kept(String name, long slas, long breached, BigDecimal share) {}

    /** Whether the replica has SLAs that can be shown. */
    public boolean areLoaded() {
        return columns.has("incident_sla", "task") && columns.has("incident_sla", "planned_end_time");
    }

    /** Whether the board has something to show: SLAs of ServiceNow, or promises by the rules of {@code config/sla-rules.yaml}. */
    public boolean areKnown() {
        return areLoaded()
                || jdbc.sql("SELECT EXISTS (SELECT FROM caravana.sla_clock)")
                        .query(Boolean.class)
                        .single();
    }

    /**
     * The SLAs of a ticket, and where ServiceNow has none, its promises; null where neither is known. Whoever asks has found the ticket
     * within the caller's scope.
     */
    public List<Sla> of(Ticket ticket) {
        var found = areLoaded() ? loaded(ticket) : List.<Sla>of();
        if (!found.isEmpty()) {
            return found;
        }
        var promised = promises(ticket);
        return promised.isEmpty() && !areLoaded() ? null : promised;
    }

    private List<Sla> promises(Ticket ticket) {
        return jdbc.sql("""
                        SELECT measure AS name, stage, has_breached AS breached, business_percentage AS percentage, opened_at AS started_at,
                          due_at AS planned_end_time, ended_at
                        FROM caravana.sla_now WHERE table_name = ? AND sys_id = ? ORDER BY due_at""")
                .params(ticket.type().table(), ticket.sysId())
                .query((row, number) -> sla(row))
                .list();
    }

    private List<Sla> loaded(Ticket ticket) {
        return jdbc.sql("""
                        SELECT coalesce(%s, %s, %s) AS name, %s AS stage, %s AS breached, %s AS percentage, %s AS started_at, planned_end_time,
                          %s AS ended_at
                        FROM servicenow.incident_sla AS sla WHERE task = ? ORDER BY planned_end_time LIMIT 50""".formatted(
                                columns.nameOf("contract_sla", text("sla")),
                                text("dv_sla"),
                                text("sla"),
                                text("stage"),
                                value("has_breached", "boolean"),
                                value("percentage", "numeric"),
                                value("start_time", "timestamptz"),
                                value("end_time", "timestamptz")))
                .param(ticket.sysId())
                .query((row, number) -> sla(row))
                .list();
    }

    private static Sla sla(ResultSet row) throws SQLException {
        var stage = row.getString("stage");
        var ended = row.getObject("ended_at", OffsetDateTime.class);
        var state = row.getBoolean("breached")
                ? State.BREACHED
                : "paused".equals(stage)
                        ? State.PAUSED
                        : "cancelled".equals(stage) ? State.CANCELLED : ended != null ? State.MET : State.RUNNING;
        return new Sla(
                row.getString("name"),
                state,
                row.getBigDecimal("percentage"),
                row.getObject("started_at", OffsetDateTime.class),
                row.getObject("planned_end_time", OffsetDateTime.class),
                ended);
    }

    /**
     * The SLAs that run out until a moment and are neither breached nor paused, the next one first; with the promises of tickets for which
     * ServiceNow has no SLA.
     */
    public List<Next> next(OffsetDateTime until, RowScope scope) {
        return Stream.concat(
                        loadedNext(until, scope).stream(),
                        Stream.of(TicketType.values()).flatMap(type -> promisedNext(type, until, scope).stream()))
                .sorted(Comparator.comparing(Next::endsAt))
                .limit(MOST)
                .toList();
    }

    private List<Next> promisedNext(TicketType type, OffsetDateTime until, RowScope scope) {
        var table = type.table();
        if (!columns.has(table)) {
            return List.of();
        }
        return scope.bind(jdbc.sql("""
                        SELECT sla.due_at AS planned_end_time, sla.measure AS name, ticket.sys_id, sla.number, %s AS state, %s AS description,
                          sla.priority, coalesce(%s, %s, sla.assignment_group) AS group_name
                        FROM caravana.sla_clock AS sla JOIN servicenow."%s" AS ticket ON ticket.sys_id = sla.sys_id
                        WHERE sla.table_name = '%s' AND sla.stage = 'in_progress' AND sla.due_at > :now AND sla.due_at <= :until AND %s AND %s
                        ORDER BY sla.due_at, ticket.sys_id LIMIT :most""".formatted(
                                columns.value(table, "ticket", "state", "text"),
                                columns.value(table, "ticket", "short_description", "text"),
                                columns.nameOf("groups", columns.value(table, "ticket", "assignment_group", "text")),
                                columns.value(table, "ticket", "dv_assignment_group", "text"),
                                table,
                                table,
                                withoutOwn(),
                                RowScope.condition(
                                        columns.value(table, "ticket", "company", "text"),
                                        columns.value(table, "ticket", "assignment_group", "text")))))
                .param("now", OffsetDateTime.now(clock))
                .param("until", until)
                .param("most", MOST)
                .query((row, number) -> next(type, row))
                .list();
    }

    /** What ServiceNow promises goes before. */
    private String withoutOwn() {
        return areLoaded()
                ? "NOT EXISTS (SELECT FROM servicenow.incident_sla AS own WHERE own.task = sla.sys_id)"
                : "true";
    }

    private static Next next(TicketType type, ResultSet row) throws SQLException {
        return new Next(
                new Ticket(
                        type,
                        row.getString("sys_id"),
                        row.getString("number"),
                        row.getString("state"),
                        row.getString("description"),
                        row.getString("priority"),
                        row.getString("group_name"),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null),
                row.getString("name"),
                row.getObject("planned_end_time", OffsetDateTime.class));
    }

    private List<Next> loadedNext(OffsetDateTime until, RowScope scope) {
        if (!areLoaded() || !columns.has("incident")) {
            return List.of();
        }
        return scope.bind(jdbc.sql("""
                        SELECT sla.planned_end_time, coalesce(%s, %s, %s) AS name, ticket.sys_id, %s AS number, %s AS state,
                          %s AS description, %s AS priority, coalesce(%s, %s, %s) AS group_name
                        FROM servicenow.incident_sla AS sla JOIN servicenow.incident AS ticket ON ticket.sys_id = sla.task
                        WHERE sla.planned_end_time > :now AND sla.planned_end_time <= :until AND %s AND %s IS NOT TRUE
                          AND coalesce(%s, '') NOT IN ('paused', 'completed', 'cancelled', 'achieved') AND %s
                        ORDER BY sla.planned_end_time, ticket.sys_id LIMIT :most""".formatted(
                                columns.nameOf("contract_sla", text("sla")),
                                text("dv_sla"),
                                text("sla"),
                                ticket("number"),
                                ticket("state"),
                                ticket("short_description"),
                                ticket("priority"),
                                columns.nameOf("groups", ticket("assignment_group")),
                                ticket("dv_assignment_group"),
                                ticket("assignment_group"),
                                columns.has("incident_sla", "active") ? "sla.active" : "true",
                                value("has_breached", "boolean"),
                                text("stage"),
                                scope())))
                .param("now", OffsetDateTime.now(clock))
                .param("until", until)
                .param("most", MOST)
                .query((row, number) -> next(TicketType.INCIDENT, row))
                .list();
    }

    /**
     * The share of SLAs that were met, of those that ended in the last months.
     *
     * @param by {@code month}, {@code group} or {@code priority}
     */
    public List<Kept> kept(String by, int months, RowScope scope) {
        if (!areLoaded()) {
            return promisesKept(by, months, scope);
        }
        if (!columns.has("incident_sla", "end_time") || !columns.has("incident")) {
            return List.of();
        }
        var key = switch (by) {
            case "month" -> "to_char(sla.end_time, 'YYYY-MM')";
            case "group" -> ticket("assignment_group");
            default -> ticket("priority");
        };
        return scope.bind(jdbc.sql("""
                        SELECT key, coalesce(%s, key) AS name, count(*) AS slas, count(*) FILTER (WHERE breached) AS breached,
                          round(100.0 * count(*) FILTER (WHERE breached IS NOT TRUE) / count(*), 1) AS share
                        FROM (SELECT %s AS key, %s AS breached
                              FROM servicenow.incident_sla AS sla JOIN servicenow.incident AS ticket ON ticket.sys_id = sla.task
                              WHERE sla.end_time >= :since AND coalesce(%s, '') <> 'cancelled' AND %s) AS ended
                        GROUP BY key ORDER BY key""".formatted(
                                by.equals("group") ? columns.nameOf("groups", "key") : "NULL::text",
                                key,
                                value("has_breached", "boolean"),
                                text("stage"),
                                scope())))
                .param("since", OffsetDateTime.now(clock).minusMonths(months).withDayOfMonth(1))
                .query(Kept.class)
                .list();
    }

    private List<Kept> promisesKept(String by, int months, RowScope scope) {
        var key = switch (by) {
            case "month" -> "to_char(month, 'YYYY-MM')";
            case "group" -> "assignment_group";
            default -> "priority";
        };
        return scope.bind(jdbc.sql("""
                        SELECT key, coalesce(%s, key) AS name, count(*) AS slas, count(*) FILTER (WHERE has_breached) AS breached,
                          round(100.0 * count(*) FILTER (WHERE NOT has_breached) / count(*), 1) AS share
                        FROM (SELECT %s AS key, has_breached FROM caravana.sla_now
                              WHERE month >= CAST(:since AS date) AND %s) AS decided
                        GROUP BY key ORDER BY key""".formatted(
                                by.equals("group") ? columns.nameOf("groups", "key") : "NULL::text",
                                key,
                                RowScope.condition("company", "assignment_group"))))
                .param("since", OffsetDateTime.now(clock).minusMonths(months).withDayOfMonth(1))
                .query(Kept.class)
                .list();
    }

    private String scope() {
        return RowScope.condition(ticket("company"), ticket("assignment_group"));
    }

    private String ticket(String column) {
        return columns.value("incident", "ticket", column, "text");
    }

    private String text(String column) {
        return value(column, "text");
    }

    private String value(String column, String type) {
        return columns.value("incident_sla", "sla", column, type);
    }
}
