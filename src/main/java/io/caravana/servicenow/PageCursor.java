package io.caravana.servicenow;

import io.caravana.execution.Verdict;
import java.util.List;

/**
 * Walks a query in the order of {@code sys_id}, each page beginning after the last key of the one before.
 *
 * <p>ServiceNow cuts a page before its access rules hide rows, so a short or an empty page is not the end. The end is
 * proven by the count that comes with a page: all rows that match, hidden ones too, lie inside that page's limit. The
 * count costs ServiceNow a second query, so only the first page and those that may be the last ask for it. Rows that
 * are hidden a page long leave no key to go on from: they are passed over by offset, inside that stretch only.
 *
 * <p>One thread reads with a cursor. A request that failed is simply asked for again.
 */
public final class PageCursor {

    private final String table;
    private final EncodedQuery query;
    private final List<String> wanted;
    private final boolean displayValues;
    private final int limit;
    private final Fields fields = new Fields();

    private String after;
    private int offset;
    private boolean count = true;
    private boolean more = true;
    private int pages;
    private long sourceCount = -1;
    private long remaining;
    private long received;
    private long withoutKey;

    public PageCursor(String table, EncodedQuery query, List<String> wanted, boolean displayValues, int limit) {
        this.table = table;
        this.query = query;
        this.wanted = wanted;
        this.displayValues = displayValues;
        this.limit = limit;
    }

    /** Whether the end of the data has not been proven yet. */
    public boolean isMore() {
        return more;
    }

    PageRequest next() {
        var keyset = after == null ? query : query.and("sys_id", ">", after);
        return new PageRequest(
                table, keyset.orderedBy("sys_id"), wanted, displayValues, limit, offset, count, pages + 1);
    }

    Fields fields() {
        return fields;
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
        received += page.records().size();
        withoutKey += page.withoutKey();
        var covered = (long) offset + limit;
        if (page.total() >= 0) {
            sourceCount = sourceCount < 0 ? page.total() : sourceCount;
            remaining = page.total() - page.records().size();
            more = covered < page.total();
        } else {
            remaining -= page.records().size();
        }
        var isShort = page.records().size() < limit;
        count = isShort || remaining <= limit;
        if (key == null) {
            offset += limit;
        } else {
            after = key;
            offset = 0;
        }
    }

    /** What the read has proven, once there is no more. */
    public Verdict verdict() {
        return Verdict.of(sourceCount, received, withoutKey);
    }
}
