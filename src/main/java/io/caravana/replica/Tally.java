package io.caravana.replica;

import io.caravana.execution.Checkpoints;
import io.caravana.servicenow.Page;
import io.caravana.servicenow.SourceRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What becomes of a page's records while its transaction is open. One thread's. */
final class Tally {

    private final Page page;
    private final List<String> columns;
    private final long started = System.nanoTime();
    private final List<Map<String, Object>> rejected = new ArrayList<>();
    private long inserted;
    private long updated;
    private long unchanged;

    Tally(Page page) {
        this.page = page;
        this.columns = page.fields().names().stream().map(Tally::column).toList();
    }

    private static String column(String field) {
        return field.equals("dv_" + ReplicaTable.KEY) ? "" : Identifiers.column(field);
    }

    /** The column of each field, by place; empty where a field is not stored. */
    List<String> columns() {
        return columns;
    }

    Page page() {
        return page;
    }

    void stored(long batch, long ins, long upd) {
        inserted += ins;
        updated += upd;
        unchanged += batch - ins - upd;
    }

    void reject(String executionId, String table, SourceRecord row, String column, String reason) {
        var entry = new HashMap<String, Object>();
        entry.put("execution", executionId);
        entry.put("table", table);
        entry.put("sys_id", printable(row.sysId()));
        entry.put("column", column);
        entry.put("reason", reason);
        entry.put("record", row.toJson(page.fields().names()));
        rejected.add(entry);
    }

    /** A key may be the very value that cannot be stored. */
    private static String printable(String key) {
        return key == null || ColumnType.TEXT.problem(key) == null ? key : null;
    }

    /** The records that could not be stored: parameters of the statement that keeps them. */
    List<Map<String, Object>> rejected() {
        return rejected;
    }

    /** The keys of the page of which no record was rejected. */
    String[] storedKeys() {
        var bad = rejected.stream().map(entry -> entry.get("sys_id")).collect(Collectors.toSet());
        return page.keys().stream()
                .filter(key -> !bad.contains(key) && ColumnType.TEXT.problem(key) == null)
                .toArray(String[]::new);
    }

    long inserted() {
        return inserted;
    }

    long updated() {
        return updated;
    }

    long unchanged() {
        return unchanged;
    }

    /** What the page brings, for its checkpoint. */
    Checkpoints.Brought brought() {
        return new Checkpoints.Brought(
                page.total(), 1, page.withoutKey(), inserted, updated, unchanged, rejected.size());
    }

    long nanos() {
        return System.nanoTime() - started;
    }
}
