package io.caravana.execution.run;

import io.caravana.catalog.SyncMode;
import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.connector.Wait;
import io.caravana.error.Failures;
import io.caravana.error.Passing;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One table inside an execution, while it runs. Counting is safe from several threads. */
public final class TableLoad {

    private static final Logger LOG = LoggerFactory.getLogger(TableLoad.class);

    private final Execution execution;
    private final Table table;
    private final TableMeters meters;
    private final Map<Count, LongAdder> numbers = new EnumMap<>(Count.class);
    private final Set<String> drift = new CopyOnWriteArraySet<>();
    private final Map<String, String> notes = new ConcurrentSkipListMap<>();
    private volatile Verdict verdict = Verdict.NOT_READ;
    private volatile long lease;
    private volatile boolean logsChanges;
    private volatile long unseen;
    private volatile long expected = -1;
    private volatile SyncMode syncMode;
    private volatile Verdict followed;
    private volatile long expectedBefore;
    private volatile Window.Unit windowUnit = Window.Unit.MOMENT;
    private volatile Throwable failure;

    public TableLoad(Execution execution, Table table, TableMeters meters) {
        this.execution = execution;
        this.syncMode = execution.syncMode();
        this.table = table;
        this.meters = meters;
        for (var count : Count.values()) {
            numbers.put(count, new LongAdder());
        }
    }

    public Execution execution() {
        return execution;
    }

    public Table table() {
        return table;
    }

    /** What is done with the table now. */
    public SyncMode syncMode() {
        return syncMode;
    }

    /** Whether the changes of the table are to be followed before its period is read. */
    public boolean keepsUp() {
        return execution.keepsUp() && table.hasWindow() && table.live() && followed == null;
    }

    /** Begins to follow the changes. */
    public void followChanges() {
        syncMode = SyncMode.INCREMENTAL;
    }

    /** Goes on to what the execution is for: all changes are stored. Their verdict is told together with the period's. */
    public void endChanges() {
        if (syncMode != execution.syncMode()) {
            syncMode = execution.syncMode();
            followed = verdict;
            verdict = Verdict.NOT_READ;
            expectedBefore = Math.max(0, expected);
        }
    }

    /** Whether the execution's period restricts what is read, and what is reconciled. */
    public boolean hasWindow() {
        return syncMode() == SyncMode.WINDOW && table.hasWindow();
    }

    /** Whether the window column holds days or moments; moments, where nobody knows. */
    public Window.Unit windowUnit() {
        return windowUnit;
    }

    public void windowUnit(Window.Unit unit) {
        windowUnit = unit;
    }

    /** The period as a condition on the window column; empty where the load, or what is no load, has none. */
    public String period() {
        return hasWindow() && execution.window() != null ? execution.window().on(table.windowColumn(), windowUnit) : "";
    }

    /**
     * Makes sure that the load is not to stop.
     *
     * @throws StoppedException if it is
     */
    public void goOn() {
        execution.stop().check();
    }

    /** Whether the execution is to end before it is done. */
    public boolean isStopped() {
        return execution.stop().isAsked();
    }

    /** The rows that ServiceNow counted when the read began. */
    public void expect(long rows) {
        expected = rows < 0 ? rows : expectedBefore + rows;
    }

    /** Whether the table is this load's. */
    public boolean isLeased() {
        return lease != 0;
    }

    /** The token of the lease under which the table is written. */
    public long lease() {
        return lease;
    }

    public void lease(long token) {
        lease = token;
    }

    /** Decides whether the changes that this load makes are logged. */
    public void logsChanges(boolean value) {
        logsChanges = value;
    }

    public boolean logsChanges() {
        return logsChanges;
    }

    /** Goes on with the counts of a load that was interrupted. */
    public void goOnWith(PageCounts before) {
        restore(Count.RECORDS_EXTRACTED, before.received());
        restore(Count.INSERTED, before.inserted());
        restore(Count.UPDATED, before.updated());
        restore(Count.UNCHANGED, before.unchanged());
        restore(Count.REJECTED, before.rejected());
        restore(Count.PAGES, before.pages());
        restore(Count.DB_TRANSACTIONS, before.pages());
    }

    /** What an earlier process has counted is in the metrics of that one. */
    private void restore(Count what, long number) {
        numbers.get(what).add(number);
    }

    /** The one place where a load counts: for its row in the log, and for the metrics. */
    private void count(Count what, long number) {
        numbers.get(what).add(number);
        meters.add(what, number);
    }

    /**
     * A request that was answered with a usable page.
     *
     * @param json bytes of the answer
     * @param wire bytes of the answer as it travelled
     */
    public void answered(long nanos, long json, long wire) {
        request(nanos);
        count(Count.JSON_BYTES, json);
        count(Count.WIRE_BYTES, wire);
        meters.answered("200", nanos);
    }

