package io.caravana.servicenow;

import io.caravana.execution.checkpoint.Checkpoint;
import io.caravana.execution.checkpoint.Position;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Walks a query in the order of {@code sys_id}, or of changes and {@code sys_id}, each page beginning
 * behind the last record of the one before.
 *
 * <p>ServiceNow cuts a page before its access rules hide rows, and a server or gateway may send fewer rows than were
 * asked for. So a short or an empty page is not the end. The end is proven by the count that comes with a page: all rows
 * that match, hidden ones too, lie inside the page's reach, which is what is known to come in one answer. The count
 * costs ServiceNow a second query, so only the first page and those that may be the last ask for it. Rows that are
 * hidden a page long leave no key to continue after: they are passed over by offset, inside that stretch only.
 *
 * <p>Where the count does not come, as gateways strip headers, ServiceNow's statistics are asked for it. Where those
 * cannot be read either, the read ends when an empty answer and the last rows in the opposite order agree that nothing
 * visible comes after. Rows that are hidden cannot be told then: such a read is never proven complete.
 *
 * <p>A page that cannot be had is asked for again with fewer rows. If even a single row cannot be had, only its key is
 * asked for, so that it can be rejected and stepped over. A list of fields that makes the request too long is left out.
 *
 * <p>One thread reads with a cursor.
 */
public final class PageCursor {

    private static final int TRIES_OF_ONE_ROW = 2;
    /** Tomcat takes 8 kB of request line and headers, and so do nginx and Apache; tokens and cookies are large. */
    private static final int LONGEST_LINE = 6_000;
    /** Keys whose order is the same everywhere; that of others is the source's own affair. */
    private static final Pattern PLAIN_KEY = Pattern.compile("[0-9a-f]{32}");

    private static final List<String> KEY = List.of("sys_id");

    private final String table;
    private final EncodedQuery query;
    private final List<String> order;
    private final List<String> wanted;
    private final boolean displayValues;
    private final PageSize size;
    private final TableRead read;
    private final Fields fields = new Fields();

    private final Position start;
    private Set<String> leftOut = Set.of();
    private Set<String> dropped = new HashSet<>();

    private int part;
    private String from;
    private String to;
    private Position after;
    private int offset;
    private boolean count = true;
    private boolean more = true;
    private int pages;
    private long remaining;
    private int failuresOfOneRow;
    private String unreadable;
    private int most;
    private boolean leavesListOut;
    private boolean isAskedAgain;
    private Page uncounted;
    private boolean isAtLast;
    private final Set<String> lasts = new HashSet<>();

    public PageCursor(
            String table,
            EncodedQuery query,
            List<String> wanted,
            boolean displayValues,
            PageSize size,
            TableRead read) {
        this(table, query, KEY, wanted, displayValues, size, null, read);
    }

    private PageCursor(
            String table,
            EncodedQuery query,
            List<String> order,
            List<String> wanted,
            boolean displayValues,
            PageSize size,
            Position start,
            TableRead read) {
        this.table = table;
        this.query = query;
        this.order = order;
        this.start = start;
        this.after = start;
        this.wanted = wanted;
        this.displayValues = displayValues;
        this.size = size;
        this.read = read;
    }

    /** A cursor with pages of one size over the whole of a query. */
    public PageCursor(String table, EncodedQuery query, List<String> wanted, boolean displayValues, int limit) {
        this(table, query, wanted, displayValues, PageSize.atMost(limit), new TableRead());
    }

    /**
     * A cursor in the order of changes.
     *
     * @param moved the field that tells when a record was changed, or created where records do not change
     * @param after the record to begin behind; null: at the beginning of the query
     */
    public static PageCursor ofChanges(
            String table,
            EncodedQuery query,
            String moved,
            List<String> wanted,
            boolean displayValues,
            PageSize size,
            Position after) {
        return new PageCursor(
                table, query, List.of(moved, "sys_id"), wanted, displayValues, size, after, new TableRead());
    }

    /** Has the values of these fields not taken from answers, should they come. */
    public PageCursor without(Set<String> fieldNames) {
        leftOut = fieldNames;
        fields.leaveOut(fieldNames);
        return this;
    }

    /**
     * Drops records with these keys from answers, as they have come already.
     *
     * @param number what its checkpoint is told from others by, below 0
     */
    public PageCursor dropping(Set<String> keys, int number) {
        dropped = new HashSet<>(keys);
        part = number;
        return this;
    }

    /** Whether the end of the data has not been proven yet. */
    public boolean isMore() {
        return more && !read.isStopped();
    }

    /** The request for the next page; while that is unsettled, the one that is to settle it. */
    public PageRequest next() {
        if (uncounted != null) {
            return read.isCountable() ? counting() : lastRows();
        }
        var request = rows(isKeyOnly() ? order : leavesListOut ? List.of() : wanted);
        if (request.length() > LONGEST_LINE && shorten(request)) {
            return rows(List.of());
        }
        return request;
    }

