package io.caravana.servicenow;

import io.caravana.connector.Wait;

/**
 * Who reads from a table: the cursor, and the request that is under way. The steps of the route {@code fetch-page} find it
 * in the exchange property {@code load} and report to it. This one reads and forgets; a load keeps what it is told.
 *
 * <p>One thread's at a time.
 */
public class TableReader {

    private PageCursor cursor;
    private Page page;
    private PageRequest request;
    private boolean isInFlight;
    private long since;
    private String answerDate;

    public TableReader(PageCursor cursor) {
        this.cursor = cursor;
    }

    /** Where the next page begins. */
    public final PageCursor cursor() {
        return cursor;
    }

    public final void setCursor(PageCursor next) {
        cursor = next;
    }

    /** Whether the cursor's end has not been proven yet. */
    public boolean isMore() {
        return cursor.isMore();
    }

    /** The page that came last, until somebody has dealt with it; null: none. */
    public final Page page() {
        return page;
    }

    public final void setPage(Page value) {
        page = value;
    }

    /** Whether the request for a page has not been put on the message yet. */
    public final boolean isUnsent() {
        return request == null;
    }

    /** The header {@code Date} of the last answer; null when it had none. */
    public final String answerDate() {
        return answerDate;
    }

    final void answerDate(String value) {
        answerDate = value;
    }

    final PageRequest request() {
        return request;
    }

    final void request(PageRequest value) {
        request = value;
        since = System.nanoTime();
    }

    /** Since the last step of the request, in nanoseconds. */
    final long nanos() {
        return System.nanoTime() - since;
    }

    final void isInFlight(boolean value) {
        isInFlight = value;
        since = System.nanoTime();
    }

    final boolean isInFlight() {
        return isInFlight;
    }

    /** Makes sure that the page is still wanted; throws if it is not. */
    public void goOn() {
        // who only tries whether ServiceNow answers is never told to stop
    }

    /** Whether it waits for hours, if ServiceNow asks for that. */
    public boolean isPatient() {
        return false;
    }

    /** A request waited before it was sent. */
    public void waited(Wait reason, long nanos) {
        // nobody counts
    }

    /**
     * A request was answered with a usable page.
     *
     * @param nanos from sending it to the end of its answer
     * @param json the answer's bytes, unpacked
     * @param wire its bytes as they travelled
     */
    public void answered(long nanos, long json, long wire) {
        // nobody counts
    }

    /**
     * A request was not.
     *
     * @param status the answer's; 0 when there was none
     */
    public void unanswered(int status, long nanos) {
        // nobody counts
    }
}
