package io.caravana.ticket;

import io.caravana.replica.RowScope;
import java.time.OffsetDateTime;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** How much each assignment group has to do. */
@Component
public class GroupLoads {

    private final JdbcClient jdbc;
    private final Columns columns;

    GroupLoads(JdbcClient jdbc, Columns columns) {
        this.jdbc = jdbc;
        this.columns = columns;
    }

    /**
     * The open incidents of a group.
     *
     * @param group its name, or its key where the name is unknown
     * @param urgent how many of them have priority 1 or 2
     */
    public record GroupLoad(String group, long open, long urgent, OffsetDateTime oldest) {}

    /** The groups with the most open incidents, the largest first. */
    public List<GroupLoad> open(RowScope scope, int most) {
        if (!columns.has("incident", "assignment_group") || !columns.has("incident", "state")) {
            return List.of();
        }
        return scope.bind(jdbc.sql("""
                        SELECT coalesce(%s, assignment_group) AS name, open, urgent, oldest FROM (
                          SELECT ticket.assignment_group, count(*) AS open, count(*) FILTER (WHERE %s IN ('1', '2')) AS urgent, min(%s) AS oldest
                          FROM servicenow.incident AS ticket
                          WHERE (ticket.state::text IN ('6', '7', '8')) IS NOT TRUE AND assignment_group IS NOT NULL AND %s GROUP BY 1
                        ) AS load ORDER BY open DESC, name LIMIT :most""".formatted(
                        columns.nameOf("groups", "load.assignment_group"),
                        columns.value("incident", "ticket", "priority", "text"),
                        columns.value("incident", "ticket", "opened_at", "timestamptz"),
                        RowScope.condition(
                                columns.value("incident", "ticket", "company", "text"), "ticket.assignment_group"))))
                .param("most", most)
                .query((row, number) -> new GroupLoad(
                        row.getString(1), row.getLong(2), row.getLong(3), row.getObject(4, OffsetDateTime.class)))
                .list();
    }
}
