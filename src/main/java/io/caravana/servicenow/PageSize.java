package io.caravana.servicenow;

import java.time.Duration;

/**
 * How many rows a read asks for at a time. Grows while answers are quick and small, shrinks when they are slow, large or
 * broken, down to a single row, and stops where the server cuts answers. One thread's.
 */
public final class PageSize {

    /** ServiceNow ends an answer after 60 s; far from there is a good place. */
    private static final Duration QUICK = Duration.ofSeconds(2);

    private static final Duration SLOW = Duration.ofSeconds(15);
    private static final int STEP_DOWN = 4;

    /** Nobody cuts answers to fewer rows than these. */
    static final int LEAST_CAP = 100;

    private final long mostBytes;
    private int most;
    private int rows;
    private int lastReceived;

    /**
     * @param first rows of the first page
     * @param most rows of any page
     * @param mostBytes the size of JSON that a page should stay below
     */
    public PageSize(int first, int most, long mostBytes) {
        this.rows = Math.min(first, most);
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /** A size that only shrinks. */
    static PageSize atMost(int rows) {
        return new PageSize(rows, rows, Long.MAX_VALUE);
    }

    /** Another read's size, beginning where this one is. */
    PageSize copy() {
        return new PageSize(rows, most, mostBytes);
    }

    int rows() {
        return rows;
    }

    /** Learns from an answer. */
    void answered(int received, long bytes, long nanos) {
        // twice as many, and fewer than were asked for: the server or a gateway cuts there
        if (received < rows && received >= LEAST_CAP && received == lastReceived) {
            most = received;
            rows = received;
        }
        if (nanos > SLOW.toNanos() || bytes > mostBytes) {
            rows = Math.max(1, rows / 2);
        } else if (received >= rows && nanos < QUICK.toNanos() && bytes * 2 <= mostBytes) {
            rows = (int) Math.min(most, rows * 2L);
        }
        lastReceived = received;
    }

    /** Asks for less after a page that could not be had; false when there is nothing less. */
    boolean shrink() {
        if (rows == 1) {
            return false;
        }
        rows = Math.max(1, rows / STEP_DOWN);
        return true;
    }
}
