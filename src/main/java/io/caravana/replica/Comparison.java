package io.caravana.replica;

import io.caravana.catalog.Table;
import io.caravana.execution.checkpoint.Watermarks;
import io.caravana.execution.run.TableLoad;
import io.caravana.servicenow.Page;
import io.caravana.servicenow.SourceRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.component.sql.SqlConstants;
import org.springframework.stereotype.Component;

/** Compares keys of the source with the rows of the replica. */
@Component("comparison")
final class Comparison {

    private static final String DIFFERING = """
            SELECT given.sys_id FROM unnest(CAST(:#keys AS text[]), CAST(:#changes AS text[])) AS given(sys_id, changes)
            LEFT JOIN %s AS kept ON kept."sys_id" = given.sys_id
            WHERE CASE WHEN kept."sys_id" IS NULL THEN CAST(:#whole AS boolean) ELSE %s%s END""";
    private static final String OTHER_COUNT =
            "CAST(kept.\"%s\" AS text) IS DISTINCT FROM given.changes".formatted(Table.CHANGES);
    private static final String MARKED = " OR kept.\"%s\" IS NOT NULL".formatted(ReplicaTable.DELETED);
    private static final String HELD =
            "SELECT \"sys_id\" AS sys_id FROM %s WHERE \"sys_id\" = ANY(CAST(:#keys AS text[]))";

    private final Watermarks watermarks;

    Comparison(Watermarks watermarks) {
        this.watermarks = watermarks;
    }

    /**
     * The records of a page of keys that the replica lacks, if it is to have all of them, those that it has marked as
     * gone, and those with another number of changes, if the page tells it: sets the statement as the message's query and
     * returns its parameters.
     */
    public Map<String, Object> differing(
            Exchange exchange,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("replica") ReplicaTable replica,
            @ExchangeProperty("page") Page page) {
        var place = page.fields().names().indexOf(Table.CHANGES);
        var records = page.records().stream()
                .filter(row -> row.sysId() != null && ColumnType.TEXT.problem(row.sysId()) == null)
                .toList();
        var other = place >= 0 && replica.type(Table.CHANGES) != null ? OTHER_COUNT : "false";
        exchange.getMessage()
                .setHeader(
                        SqlConstants.SQL_QUERY,
                        DIFFERING.formatted(replica.qualified(), other, replica.hasMarks() ? MARKED : ""));
        var parameters = new HashMap<String, Object>();
        parameters.put("keys", records.stream().map(SourceRecord::sysId).toArray(String[]::new));
        parameters.put(
                "changes", records.stream().map(row -> changes(row, place)).toArray(String[]::new));
        parameters.put("whole", watermarks.isKept(load.table()));
        return parameters;
    }

    /** Counts a page of keys that was compared. */
    public void count(@ExchangeProperty("load") TableLoad load) {
        load.compared();
    }

    private static String changes(SourceRecord row, int place) {
        var value = place < 0 ? null : row.value(place);
        return value == null || value.isEmpty() ? null : value;
    }

    /** Which of the keys of the body the replica has: sets the statement as the message's query, returns its parameters. */
    public Map<String, Object> held(
            Exchange exchange, @Body List<String> keys, @ExchangeProperty("replica") ReplicaTable replica) {
        exchange.getMessage().setHeader(SqlConstants.SQL_QUERY, HELD.formatted(replica.qualified()));
        return Map.of("keys", keys.toArray(String[]::new));
    }

    /** The keys in the answer of a statement; without those that cannot stand in a list of an encoded query. */
    public List<String> keys(@Body List<Map<String, Object>> rows) {
        return rows.stream()
                .map(row -> (String) row.get("sys_id"))
                .filter(key -> !key.contains(",") && !key.contains("^"))
                .toList();
    }
}
