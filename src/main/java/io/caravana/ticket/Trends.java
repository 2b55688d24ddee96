package io.caravana.ticket;

import io.caravana.catalog.Catalog;
import io.caravana.replica.RowScope;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** How incidents develop: opened and resolved per day, the backlog, the time until they are resolved. */
@Component
public class Trends {

    private static final int MOST_GROUPS = 15;

    private final JdbcClient jdbc;
    private final Columns columns;
    private final Clock clock;
    private final Catalog catalog;

    Trends(JdbcClient jdbc, Columns columns, Clock clock, Catalog catalog) {
        this.jdbc = jdbc;
        this.columns = columns;
        this.clock = clock;
        this.catalog = catalog;
    }

    public record Day(LocalDate day, long opened, long resolved) {}

    /** @param name what is counted */
    public record Bar(String name, double value) {}

    /** Whether the incidents have what the charts are made of. */
    public boolean areKnown() {
        return columns.has("incident", "opened_at")
                && columns.has("incident", "resolved_at")
                && columns.has("incident", "state");
    }

    public List<Day> days(int number, RowScope scope) {
        return query("""
                SELECT day::date AS day, (SELECT count(*) FROM servicenow.incident AS ticket
                         WHERE ticket.opened_at >= day AT TIME ZONE :zone AND ticket.opened_at < (day + interval '1 day') AT TIME ZONE :zone AND %1$s)
                         AS opened,
                       (SELECT count(*) FROM servicenow.incident AS ticket
                         WHERE ticket.state::text IN ('6', '7', '8')
                           AND coalesce(coalesce(ticket.resolved_at, ticket.closed_at), '-infinity') >= day AT TIME ZONE :zone
                           AND coalesce(coalesce(ticket.resolved_at, ticket.closed_at), '-infinity') < (day + interval '1 day') AT TIME ZONE :zone
                           AND %1$s) AS resolved
                FROM generate_series(CAST(:today AS timestamp) - make_interval(days => :days), CAST(:today AS timestamp), interval '1 day') AS day
                ORDER BY day""", scope)
                .param("days", number - 1)
                .query((row, place) ->
                        new Day(row.getObject("day", LocalDate.class), row.getLong("opened"), row.getLong("resolved")))
                .list();
    }

    /** How many incidents are open, by the days since they were opened: from 0, 1, 3, 7, 30 and 90 on. */
    public List<Bar> backlogByAge(RowScope scope) {
        return query("""
                SELECT CASE WHEN age < 1 THEN '< 1' WHEN age < 3 THEN '1–3' WHEN age < 7 THEN '3–7' WHEN age < 30 THEN '7–30'
                         WHEN age < 90 THEN '30–90' ELSE '> 90' END AS name, count(*) AS value
                FROM (SELECT extract(epoch FROM now() - ticket.opened_at) / 86400 AS age FROM servicenow.incident AS ticket
                      WHERE (ticket.state::text IN ('6', '7', '8')) IS NOT TRUE AND %s) AS open
                GROUP BY 1 ORDER BY min(age)""", scope)
                .query((row, place) -> new Bar(row.getString("name"), row.getDouble("value")))
                .list();
    }

    public List<Bar> backlogByGroup(RowScope scope) {
        return query("""
                SELECT coalesce(%2$s, key, '–') AS name, value FROM (
                  SELECT %3$s AS key, count(*) AS value FROM servicenow.incident AS ticket
                  WHERE (ticket.state::text IN ('6', '7', '8')) IS NOT TRUE AND %1$s
                  GROUP BY 1 ORDER BY 2 DESC LIMIT :most) AS counted ORDER BY value DESC, 1""", scope)
                .param("most", MOST_GROUPS)
                .query((row, place) -> new Bar(row.getString("name"), row.getDouble("value")))
                .list();
    }

    /** The mean time until an incident was resolved, in hours, by the month in which it was. */
    public List<Bar> hoursToResolve(RowScope scope) {
        return query("""
                SELECT to_char(ticket.resolved_at, 'YYYY-MM') AS name,
                  round(avg(extract(epoch FROM ticket.resolved_at - ticket.opened_at)) / 3600, 1) AS value
                FROM servicenow.incident AS ticket
                WHERE ticket.state::text IN ('6', '7', '8') AND coalesce(coalesce(ticket.resolved_at, ticket.closed_at), '-infinity')
                    >= date_trunc('month', now()) - interval '5 months'
                  AND ticket.resolved_at IS NOT NULL AND %s
                GROUP BY 1 ORDER BY 1""", scope)
                .query((row, place) -> new Bar(row.getString("name"), row.getDouble("value")))
                .list();
    }

    private JdbcClient.StatementSpec query(String sql, RowScope scope) {
        var company = columns.value("incident", "ticket", "company", "text");
        var group = columns.value("incident", "ticket", "assignment_group", "text");
        var zone = catalog.timeZone();
        return scope.bind(jdbc.sql(
                        sql.formatted(RowScope.condition(company, group), columns.nameOf("groups", "key"), group)))
                .param("zone", zone.getId())
                .param("today", LocalDate.now(clock.withZone(zone)));
    }
}