    private PageRequest rows(List<String> fields) {
        return new PageRequest(
                table,
                behind().orderedBy(order),
                fields,
                !isKeyOnly() && displayValues,
                size.rows(),
                offset,
                count || isAskedAgain,
                pages + 1);
    }

    private PageRequest counting() {
        return new PageRequest(table, behind().text(), List.of(), false, PageRequest.COUNT_ONLY, 0, true, pages + 1);
    }

    private PageRequest lastRows() {
        return new PageRequest(
                table, behind().orderedByDescending(order), order, false, uncounted.limit(), 0, false, pages + 1);
    }

    /** Leaves the list of fields out of the requests to come; false where that is not possible or has been done. */
    public boolean shorten(PageRequest request) {
        if (leavesListOut || !request.canDoWithoutList()) {
            return false;
        }
        leavesListOut = true;
        fields.only(wanted);
        return true;
    }

    /** Whether the next request is not for rows of the page, but for how many there are. */
    public boolean isCounting() {
        return uncounted != null;
    }

    /** Whether a further request has to be made before the page can be used. */
    public boolean isUnsettled() {
        return isAskedAgain || uncounted != null;
    }

    /**
     * Takes in the rows that came.
     *
     * @return the page, to be used if it is settled
     */
    public Page take(PageRequest request, List<SourceRecord> came, long counted) {
        if (uncounted != null) {
            return settle(came);
        }
        var records = dropped.isEmpty()
                ? came
                : came.stream().filter(row -> !dropped.contains(row.sysId())).toList();
        var total = counted - (came.size() - records.size());
        var page = new Page(fields, records, total, request.limit(), unreadable());
        isAtLast = false;
        var isOpen = total < 0 || total > offset;
        // an empty answer may be a slip, and rows that are not hidden would be taken for hidden ones
        isAskedAgain = records.isEmpty() && isOpen && offset == 0 && !isAskedAgain;
        if (!isAskedAgain && request.count() && total < 0) {
            uncounted = page;
        }
        return page;
    }

    /** Takes in the number of the rows that come after the place where the cursor is, from the statistics. */
    public Page counted(long total) {
        var page = new Page(fields, uncounted.records(), total, uncounted.limit(), uncounted.unreadable());
        uncounted = null;
        return page;
    }

    /** The page that was not counted is the end, if the last rows in the opposite order show none that it lacks. */
    private Page settle(List<SourceRecord> lastRows) {
        var page = uncounted;
        uncounted = null;
        var last = page.last();
        var veryLast = lastRows.stream()
                .map(SourceRecord::sysId)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        isAtLast = Objects.equals(veryLast, last == null ? null : last.sysId());
        return page;
    }

    private EncodedQuery behind() {
        if (after == null) {
            return query;
        }
        if (after.updatedOn() == null) {
            return query.and("sys_id", ">", after.sysId());
        }
        // without ^NQ, which not every filter goes with
        return query.and(order.get(0), ">=", after.updatedOn())
                .andEither(
                        EncodedQuery.ALL.and(order.get(0), ">", after.updatedOn()),
                        EncodedQuery.ALL.and("sys_id", ">", after.sysId()));
    }

    /**
     * The place of a page's last record; null when the page shows none.
     *
     * @throws ServiceNowException.Permanent if the record does not show when it was changed, and has to
     */
    public Position lastOf(Page page) {
        var row = page.last();
        if (row == null) {
            return null;
        }
        if (order.equals(KEY)) {
            return new Position(null, row.sysId());
        }
        var updatedOn = row.value(fields.value(fields.field(order.get(0))));
        if (updatedOn == null || updatedOn.isEmpty()) {
            throw new ServiceNowException.Permanent(
                    "%s: the record %s does not show its %s, so changes cannot be followed. Give the account the right to read that field, or set 'live: false' in the table's entry in tables.yaml"
                            .formatted(next().place(), row.sysId(), order.get(0)),
                    null);
        }
        return new Position(updatedOn, row.sysId());
    }

    public Fields fields() {
        return fields;
    }

    public TableRead read() {
        return read;
    }

    /** Whether the next page is only to tell the key of a row that cannot be had. */
    boolean isKeyOnly() {
        return failuresOfOneRow >= TRIES_OF_ONE_ROW;
    }

    /** The last page could not be had, and fewer rows may help. */
    public void shrink(String why) {
        if (!size.shrink()) {
            failuresOfOneRow++;
            unreadable = why;
        }
    }

    /** Why the page that is being read has only a key; null when it is a whole one. */
    String unreadable() {
        return isKeyOnly() ? unreadable : null;
    }

    /** The last page did not come in time: fewer rows may help, but no row is to blame. */
    public void ease() {
        size.shrink();
    }

    /** Learns from an answer how many rows to ask for next. */
    public void answered(int received, long bytes, long nanos) {
        size.answered(received, bytes, nanos);
    }

