package io.caravana.servicenow;

import io.caravana.execution.run.PageCounts;
import io.caravana.execution.run.Verdict;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/** What all cursors of one table's read have found together. Safe for several threads. */
public final class TableRead {

    private static final int COUNT_TRIES = 3;

    private final AtomicInteger countFailures = new AtomicInteger();
    private final LongAdder received = new LongAdder();
    private final LongAdder withoutKey = new LongAdder();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile long countBefore = -1;
    private volatile long countAfter = -1;
    private volatile int pages;
    private final Set<String> oddKeys = ConcurrentHashMap.newKeySet();

    void count(Page page) {
        received.add(page.records().size());
        withoutKey.add(page.withoutKey());
        if (pages == 0) {
            countBefore = page.total();
        }
        pages++;
    }

    /** Whether ServiceNow's statistics tell a number of rows, as far as is known. */
    boolean isCountable() {
        return countFailures.get() < COUNT_TRIES;
    }

    /**
     * The statistics were not answered.
     *
     * @return whether that was the last time that they are asked
     */
    public boolean countFailed(boolean isForGood) {
        return countFailures.addAndGet(isForGood ? COUNT_TRIES : 1) >= COUNT_TRIES;
    }

    /** Goes on with what was read before the load was interrupted. */
    public void goOn(PageCounts before) {
        received.add(before.received());
        withoutKey.add(before.withoutKey());
        countBefore = before.sourceCount();
        pages = (int) before.pages();
    }

    /** Whether one page has shown the whole table: its own count is as good as one before and one after. */
    public boolean wasOnePage() {
        return pages == 1;
    }

    /** A page ended at a key of which a source that ignores case may have others, and the next begins after all of them. */
    void endedAt(String key, Page page) {
        page.keys().stream().filter(key::equalsIgnoreCase).forEach(oddKeys::add);
    }

    /** The keys of that kind at which pages ended, with those of their pages that differ from them by case alone. */
    public Set<String> oddKeys() {
        return Set.copyOf(oddKeys);
    }

    /** Counts what another read has brought of the same rows. */
    public void add(TableRead other) {
        received.add(other.received.sum());
        withoutKey.add(other.withoutKey.sum());
    }

    /** Whether no row has come that shows its key. */
    public boolean hasNoKey() {
        return received.sum() == withoutKey.sum();
    }

    public long countBefore() {
        return countBefore;
    }

    public void countAfter(long rows) {
        countAfter = rows;
    }

    /** Lets the other cursors end after the page they are at; the first failure counts. */
    public void stop(Exception cause) {
        failure.compareAndSet(null, cause);
    }

    public boolean isStopped() {
        return failure.get() != null;
    }

    /** What one of the cursors has failed with; null: none has. */
    public Exception failure() {
        return failure.get();
    }

    /** What the read has proven, once it has come to its end and the rows were counted again. */
    public Verdict verdict() {
        return Verdict.of(countBefore, countAfter, received.sum(), withoutKey.sum());
    }
}
