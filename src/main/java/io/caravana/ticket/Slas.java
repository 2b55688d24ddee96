package io.caravana.ticket;

import io.caravana.replica.RowScope;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SLAs of incidents: those of one, those that run out next, and the share that was kept. */
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

    /** The SLAs of a ticket; null where they are not loaded. Whoever asks has found the ticket within the caller's scope. */
    public List<Sla> of(Ticket ticket) {
        if (!areLoaded()) {
            return null;
        }
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

    /** The SLAs that run out until a moment and are neither breached nor paused, the next one first. */
    public List<Next> next(OffsetDateTime until, RowScope scope) {
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
                .query((row, number) -> new Next(
                        new Ticket(
                                TicketType.INCIDENT,
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
                        row.getObject("planned_end_time", OffsetDateTime.class)))
                .list();
    }

    /**
     * The share of SLAs that were met, of those that ended in the last months.
     *
     * @param by {@code month}, {@code group} or {@code priority}
     */
    public List<Kept> kept(String by, int months, RowScope scope) {
        if (!areLoaded() || !columns.has("incident_sla", "end_time") || !columns.has("incident")) {
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
                .query((row, number) -> new Kept(
                        row.getString("name"),
                        row.getLong("slas"),
                        row.getLong("breached"),
                        row.getBigDecimal("share")))
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