    /** Where this cursor will be when that page's records are safe. */
    public Checkpoint behind(Page page) {
        var last = lastOf(page);
        var key = last != null ? last : after;
        return new Checkpoint(
                part,
                from,
                to,
                key == null ? null : key.sysId(),
                last == null ? offset + reach(page) : 0,
                !isMoreBehind(page));
    }

    private boolean isMoreBehind(Page page) {
        return page.total() < 0 ? !isAtLast : (long) offset + reach(page) < page.total();
    }

    /** How many of the rows that were asked for the answer has surely dealt with, whatever it leaves out as hidden. */
    private int reach(Page page) {
        var received =
                page.records().isEmpty() ? PageSize.LEAST_CAP : page.records().size();
        return Math.min(page.limit(), Math.max(most, received));
    }

    /** Where this cursor is. */
    public Checkpoint checkpoint() {
        return new Checkpoint(part, from, to, after == null ? null : after.sysId(), offset, !more);
    }

    /** Goes on where a read in the order of keys was interrupted. */
    public void goOn(Checkpoint checkpoint) {
        after = checkpoint.at() == null ? after : new Position(null, checkpoint.at());
        offset = checkpoint.hiddenRows();
        more = !checkpoint.done();
    }

    /**
     * Goes on behind that page; called when its records are safe.
     *
     * @throws ServiceNowException.Permanent if the page does not come after those before
     */
    public void advance(Page page) {
        var last = lastOf(page);
        if (last != null && !isAfter(last)) {
            throw new ServiceNowException.Permanent(
                    "%s: ServiceNow sent the record %s again or out of turn, it does not keep the order it was asked for"
                            .formatted(next().place(), last.sysId()),
                    null);
        }
        pages++;
        failuresOfOneRow = 0;
        read.count(page);
        more = isMoreBehind(page);
        if (page.total() >= 0) {
            remaining = page.total() - page.records().size();
        } else {
            remaining -= page.records().size();
        }
        var isShort = page.records().size() < page.limit();
        count = isShort || read.isCountable() && remaining <= size.rows();
        if (last == null) {
            offset += reach(page);
        } else {
            after = last;
            offset = 0;
            if (more && !PLAIN_KEY.matcher(last.sysId()).matches()) {
                read.endedAt(last.sysId(), page);
            }
        }
        most = Math.max(most, page.records().size());
    }

    /** A place that was a page's last one before is none. So is one that is smaller in an order that everybody shares. */
    private boolean isAfter(Position last) {
        if (!lasts.add(last.updatedOn() + last.sysId()) || last.equals(after)) {
            return false;
        }
        if (after == null) {
            return true;
        }
        var order = last.updatedOn() == null ? 0 : last.updatedOn().compareTo(after.updatedOn());
        var areComparable = Stream.of(last, after)
                .allMatch(place -> PLAIN_KEY.matcher(place.sysId()).matches());
        return order > 0 || order == 0 && (!areComparable || last.sysId().compareTo(after.sysId()) > 0);
    }

    /** Rows that are still to come, hidden ones too, as far as is known. */
    public long remaining() {
        return remaining;
    }

    /** Whether it is not one of several ranges of keys. */
    public boolean isWhole() {
        return part == 0;
    }

    /**
     * Splits what is still to come into ranges of keys that can be read side by side. Most keys are random hexadecimal
     * numbers; others fall into any of the ranges. Which keys lie in which range, and which of them have come already, the
     * source alone decides: its order need not be ours, as where it ignores case.
     *
     * @param parts how many ranges, up to 256
     */
    public List<PageCursor> split(int parts) {
        var cursors = new ArrayList<PageCursor>();
        var at = after == null ? null : after.sysId();
        String first = null;
        for (int number = 1; number <= parts; number++) {
            var end = number == parts ? null : "%02x".formatted(256 * number / parts);
            cursors.add(range(new Checkpoint(number, first, end, at, 0, false)));
            first = end;
        }
        return cursors;
    }

    /** A cursor over one range of keys, from where it has come to. */
    public PageCursor range(Checkpoint checkpoint) {
        var range = checkpoint.from() == null ? query : query.and("sys_id", ">=", checkpoint.from());
        range = checkpoint.to() == null ? range : range.and("sys_id", "<", checkpoint.to());
        var cursor = new PageCursor(table, range, KEY, wanted, displayValues, size.copy(), null, read);
        cursor.without(leftOut);
        cursor.part = checkpoint.part();
        cursor.from = checkpoint.from();
        cursor.to = checkpoint.to();
        cursor.most = most;
        cursor.goOn(checkpoint);
        return cursor;
    }

    /** A cursor whose one page tells how many rows there are now. */
    public PageCursor recount() {
        return new PageCursor(table, query, order, KEY, false, PageSize.atMost(1), start, new TableRead());
    }
}
