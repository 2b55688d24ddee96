package io.caravana.ticket;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What belongs to a ticket. Whoever asks has found the ticket within the caller's scope. A part whose table is not loaded is null.
 */
@Component
public class TicketDetails {

    private static final int MOST = 100;

    /** Fields that are shown by themselves, or that say nothing to people. */
    private static final String UNSHOWN =
            "sys_id|number|short_description|description|state|etl_.*|dv_.*|sys_mod_count|sys_domain.*|"
                    + "sys_class_name|incident_state|sys_tags|work_notes|comments|comments_and_work_notes|approval_history|task_effective_number";

    private final JdbcClient jdbc;
    private final Columns columns;
    private final ObjectMapper json;

    TicketDetails(JdbcClient jdbc, Columns columns, ObjectMapper json) {
        this.jdbc = jdbc;
        this.columns = columns;
        this.json = json;
    }

    /** A task that belongs to an incident. */
    public record Task(String number, String description, String state, String group, OffsetDateTime openedAt) {}

    /** @param worked in seconds */
    public record Work(String person, OffsetDateTime at, Long worked, String comments) {}

    public record Note(String element, String value, String by, OffsetDateTime at) {}

    /** @param changes names of columns with their values before and after */
    public record Change(String kind, OffsetDateTime at, List<Field> changes) {}

    public record Field(String name, String before, String after) {}

    /** Every field of the ticket that has a value, with its display value where there is one. */
    public Map<String, String> fields(Ticket ticket) {
        var found = json(jdbc.sql("SELECT to_jsonb(ticket) FROM servicenow.\"%s\" AS ticket WHERE sys_id = ?"
                        .formatted(ticket.type().table()))
                .param(ticket.sysId())
                .query(String.class)
                .optional()
                .orElse("{}"));
        var fields = new LinkedHashMap<String, String>();
        found.properties().forEach(field -> {
            var name = field.getKey();
            if (!field.getValue().isNull() && !name.matches(UNSHOWN)) {
                var shown = found.path("dv_" + name);
                fields.put(
                        name,
                        shown.isTextual() ? shown.asText() : field.getValue().asText());
            }
        });
        return fields;
    }

    /** The long description; null where there is none. */
    public String description(Ticket ticket) {
        var table = ticket.type().table();
        return jdbc.sql("SELECT %s FROM servicenow.\"%s\" AS ticket WHERE sys_id = ?"
                        .formatted(columns.value(table, "ticket", "description", "text"), table))
                .param(ticket.sysId())
                .query((row, number) -> new String[] {row.getString(1)})
                .optional()
                .map(one -> one[0])
                .orElse(null);
    }

    public List<Task> tasks(Ticket ticket) {
        if (ticket.type() != TicketType.INCIDENT || !columns.has("incident_task", "incident")) {
            return null;
        }
        return jdbc.sql(
                        "SELECT %s, %s, coalesce(%s, %s), coalesce(%s, %s, %s), %s FROM servicenow.incident_task AS task WHERE incident = ? ORDER BY 5 LIMIT ?"
                                .formatted(
                                        task("number"),
                                        task("short_description"),
                                        task("dv_state"),
                                        task("state"),
                                        columns.nameOf("groups", task("assignment_group")),
                                        task("dv_assignment_group"),
                                        task("assignment_group"),
                                        columns.value("incident_task", "task", "opened_at", "timestamptz")))
                .params(ticket.sysId(), MOST)
                .query((row, number) -> new Task(
                        row.getString(1), row.getString(2), row.getString(3), row.getString(4), moment(row, 5)))
                .list();
    }

    private String task(String column) {
        return columns.value("incident_task", "task", column, "text");
    }

    public List<Work> work(Ticket ticket) {
        if (!columns.has("task_time_worked", "task")) {
            return null;
        }
        var person = columns.value("task_time_worked", "work", "user", "text");
        return jdbc.sql(
                        "SELECT coalesce(%s, %s, %s), %s, %s, %s FROM servicenow.task_time_worked AS work WHERE task = ? ORDER BY 2 LIMIT ?"
                                .formatted(
                                        columns.nameOf("sys_user", person),
                                        columns.value("task_time_worked", "work", "dv_user", "text"),
                                        person,
                                        columns.value("task_time_worked", "work", "sys_created_on", "timestamptz"),
                                        columns.value("task_time_worked", "work", "time_in_seconds", "bigint"),
                                        columns.value("task_time_worked", "work", "comments", "text")))
                .params(ticket.sysId(), MOST)
                .query((row, number) ->
                        new Work(row.getString(1), moment(row, 2), row.getObject(3, Long.class), row.getString(4)))
                .list();
    }

    public List<Note> notes(Ticket ticket) {
        if (!columns.has("sys_journal_field", "element_id") || !columns.has("sys_journal_field", "value")) {
            return null;
        }
        return jdbc.sql(
                        "SELECT %s, value, %s, %s FROM servicenow.sys_journal_field AS note WHERE element_id = ? ORDER BY 4 DESC LIMIT ?"
                                .formatted(
                                        columns.value("sys_journal_field", "note", "element", "text"),
                                        columns.value("sys_journal_field", "note", "sys_created_by", "text"),
                                        columns.value("sys_journal_field", "note", "sys_created_on", "timestamptz")))
                .params(ticket.sysId(), MOST)
                .query((row, number) -> new Note(row.getString(1), row.getString(2), row.getString(3), moment(row, 4)))
                .list();
    }

    /** The latest changes that the change log has, the newest first. */
    public List<Change> history(Ticket ticket) {
        return jdbc.sql("""
                        SELECT kind, committed_at, changes FROM caravana.change_log
                        WHERE table_name = ? AND sys_id = ? ORDER BY xid DESC, id DESC LIMIT ?""")
                .params(ticket.type().table(), ticket.sysId(), MOST)
                .query((row, number) -> new Change(row.getString(1), moment(row, 2), changed(json(row.getString(3)))))
                .list();
    }

    /** A label stands for its key. */
    private static List<Field> changed(JsonNode changes) {
        var fields = new ArrayList<Field>();
        changes.properties().forEach(change -> {
            var name = change.getKey();
            if (!name.matches("dv_.*|sys_.*|incident_state")
                    && !changes.path("dv_" + name).isArray()) {
                fields.add(field(name, change.getValue()));
            } else if (name.startsWith("dv_") && changes.path(name.substring(3)).isArray()) {
                fields.add(field(name.substring(3), change.getValue()));
            }
        });
        return fields;
    }

    private static Field field(String name, JsonNode values) {
        return new Field(name, text(values.path(0)), text(values.path(1)));
    }

    private static String text(JsonNode value) {
        return value.isNull() || value.isMissingNode() ? null : value.asText();
    }

    private JsonNode json(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("PostgreSQL returned JSON that cannot be read", e);
        }
    }

    private static OffsetDateTime moment(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class);
    }
}
