package io.caravana.pipeline;

import io.caravana.execution.run.PageCounts;
import io.caravana.replica.ColumnType;
import io.caravana.replica.Identifiers;
import io.caravana.replica.Refusal;
import io.caravana.replica.RejectedRecords.Rejected;
import io.caravana.replica.ReplicaTable;
import io.caravana.servicenow.Page;
import io.caravana.servicenow.SourceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What becomes of a page's records while its transaction is open. One thread's. */
public final class PageWrite {

    /** In ServiceNow they have 32 characters; the list of rejected records has an index on them. */
    private static final int LONGEST_KEY = 255;

    private final Page page;
    private final List<String> columns;
    private final boolean isolating;
    private final long started = System.nanoTime();
    private final List<Rejected> rejected = new ArrayList<>();
    private List<SourceRecord> batch = List.of();
    private long inserted;
    private long updated;
    private long unchanged;

    /** @param isWanted whether a column is to be stored */
    PageWrite(Page page, Predicate<String> isWanted) {
        this(
                page,
                page.fields().names().stream()
                        .map(PageWrite::column)
                        .map(column -> isWanted.test(column) ? column : "")
                        .toList(),
                false);
    }

    private PageWrite(Page page, List<String> columns, boolean isolating) {
        this.page = page;
        this.columns = columns;
        this.isolating = isolating;
    }

    /** The same page anew, as PostgreSQL has refused it: the records to blame are to be found. */
    PageWrite again() {
        return new PageWrite(page, columns, true);
    }

    private static String column(String field) {
        return field.equals(ReplicaTable.DISPLAY + ReplicaTable.KEY) ? "" : Identifiers.column(field);
    }

    /** The column of each field, by place; empty where a field is not stored. */
    List<String> columns() {
        return columns;
    }

    Page page() {
        return page;
    }

    /** The batch whose statement was sent last. */
    List<SourceRecord> batch() {
        return batch;
    }

    void batch(List<SourceRecord> rows) {
        batch = rows;
    }

    /** Whether the records are to be found that PostgreSQL refuses. */
    public boolean isIsolating() {
        return isolating;
    }

    void stored(long batch, long ins, long upd) {
        inserted += ins;
        updated += upd;
        unchanged += batch - ins - upd;
    }

    void reject(SourceRecord row, Refusal why) {
        rejected.add(new Rejected(
                printable(row.sysId()),
                why.column(),
                why.words(),
                row.toJson(page.fields().names())));
    }

    /** A key may be the very value that cannot be stored, be it for its length alone. */
    private static String printable(String key) {
        return key == null || key.length() <= LONGEST_KEY && ColumnType.TEXT.problem(key) == null ? key : null;
    }

    /** The records that could not be stored. */
    public List<Rejected> rejected() {
        return rejected;
    }

    /** The keys of the page of which no record was rejected. */
    public String[] storedKeys() {
        var bad = rejected.stream().map(Rejected::sysId).collect(Collectors.toSet());
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
    PageCounts brought() {
        return new PageCounts(page.total(), 1, page.withoutKey(), inserted, updated, unchanged, rejected.size());
    }

    long nanos() {
        return System.nanoTime() - started;
    }
}
