package io.caravana.replica;

import io.caravana.execution.run.TableLoad;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The source records that could not be stored: {@code caravana.rejected_record}. */
@Component("rejectedRecords")
public class RejectedRecords {

    private static final Logger LOG = LoggerFactory.getLogger(RejectedRecords.class);
    private static final String OF_TABLE = " FROM caravana.rejected_record WHERE table_name = ?";

    private static final String KEEP = """
            INSERT INTO caravana.rejected_record AS known (execution_id, table_name, sys_id, column_name, reason, record)
            SELECT DISTINCT ON (coalesce(sys_id, md5(record))) ?, ?, sys_id, column_name, reason, CAST(record AS json)
            FROM unnest(CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[])) WITH ORDINALITY
              AS given(sys_id, column_name, reason, record, place)
            ORDER BY coalesce(sys_id, md5(record)), place DESC
            ON CONFLICT (table_name, record_key) DO UPDATE SET execution_id = EXCLUDED.execution_id,
              column_name = EXCLUDED.column_name, reason = EXCLUDED.reason, record = EXCLUDED.record,
              last_seen_at = EXCLUDED.last_seen_at, times = known.times + 1""";

    private static final String LIST = """
            SELECT id, execution_id, table_name AS "table", sys_id, column_name AS "column", reason, times, first_seen_at,
              last_seen_at, CAST(record AS text) AS record
            FROM caravana.rejected_record
            WHERE (:table = '' OR table_name = :table) AND (:execution = '' OR execution_id = :execution) AND id < :before AND %s
            ORDER BY id DESC LIMIT :limit""".formatted(RowScope.condition(raw("company"), raw("assignment_group")));

    private final JdbcClient jdbc;

    RejectedRecords(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A record that could not be stored.
     *
     * @param sysId null when it has none, or one that cannot be stored itself
     * @param column the one to blame; null where that cannot be said
     * @param record the whole record as JSON
     */
    public record Rejected(String sysId, String column, String reason, String record) {}

    /** A value of the record, as ServiceNow has it: a text, or an object that has also what people see. */
    private static String raw(String column) {
        return "coalesce(record -> '%1$s' ->> 'value', record ->> '%1$s')".formatted(column);
    }

    /** Takes the records off the list that a page has stored, and puts those on it that it has not; in its transaction. */
    public void note(TableLoad load, String[] storedKeys, List<Rejected> rejected) {
        var table = load.table().target();
        var isAny = jdbc.sql("SELECT EXISTS (SELECT" + OF_TABLE + ")")
                .param(table)
                .query(Boolean.class)
                .single();
        if (isAny) {
            jdbc.sql("DELETE" + OF_TABLE + " AND record_key = ANY(?)")
                    .params(table, storedKeys)
                    .update();
        }
        if (!rejected.isEmpty()) {
            jdbc.sql(KEEP)
                    .params(
                            load.execution().id(),
                            table,
                            each(rejected, Rejected::sysId),
                            each(rejected, Rejected::column),
                            each(rejected, Rejected::reason),
                            each(rejected, Rejected::record))
                    .update();
        }
    }

    private static String[] each(List<Rejected> rejected, Function<Rejected, String> part) {
        return rejected.stream().map(part).toArray(String[]::new);
    }

    /** The tables with records that can be read anew. */
    public Set<String> tables() {
        return jdbc.sql("SELECT DISTINCT table_name FROM caravana.rejected_record WHERE sys_id IS NOT NULL")
                .query(String.class)
                .set();
    }

    /** The keys of the table's records; without those that cannot stand in a list of an encoded query. */
    public List<String> keys(TableLoad load) {
        return jdbc.sql("SELECT sys_id" + OF_TABLE + " AND sys_id !~ '[,^[:space:]]' ORDER BY sys_id")
                .param(load.table().target())
                .query(String.class)
                .list();
    }

    /** Takes the records off the list that were asked for and are not there any more; unless some were hidden. */
    public void forgetGone(TableLoad load) {
        if (!load.verdict().isComplete()) {
            return;
        }
        var gone = jdbc.sql("DELETE" + OF_TABLE + " AND execution_id <> ? AND sys_id !~ '[,^[:space:]]'")
                .params(load.table().target(), load.execution().id())
                .update();
        if (gone > 0) {
            LOG.info(
                    "{}: {} rejected records are no longer in the source, or not in its filter, and leave the list",
                    load.table().target(),
                    gone);
        }
    }

    /**
     * The records that came onto the list last, first.
     *
     * @param table only those of this replica table; null or empty: of all
     * @param execution only those that this execution rejected last; null or empty: any
     * @param before only those with a smaller number; null: from the last one
     * @param scope only those whose record has a company and a group in it
     */
    public List<RejectedView> list(String table, String execution, Long before, RowScope scope, int limit) {
        return scope.bind(jdbc.sql(LIST))
                .param("table", table == null ? "" : table)
                .param("execution", execution == null ? "" : execution)
                .param("before", before == null ? Long.MAX_VALUE : before)
                .param("limit", limit)
                .query(RejectedView.class)
                .list();
    }
}
