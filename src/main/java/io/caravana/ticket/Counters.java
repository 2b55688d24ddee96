package io.caravana.ticket;

import io.caravana.catalog.Catalog;
import io.caravana.replica.RowScope;
import java.time.Clock;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** How many tickets there are of each type in each state, and how that has changed today. */
@Component
public class Counters {

    private final JdbcClient jdbc;
    private final Columns columns;
    private final Clock clock;
    private final Catalog catalog;

    Counters(JdbcClient jdbc, Columns columns, Clock clock, Catalog catalog) {
        this.jdbc = jdbc;
        this.columns = columns;
        this.clock = clock;
        this.catalog = catalog;
    }

    /**
     * @param total the tickets in that state now
     * @param today how many more than at the start of the day, as far as the change log saw them
     * @param share of the tickets of the type, in percent
     */
    public record Counter(TicketType type, String state, long total, long today, double share) {}

    /** The counters of every type that is loaded, by state. */
    public List<Counter> now(RowScope scope) {
        var types = Stream.of(TicketType.values()).filter(this::areKnown).toList();
        if (types.isEmpty()) {
            return List.of();
        }
        var counted = types.stream().map(this::select).collect(Collectors.joining(" UNION ALL "));
        return scope.bind(jdbc.sql("""
                        SELECT type, state, sum(total) AS total, sum(today) AS today,
                          round(sum(total) * 100.0 / nullif(sum(sum(total)) OVER (PARTITION BY type), 0), 2) AS share
                        FROM (%s) AS counted GROUP BY type, state HAVING sum(total) > 0 OR sum(today) <> 0 ORDER BY type, state""".formatted(counted)))
                .param("day", startOfDay())
                .query((row, number) -> new Counter(
                        TicketType.of(row.getString("type")),
                        row.getString("state"),
                        row.getLong("total"),
                        row.getLong("today"),
                        row.getDouble("share")))
                .list();
    }

    /** Whether the tickets of a type are loaded, with their states. */
    public boolean areKnown(TicketType type) {
        return columns.has(type.table(), "state");
    }

    private OffsetDateTime startOfDay() {
        var zone = catalog.timeZone();
        return LocalDate.now(clock.withZone(zone)).atStartOfDay(zone).toOffsetDateTime();
    }

    /** What is counted now, and beside it the states that were entered and left today. */
    private String select(TicketType type) {
        var table = type.table();
        var company = columns.value(table, "ticket", "company", "text");
        var group = columns.value(table, "ticket", "assignment_group", "text");
        var gone = columns.has(table, "etl_deleted_at") ? "ticket.etl_deleted_at IS NULL" : "true";
        return """
                SELECT '%1$s' AS type, coalesce(ticket.state::text, '') AS state, count(*) AS total, 0 AS today
                FROM servicenow."%1$s" AS ticket WHERE %2$s AND %4$s GROUP BY 2
                UNION ALL
                SELECT '%1$s', entered.state, 0, sum(entered.n)
                FROM caravana.change_log AS e LEFT JOIN servicenow."%1$s" AS ticket ON ticket.sys_id = e.sys_id
                CROSS JOIN LATERAL (VALUES (e.changes -> 'state' ->> 1, 1), (e.changes -> 'state' ->> 0, -1)) AS entered (state, n)
                WHERE e.committed_at >= :day AND e.table_name = '%1$s' AND e.changes -> 'state' IS NOT NULL AND entered.state IS NOT NULL AND %3$s
                GROUP BY 2""".formatted(
                        table,
                        RowScope.condition(company, group),
                        RowScope.condition(
                                "coalesce(%s, e.changes -> 'company' ->> 0)".formatted(company),
                                "coalesce(%s, e.changes -> 'assignment_group' ->> 0)".formatted(group)),
                        gone);
    }
}
