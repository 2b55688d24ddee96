package io.caravana.servicenow;

import java.util.ArrayList;
import java.util.List;

/**
 * Walks a query in the order of {@code sys_id}, each page beginning after the last key of the one before.
 *
 * <p>ServiceNow cuts a page before its access rules hide rows, so a short or an empty page is not the end. The end is
 * proven by the count that comes with a page: all rows that match, hidden ones too, lie inside that page's limit. The
 * count costs ServiceNow a second query, so only the first page and those that may be the last ask for it. Rows that
 * are hidden a page long leave no key to go on from: they are passed over by offset, inside that stretch only.
 *
 * <p>A page that cannot be had is asked for again with fewer rows. If even a single row cannot be had, only its key is
 * asked for, so that it can be rejected and stepped over.
 *
 * <p>One thread reads with a cursor.
 */
public final class PageCursor {

    private static final int TRIES_OF_ONE_ROW = 2;
    private static final List<String> KEY = List.of("sys_id");

    private final String table;
    private final EncodedQuery query;
    private final List<String> wanted;
    private final boolean displayValues;
    private final PageSize size;
    private final TableRead read;
    private final Fields fields = new Fields();

    private String after;
    private int offset;
    private boolean count = true;
    private boolean more = true;
    private int pages;
    private long remaining;
    private int failuresOfOneRow;
    private String unreadable;

    PageCursor(
            String table,
            EncodedQuery query,
            List<String> wanted,
            boolean displayValues,
            PageSize size,
            TableRead read) {
        this.table = table;
        this.query = query;
        this.wanted = wanted;
        this.displayValues = displayValues;
        this.size = size;
        this.read = read;
    }

    /** A cursor with pages of one size over the whole of a query. */
    public PageCursor(String table, EncodedQuery query, List<String> wanted, boolean displayValues, int limit) {
        this(table, query, wanted, displayValues, PageSize.atMost(limit), new TableRead());
    }

    /** Whether the end of the data has not been proven yet. */
    public boolean isMore() {
        return more && !read.isStopped();
    }

    PageRequest next() {
        var keyset = after == null ? query : query.and("sys_id", ">", after);
        return new PageRequest(
                table,
                keyset.orderedBy("sys_id"),
                isKeyOnly() ? KEY : wanted,
                !isKeyOnly() && displayValues,
                size.rows(),
                offset,
                count,
                pages + 1);
    }

    Fields fields() {
        return fields;
    }

    TableRead read() {
        return read;
    }

    /** Whether the next page is only to tell the key of a row that cannot be had. */
    boolean isKeyOnly() {
        return failuresOfOneRow >= TRIES_OF_ONE_ROW;
    }

    /** The last page could not be had, and fewer rows may help. */
    void shrink(String why) {
        if (!size.shrink()) {
            failuresOfOneRow++;
            unreadable = why;
        }
    }

    /** Why the page that is being read has only a key; null when it is a whole one. */
    String unreadable() {
        return isKeyOnly() ? unreadable : null;
    }

    /** Learns from an answer how many rows to ask for next. */
    void answered(int received, long bytes, long nanos) {
        size.answered(received, bytes, nanos);
    }

    /**
     * Goes on behind that page; called when its records are safe.
     *
     * @throws ServiceNowException.Permanent if the page does not lie behind the one before
     */
    public void advance(Page page) {
        var key = page.lastKey();
        if (key != null && key.equals(after)) {
            throw new ServiceNowException.Permanent(
                    "%s: ServiceNow sent the record %s again, it does not keep the order it was asked for"
                            .formatted(next().place(), key),
                    null);
        }
        pages++;
        failuresOfOneRow = 0;
        read.count(page);
        var covered = (long) offset + page.limit();
        if (page.total() >= 0) {
            remaining = page.total() - page.records().size();
            more = covered < page.total();
        } else {
            remaining -= page.records().size();
        }
        var isShort = page.records().size() < page.limit();
        count = isShort || remaining <= size.rows();
        if (key == null) {
            offset += page.limit();
        } else {
            after = key;
            offset = 0;
        }
    }

    /** Rows that are still to come, hidden ones too, as far as is known. */
    long remaining() {
        return remaining;
    }

    /**
     * Splits what is still to come into ranges of keys that can be read side by side. Most keys are random hexadecimal
     * numbers; others fall into the first or the last range.
     *
     * @param parts how many ranges, up to 256
     */
    List<PageCursor> split(int parts) {
        var cursors = new ArrayList<PageCursor>();
        String from = null;
        for (int part = 1; part <= parts; part++) {
            var to = part == parts ? null : "%02x".formatted(256 * part / parts);
            if (to == null || after == null || to.compareTo(after) > 0) {
                cursors.add(range(from, to));
                from = to;
            }
        }
        return cursors;
    }

    private PageCursor range(String from, String to) {
        var range = from == null ? query : query.and("sys_id", ">=", from);
        range = to == null ? range : range.and("sys_id", "<", to);
        var cursor = new PageCursor(table, range, wanted, displayValues, size.copy(), read);
        cursor.after = from == null ? after : null;
        return cursor;
    }
}
