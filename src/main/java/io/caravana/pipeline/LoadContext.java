package io.caravana.pipeline;

import io.caravana.catalog.SyncMode;
import io.caravana.catalog.Table;
import io.caravana.connector.Wait;
import io.caravana.execution.run.ExecutionEvent;
import io.caravana.execution.run.TableLoad;
import io.caravana.replica.ReplicaTable;
import io.caravana.servicenow.Description;
import io.caravana.servicenow.PageCursor;
import io.caravana.servicenow.SourceTable;
import io.caravana.servicenow.TableRead;
import io.caravana.servicenow.TableReader;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the routes have in hand of one table, in the one exchange property {@code load}: the load and how far it has come, what
 * is known of the table on both sides, the cursor, and the page that is being stored. Pages, batches and answers are bodies.
 *
 * <p>One thread's at a time; each range of keys that is read side by side has one of its own, see {@link #at}.
 */
public final class LoadContext extends TableReader {

    private final Table table;
    private final TableLoad run;
    private Description description;
    private SourceTable source;
    private ReplicaTable replica;
    private TableRead read;
    private List<LoadContext> ranges = List.of();
    private Instant until;
    private PageWrite write;
    private long clock;

    /** Of a table that is only looked at, for a check. */
    public LoadContext(Table table) {
        this(table, null, null);
    }

    LoadContext(TableLoad run) {
        this(run.table(), run, null);
    }

    private LoadContext(Table table, TableLoad run, PageCursor cursor) {
        super(cursor);
        this.table = table;
        this.run = run;
    }

    /** The same load at another cursor, be it that of a range of keys, or of a list of records. */
    LoadContext at(PageCursor other) {
        var context = new LoadContext(table, run, other);
        context.source = source;
        context.replica = replica;
        context.read = read;
        context.until = until;
        return context;
    }

    /** Continues at these cursors side by side, and no longer at its own; at that alone, if there are none. */
    void splitInto(Stream<PageCursor> cursors) {
        ranges = cursors.map(this::at).toList();
    }

    /** The load at each of the ranges of keys that it was split into; none, if it was not. */
    public List<LoadContext> ranges() {
        return ranges;
    }

    /** Whether there is more to read here; not where the ranges have it. */
    @Override
    public boolean isMore() {
        return super.isMore() && ranges.isEmpty();
    }

    /** Begins a read, of one cursor or of several whose rows are counted together. */
    void begin(PageCursor first) {
        setCursor(first);
        read = first.read();
    }

    public Table table() {
        return table;
    }

    /** The load as the execution log knows it; null where a table is only looked at. */
    public TableLoad run() {
        return run;
    }

    /** What the load does with its table now. */
    public SyncMode syncMode() {
        return run == null ? SyncMode.WINDOW : run.syncMode();
    }

    /** Whether the table is this load's, to be written by it alone. */
    public boolean isLeased() {
        return run.isLeased();
    }

    /** Whether the execution's period restricts what is read, and what is reconciled. */
    public boolean isWindowed() {
        return run == null ? table.hasWindow() : run.hasWindow();
    }

    /** What is being found out about the table in ServiceNow; null when that is known. */
    public Description description() {
        return description;
    }

    void setDescription(Description value) {
        description = value;
    }

    /** The table in ServiceNow; null before it is described. */
    public SourceTable source() {
        return source;
    }

    void setSource(SourceTable value) {
        source = value;
    }

    /** The table in PostgreSQL. */
    public ReplicaTable replica() {
        return replica;
    }

    void setReplica(ReplicaTable value) {
        replica = value;
    }

    /** Whether rows are compared value by value: what is read for its changes is expected to have some. */
    public boolean isVerifying() {
        return run.execution().verifies() || syncMode() != SyncMode.WINDOW;
    }

    /** What all cursors of the read have found together. */
    public TableRead read() {
        return read;
    }

    /** Whether rows may have come or gone between the first page and the last. */
    public boolean isToBeRecounted() {
        return !read.wasOnePage() && read.countBefore() >= 0;
    }

    /** Up to when the keys that are compared tell; null in a load that compares none. */
    Instant until() {
        return until;
    }

    void setUntil(Instant moment) {
        until = moment;
    }

    /** What becomes of the page that is being stored; null when there is none. */
    public PageWrite write() {
        return write;
    }

    void setWrite(PageWrite value) {
        write = value;
    }

    /** A statement is about to be sent. */
    void startClock() {
        clock = System.nanoTime();
    }

    /** How long ago that was, in nanoseconds. */
    long sinceClock() {
        return System.nanoTime() - clock;
    }

    void note(String subject, String words) {
        if (run != null) {
            run.note(subject, words);
        }
    }

    /** The event that tells the execution log how far the load has come. */
    public ExecutionEvent progress() {
        return run.progressEvent();
    }

    @Override
    public void goOn() {
        if (run != null) {
            run.goOn();
        }
    }

    @Override
    public boolean isPatient() {
        return run != null;
    }

    @Override
    public void waited(Wait reason, long nanos) {
        if (run != null) {
            run.waited(reason, nanos);
        }
    }

    @Override
    public void answered(long nanos, long json, long wire) {
        if (run != null) {
            run.answered(nanos, json, wire);
        }
    }

    @Override
    public void unanswered(int status, long nanos) {
        if (run != null) {
            run.unanswered(status, nanos);
        }
    }
}
