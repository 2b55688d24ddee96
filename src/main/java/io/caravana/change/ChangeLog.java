package io.caravana.change;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.change.ChangeEvent.Id;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads the change log in the order of its events. An event appears once every transaction before its own has ended. */
@Component("changeLog")
public class ChangeLog {

    /** The columns of an event, but for its types. */
    static final String COLUMNS =
            "e.xid, e.id, e.table_name, e.sys_id, e.number, e.kind, e.changes, e.changed_by, e.company,"
                    + " e.assignment_group, e.priority, e.execution_id, e.committed_at";

    private static final String AFTER = "SELECT e.types, " + COLUMNS + """
             FROM caravana.change_log_typed AS e
            WHERE (e.xid, e.id) > (CAST(:xid AS xid8), :id) ORDER BY e.xid, e.id LIMIT :most""";

    /** Every event that is not visible yet comes after this one, whether it exists or not. */
    static final String END = "pg_snapshot_xmin(pg_current_snapshot())";

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    ChangeLog(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** The place after which everything comes that is not visible yet. */
    public Id end() {
        return jdbc.sql("SELECT " + END + ", 0")
                .query((row, number) -> id(row.getString(1), row.getLong(2)))
                .single();
    }

    /**
     * The events after a place, oldest first; empty where no later one is visible yet.
     *
     * @param most how many at most
     */
    public List<ChangeEvent> after(Id place, int most) {
        return jdbc.sql(AFTER)
                .param("xid", place.xid())
                .param("id", place.number())
                .param("most", most)
                .query((row, number) -> read(row))
                .list();
    }

    /** Reads a row with {@link #COLUMNS} and the column {@code types}. */
    ChangeEvent read(ResultSet row) throws SQLException {
        try {
            return new ChangeEvent(
                    id(row.getString("xid"), row.getLong("id")),
                    List.of((String[]) row.getArray("types").getArray()),
                    row.getString("table_name"),
                    row.getString("sys_id"),
                    row.getString("number"),
                    row.getString("kind"),
                    json.readTree(row.getString("changes")),
                    row.getString("changed_by"),
                    row.getString("company"),
                    row.getString("assignment_group"),
                    row.getString("priority"),
                    row.getString("execution_id"),
                    row.getObject("committed_at", OffsetDateTime.class));
        } catch (JsonProcessingException e) {
            throw new SQLException("PostgreSQL returned JSON that cannot be read", e);
        }
    }

    static Id id(String xid, long number) {
        return new Id(Long.parseUnsignedLong(xid), number);
    }
}