    /**
     * A request that was not.
     *
     * @param status the answer's; 0 when there was none
     */
    public void unanswered(int status, long nanos) {
        request(nanos);
        count(Count.API_FAILURES, 1);
        meters.answered(status == 0 ? "none" : status == 200 ? "broken" : Integer.toString(status), nanos);
    }

    private void request(long nanos) {
        count(Count.API_REQUESTS, 1);
        count(Count.API_SECONDS, nanos);
    }

    /** A page whose transaction is committed. */
    public void stored(long received, long ins, long upd, long same, long bad, long nanos) {
        count(Count.PAGES, 1);
        count(Count.RECORDS_EXTRACTED, received);
        count(Count.INSERTED, ins);
        count(Count.UPDATED, upd);
        count(Count.UNCHANGED, same);
        count(Count.REJECTED, bad);
        transaction(nanos);
    }

    /** A page of keys that was compared with the replica. */
    public void compared() {
        count(Count.PAGES, 1);
    }

    /** Rows that the reconcile has deleted; the last word counts, as a transaction may be tried again. */
    public void unseen(long rows, long nanos) {
        meters.add(Count.DELETED, Math.max(0, rows - unseen));
        unseen = rows;
        transaction(nanos);
    }

    /** Rows that a committed transaction has deleted, as ServiceNow said that they are gone. */
    public void gone(long rows, long nanos) {
        count(Count.DELETED, rows);
        transaction(nanos);
    }

    private void transaction(long nanos) {
        count(Count.DB_TRANSACTIONS, 1);
        count(Count.DB_SECONDS, nanos);
    }

    /** A request that waited before it was sent. */
    public void waited(Wait reason, long nanos) {
        count(Count.valueOf("WAITED_" + reason + "_SECONDS"), nanos);
        meters.waited(reason, nanos);
    }

    /** A batch whose statement was run. */
    public void batch(long nanos) {
        meters.batch(nanos);
    }

    /** A step that is about to be tried again. */
    public void retried() {
        meters.retried();
    }

    /** What the read proved about its own completeness. */
    public void verdict(Verdict value) {
        verdict = value;
    }

    public Verdict verdict() {
        return verdict;
    }

    /** Tells what has changed in the source's columns; once, however often the load is tried. */
    public void drifted(String change) {
        if (drift.add(change)) {
            LOG.warn("{}: {}", table.target(), change);
        }
    }

    /**
     * Says something about the load that its reader should know and that is no failure.
     *
     * @param subject what it is about; a later note about the same replaces it
     */
    public void note(String subject, String words) {
        notes.put(subject, words);
    }

    /** Ends this load in error; the other tables continue. */
    public void failed(Throwable cause) {
        failure = cause;
        if (cause instanceof StoppedException) {
            LOG.info("{} of {} stopped: {}", table.target(), execution.job(), cause.getMessage());
            return;
        }
        if (cause instanceof SetAsideException) {
            LOG.debug("{} of {} is {}", table.target(), execution.job(), cause.getMessage());
            return;
        }
        Failures.log(LOG, "%s of %s failed".formatted(table.target(), execution.job()), cause);
    }

    public Counts counts() {
        var now = new EnumMap<Count, Long>(Count.class);
        numbers.forEach((what, number) -> now.put(what, number.sum()));
        now.merge(Count.DELETED, unseen, Long::sum);
        return new Counts(now, expected);
    }

    /** The event that tells the execution log that this load has begun. */
    public ExecutionEvent startedEvent() {
        return new ExecutionEvent.TableStarted(execution.id(), table.target());
    }

    /** The event that tells the execution log how far this load has come. */
    public ExecutionEvent progressEvent() {
        return new ExecutionEvent.PageStored(execution.id(), table.target(), counts());
    }

    /** The event that tells the execution log that this load waits for ServiceNow. */
    public ExecutionEvent waitingEvent(Instant until) {
        return new ExecutionEvent.TableWaiting(execution.id(), table.target(), until);
    }

    /** The event that tells the execution log how this load has ended. */
    public ExecutionEvent.TableFinished finishedEvent() {
        var error = failure == null ? null : Failures.explain(failure);
        var changes = drift.isEmpty() ? null : String.join("; ", drift);
        return new ExecutionEvent.TableFinished(
                execution.id(),
                table.target(),
                counts(),
                followed == null ? verdict : verdict.and(followed),
                state(),
                changes,
                notes.isEmpty() ? null : String.join("; ", notes.values()),
                error);
    }

    private String state() {
        if (failure == null) {
            return "success";
        }
        if (execution.stop().isAsked()) {
            return execution.stop().state();
        }
        // the load resumes when the database is back
        return Passing.isDatabaseAway(failure) ? StoppedException.Why.INTERRUPTED.state() : "error";
    }
}
