package io.caravana.pipeline;

import io.caravana.catalog.Table;
import io.caravana.execution.checkpoint.Watermarks;
import io.caravana.replica.ColumnType;
import io.caravana.replica.ReplicaTable;
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
@Component("keyComparison")
final class KeyComparison {

    private static final String DIFFERING = """
            SELECT given.sys_id FROM unnest(CAST(:?keys AS text[]), CAST(:?changes AS text[])) AS given(sys_id, changes)
            LEFT JOIN %s AS kept ON kept."sys_id" = given.sys_id
            WHERE CASE WHEN kept."sys_id" IS NULL THEN CAST(:?whole AS boolean) ELSE %s%s END""";
    private static final String OTHER_COUNT =
            "CAST(kept.\"%s\" AS text) IS DISTINCT FROM given.changes".formatted(Table.CHANGES);
    private static final String MARKED = " OR kept.\"%s\" IS NOT NULL".formatted(ReplicaTable.DELETED);
    private static final String HELD =
            "SELECT \"sys_id\" AS sys_id FROM %s WHERE \"sys_id\" = ANY(CAST(:?keys AS text[]))";

    private final Watermarks watermarks;

    KeyComparison(Watermarks watermarks) {
        this.watermarks = watermarks;
    }

    /**
     * The records of a page of keys that the replica lacks, if it is to have all of them, those that it has marked as
     * gone, and those with another number of changes, if the page tells it.
     *
     * @return the statement that names them; its parameters are in the header {@code CamelSqlParameters}
     */
    public String differing(Exchange exchange, @ExchangeProperty("load") LoadContext load) {
        var page = load.page();
        var replica = load.replica();
        var place = page.fields().names().indexOf(Table.CHANGES);
        var records = page.records().stream()
                .filter(row -> row.sysId() != null && ColumnType.TEXT.problem(row.sysId()) == null)
                .toList();
        var parameters = new HashMap<String, Object>();
        parameters.put("keys", records.stream().map(SourceRecord::sysId).toArray(String[]::new));
        parameters.put(
                "changes", records.stream().map(row -> changes(row, place)).toArray(String[]::new));
        parameters.put("whole", watermarks.isKept(load.table()));
        exchange.getMessage().setHeader(SqlConstants.SQL_PARAMETERS, parameters);
        var other = place >= 0 && replica.type(Table.CHANGES) != null ? OTHER_COUNT : "false";
        return DIFFERING.formatted(replica.qualified(), other, replica.hasMarks() ? MARKED : "");
    }

    /** Counts a page of keys that was compared. */
    public void compared(@ExchangeProperty("load") LoadContext load) {
        load.run().compared();
    }

    private static String changes(SourceRecord row, int place) {
        var value = place < 0 ? null : row.value(place);
        return value == null || value.isEmpty() ? null : value;
    }

    /** Which of the keys of the body the replica has: the statement, as for {@link #differing}. */
    public String held(Exchange exchange, @Body List<String> keys, @ExchangeProperty("load") LoadContext load) {
        exchange.getMessage().setHeader(SqlConstants.SQL_PARAMETERS, Map.of("keys", keys.toArray(String[]::new)));
        return HELD.formatted(load.replica().qualified());
    }

    /** The keys in the answer of a statement; without those that cannot stand in a list of an encoded query. */
    public List<String> keys(@Body List<Map<String, Object>> rows) {
        return rows.stream()
                .map(row -> (String) row.get("sys_id"))
                .filter(key -> !key.contains(",") && !key.contains("^"))
                .toList();
    }
}
