package io.caravana.ticket;

import io.caravana.replica.RowScope;
import io.caravana.ticket.TicketFilter.Kept;
import io.caravana.ticket.TicketFilter.Place;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Lists of tickets, by keyset. */
@Component
public class Tickets {

    private static final int EXPORTED_AT_ONCE = 1_000;
    private static final String NUMBER = "[A-Za-z]{2,10}[0-9]+";

    private final JdbcClient jdbc;
    private final Columns columns;

    Tickets(JdbcClient jdbc, Columns columns) {
        this.jdbc = jdbc;
        this.columns = columns;
    }

    /**
     * A page of tickets.
     *
     * @param tickets in the filter's order
     * @param next the place after which the next page begins; null: there is none
     */
    public record Page(List<Ticket> tickets, Place next) {}

    /** The types whose tables are not loaded. */
    public List<TicketType> missing(TicketFilter filter) {
        return filter.types().stream()
                .filter(type -> !columns.has(type.table()))
                .toList();
    }

    public Page list(TicketFilter filter, RowScope scope) {
        var found = query(filter, scope, filter.limit() + 1);
        if (found.size() <= filter.limit()) {
            return new Page(found, null);
        }
        var page = found.subList(0, filter.limit());
        return new Page(page, page.get(page.size() - 1).place());
    }

    /** Hands every ticket over, page by page: nothing is held in between, neither a connection nor the tickets. */
    public void each(TicketFilter filter, RowScope scope, Consumer<List<Ticket>> receiver) {
        var page = list(filter.after(filter.after(), EXPORTED_AT_ONCE), scope);
        receiver.accept(page.tickets());
        while (page.next() != null) {
            page = list(filter.after(page.next(), EXPORTED_AT_ONCE), scope);
            receiver.accept(page.tickets());
        }
    }

    /** One ticket as it stands in a list. */
    public Optional<Ticket> find(TicketType type, String sysId, RowScope scope) {
        if (!columns.has(type.table())) {
            return Optional.empty();
        }
        var select = select(type, "ticket.sys_id = :sys_id", "ticket.sys_id");
        return scope.bind(jdbc.sql(named(select)).param("sys_id", sysId))
                .query((row, number) -> ticket(row))
                .optional();
    }

    /** Which of these keys are tickets that the scope lets through. */
    public Set<String> visible(List<String> sysIds, RowScope scope) {
        var selects = Stream.of(TicketType.values())
                .filter(type -> columns.has(type.table()))
                .map(type -> "SELECT sys_id FROM servicenow.\"%s\" AS ticket WHERE sys_id = ANY (:ids) AND %s"
                        .formatted(
                                type.table(),
                                RowScope.condition(
                                        text(type.table(), "company"), text(type.table(), "assignment_group"))))
                .collect(Collectors.joining(" UNION ALL "));
        return selects.isEmpty()
                ? Set.of()
                : scope.bind(jdbc.sql(selects).param("ids", sysIds.toArray(String[]::new)))
                        .query(String.class)
                        .set();
    }

    private List<Ticket> query(TicketFilter filter, RowScope scope, int most) {
        var types = filter.types().stream()
                .filter(type -> columns.has(type.table()))
                .toList();
        if (types.isEmpty()) {
            return List.of();
        }
        var order = " ORDER BY sort_key %1$s, sys_id %1$s LIMIT :most".formatted(filter.ascending() ? "ASC" : "DESC");
        var selects = types.stream()
                .map(type -> "(" + select(type, condition(type, filter), key(type, filter)) + order + ")")
                .collect(Collectors.joining(" UNION ALL "));
        var query = scope.bind(jdbc.sql(named("SELECT * FROM (" + selects + ") AS every" + order) + order))
                .param("most", most);
        return bind(query, filter).query((row, number) -> ticket(row)).list();
    }

    private String select(TicketType type, String condition, String key) {
        var table = type.table();
        var closed = closedAt(type);
        return """
                SELECT '%s' AS type, ticket.sys_id, %s AS number, %s AS state, %s AS short_description, %s AS priority,
                  %s AS assignment_group, %s AS dv_assignment_group, %s AS assigned_to, %s AS dv_assigned_to, %s AS company,
                  %s AS dv_company, %s AS opened_at, %s AS updated_at, %s AS closed_at, %s AS sort_key
                FROM servicenow."%s" AS ticket WHERE %s AND %s""".formatted(
                        table,
                        text(table, "number"),
                        text(table, "state"),
                        text(table, "short_description"),
                        text(table, "priority"),
                        text(table, "assignment_group"),
                        text(table, "dv_assignment_group"),
                        text(table, "assigned_to"),
                        text(table, "dv_assigned_to"),
                        text(table, "company"),
                        text(table, "dv_company"),
                        moment(table, "opened_at"),
                        moment(table, "sys_updated_on"),
                        closed,
                        key,
                        table,
                        RowScope.condition(text(table, "company"), text(table, "assignment_group")),
                        condition);
    }

    /** The names of the few rows of a page: groups, people and companies as they are called now. */
    private String named(String page) {
        return """
                SELECT page.*, coalesce(%s, dv_assignment_group, assignment_group) AS group_name,
                  coalesce(%s, dv_assigned_to, assigned_to) AS person_name, coalesce(%s, dv_company, company) AS company_name
                FROM (%s) AS page""".formatted(
                        columns.nameOf("groups", "page.assignment_group"),
                        columns.nameOf("sys_user", "page.assigned_to"),
                        columns.nameOf("sys_company", "page.company"),
                        page);
    }

    private String key(TicketType type, TicketFilter filter) {
        var table = type.table();
        return switch (filter.sort()) {
            case UPDATED -> "coalesce(%s, '-infinity')".formatted(moment(table, "sys_updated_on"));
            case OPENED -> "coalesce(%s, '-infinity')".formatted(moment(table, "opened_at"));
            case CLOSED -> "coalesce(%s, '-infinity')".formatted(closedAt(type));
            case NUMBER -> "coalesce(%s, '') COLLATE \"C\"".formatted(text(table, "number"));
            // the oldest of the most urgent first
            case PRIORITY ->
                "(coalesce(%s, '9') || ' ' || coalesce(to_char(%s AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS'), '')) COLLATE \"C\""
                        .formatted(text(table, "priority"), moment(table, "opened_at"));
        };
    }

    /** When work on it ended: a resolved incident is closed only days later. */
    private String closedAt(TicketType type) {
        return type == TicketType.INCIDENT
                ? "coalesce(%s, %s)".formatted(moment("incident", "resolved_at"), moment("incident", "closed_at"))
                : moment(type.table(), "closed_at");
    }

    private String condition(TicketType type, TicketFilter filter) {
        var table = type.table();
        var all = new ArrayList<String>();
        if (columns.has(table, "etl_deleted_at")) {
            all.add("ticket.etl_deleted_at IS NULL");
        }
        if (filter.kept() != Kept.ALL && columns.has(table, "state")) {
            all.add(filter.kept() == Kept.OPEN ? "(" + isFinished(type) + ") IS NOT TRUE" : isFinished(type));
        }
        if (!filter.states().isEmpty()) {
            all.add(text(table, "state") + " IN (:states)");
        }
        if (!filter.priorities().isEmpty()) {
            all.add(text(table, "priority") + " IN (:priorities)");
        }
        if (filter.group() != null) {
            all.add(text(table, "assignment_group") + " " + in("groups", "group"));
        }
        if (filter.company() != null) {
            all.add(text(table, "company") + " " + in("sys_company", "company"));
        }
        if (filter.person() != null) {
            var person = in("sys_user", "person");
            all.add("(%s %s OR %s %s)".formatted(text(table, "assigned_to"), person, text(table, "caller_id"), person));
        }
        if (filter.text() != null) {
            all.add(
                    filter.text().matches(NUMBER)
                            ? text(table, "number") + " LIKE upper(:text) || '%'"
                            : filter.words() == null
                                    ? text(table, "short_description") + " ILIKE '%' || :text || '%'"
                                    : """
                                            EXISTS (SELECT FROM caravana.search_document AS d WHERE d.table_name = '%s'
                                              AND d.sys_id = ticket.sys_id AND d.words @@ CAST(:words AS tsquery))""".formatted(table));
        }
        if (filter.after() != null) {
            var kind = filter.sort().name().matches("PRIORITY|NUMBER") ? "text" : "timestamptz";
            all.add("(%s, ticket.sys_id) %s (CAST(:after_key AS %s), :after_id)"
                    .formatted(key(type, filter), filter.ascending() ? ">" : "<", kind));
        }
        return all.isEmpty() ? "true" : String.join(" AND ", all);
    }

    /** The same words as in the indexes that {@code caravana.index_tickets()} makes. */
    private String isFinished(TicketType type) {
        return "%s IN (%s)"
                .formatted(
                        text(type.table(), "state"),
                        type.finishedStates().stream().map("'%s'"::formatted).collect(Collectors.joining(", ")));
    }

    /** The key, or the keys of those with that name. */
    private String in(String table, String parameter) {
        return columns.has(table, "name")
                ? "= ANY (ARRAY(SELECT sys_id FROM servicenow.\"%1$s\" WHERE name = :%2$s UNION ALL SELECT :%2$s))"
                        .formatted(table, parameter)
                : "= :" + parameter;
    }

    private static JdbcClient.StatementSpec bind(JdbcClient.StatementSpec query, TicketFilter filter) {
        return query.param("states", filter.states())
                .param("priorities", filter.priorities())
                .param("group", filter.group())
                .param("company", filter.company())
                .param("person", filter.person())
                .param("text", filter.text() == null ? null : filter.text().replaceAll("([\\\\%_])", "\\\\$1"))
                .param("words", filter.words())
                .param(
                        "after_key",
                        filter.after() == null ? null : filter.after().key())
                .param(
                        "after_id",
                        filter.after() == null ? null : filter.after().sysId());
    }

    private String text(String table, String column) {
        return columns.value(table, "ticket", column, "text");
    }

    private String moment(String table, String column) {
        return columns.value(table, "ticket", column, "timestamptz");
    }

    private static Ticket ticket(ResultSet row) throws SQLException {
        return new Ticket(
                TicketType.of(row.getString("type")),
                row.getString("sys_id"),
                row.getString("number"),
                row.getString("state"),
                row.getString("short_description"),
                row.getString("priority"),
                row.getString("group_name"),
                row.getString("person_name"),
                row.getString("company_name"),
                row.getObject("opened_at", OffsetDateTime.class),
                row.getObject("updated_at", OffsetDateTime.class),
                row.getObject("closed_at", OffsetDateTime.class),
                new Place(row.getString("sort_key"), row.getString("sys_id")));
    }
}
