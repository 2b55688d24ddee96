package io.caravana.pipeline;

import io.caravana.catalog.Job.Reads;
import io.caravana.catalog.LiveProperties;
import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.connector.ServiceNowProperties;
import io.caravana.execution.checkpoint.Checkpoints;
import io.caravana.execution.checkpoint.Watermarks;
import io.caravana.execution.run.TableLoad;
import io.caravana.servicenow.EncodedQuery;
import io.caravana.servicenow.Page;
import io.caravana.servicenow.PageCursor;
import io.caravana.servicenow.PageSize;
import io.caravana.servicenow.SourceClock;
import io.caravana.servicenow.SourceTable;
import io.caravana.servicenow.TableRead;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** What the routes need of a read: its cursors, and where it has come to. */
@Component("extraction")
final class Extraction {

    private static final Logger LOG = LoggerFactory.getLogger(Extraction.class);

    /** A page is kept so much smaller than it may become. */
    private static final int ROOM = 8;

    private static final int LARGEST_PAGE = 10_000;
    private static final String UP_TO = "<=";

    private final ServiceNowProperties properties;
    private final LiveProperties live;
    private final Watermarks watermarks;
    private final Checkpoints checkpoints;
    private final SourceClock clock;

    Extraction(
            ServiceNowProperties properties,
            LiveProperties live,
            Watermarks watermarks,
            Checkpoints checkpoints,
            SourceClock clock) {
        this.checkpoints = checkpoints;
        this.properties = properties;
        this.live = live;
        this.watermarks = watermarks;
        this.clock = clock;
    }

    /** Up to when what ServiceNow has done is read: all of it is stored by now. */
    public Instant until() {
        return clock.now().minus(live.lag()).truncatedTo(ChronoUnit.SECONDS);
    }

    /** A cursor over the rows that the load is to read, with the fields that are stored. */
    public PageCursor cursor(@ExchangeProperty("load") TableLoad load, @ExchangeProperty("source") SourceTable source) {
        return load.reads() == Reads.CHANGES ? changes(load, source) : period(load, source);
    }

    private PageCursor period(TableLoad load, SourceTable source) {
        var table = load.table();
        var cursor = new PageCursor(
                table.source(),
                EncodedQuery.of(table.filter()).and(load.period()),
                fields(table, source),
                table.withDisplayValues(),
                size(table),
                new TableRead());
        cursor.without(source.secrets());
        checkpoints.find(load).stream()
                .filter(checkpoint -> checkpoint.part() == 0)
                .forEach(cursor::goOn);
        checkpoints.brought(load).ifPresent(before -> {
            load.goOnWith(before);
            cursor.read().goOn(before);
        });
        return cursor;
    }

    private PageCursor changes(TableLoad load, SourceTable source) {
        var table = load.table();
        var pass = watermarks.begin(load, until());
        var query = EncodedQuery.of(table.filter());
        if (pass.readUntil() != null) {
            query = query.and(source.moved(), ">=", Window.raw(pass.readUntil().minus(live.overlap())));
        }
        return PageCursor.ofChanges(
                        table.source(),
                        query.and(source.moved(), UP_TO, Window.raw(pass.until())),
                        source.moved(),
                        fields(table, source),
                        table.withDisplayValues(),
                        size(table),
                        pass.at())
                .without(source.secrets());
    }

    private PageSize size(Table table) {
        var first = table.pageSize() > 0 ? table.pageSize() : properties.pageSize();
        return new PageSize(first, Math.max(first, properties.maxPageSize()), roomForPage());
    }

    /** Whether what has changed is to be read before the period, so that rows of other days do not become stale. */
    public boolean keepsUp(@ExchangeProperty("load") TableLoad load, @ExchangeProperty("source") SourceTable source) {
        if (!load.keepsUp() || source.byName().containsKey(source.moved())) {
            return load.keepsUp();
        }
        LOG.warn(
                "{}: no {} is known of it, so what has changed in rows of other days is not read; load their days again",
                load.table().target(),
                Table.UPDATED);
        return false;
    }

    /** Begins to follow the changes. */
    public void beginPass(@ExchangeProperty("load") TableLoad load) {
        load.followChanges();
    }

    /** Notes that every change up to the end of the pass is in the replica. */
    public void endPass(@ExchangeProperty("load") TableLoad load) {
        watermarks.end(load);
        load.endChanges();
    }

    /** A cursor over the keys of all rows that were there at that moment; with the number of their changes if asked to. */
    public PageCursor keys(
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("source") SourceTable source,
            @ExchangeProperty("until") Instant until) {
        var query = EncodedQuery.of(load.table().filter());
        if (source.byName().containsKey(Table.CREATED)) {
            query = query.and(Table.CREATED, UP_TO, Window.raw(until));
        }
        var fields = live.compareModCount() ? List.of("sys_id", Table.CHANGES) : List.of("sys_id");
        return new PageCursor(
                load.table().source(),
                query,
                fields,
                false,
                new PageSize(LARGEST_PAGE, LARGEST_PAGE, roomForPage()),
                new TableRead());
    }

    /** A cursor over the records with those keys, with the fields that are stored. */
    public PageCursor records(
            @Body List<String> keys,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("source") SourceTable source) {
        var table = load.table();
        return new PageCursor(
                        table.source(),
                        EncodedQuery.of(table.filter()).and("sys_id", "IN", String.join(",", keys)),
                        fields(table, source),
                        table.withDisplayValues(),
                        size(table),
                        new TableRead())
                .without(source.secrets());
    }

    /** What a page's JSON should stay below: far from what it may become, and small beside the heap with all in flight. */
    private long roomForPage() {
        var inFlight = 2L * properties.maxConcurrent();
        return Math.min(
                properties.maxPageBytes().toBytes() / ROOM, Runtime.getRuntime().maxMemory() / (inFlight * ROOM));
    }

    /** What is still to come after the first page: one cursor, or several over ranges of keys where that is much. */
    public List<PageCursor> partitions(
            @ExchangeProperty("cursor") PageCursor cursor, @ExchangeProperty("load") TableLoad load) {
        if (load.reads() == Reads.CHANGES) {
            return List.of(cursor);
        }
        var begun = checkpoints.find(load).stream()
                .filter(checkpoint -> checkpoint.part() > 0)
                .toList();
        if (!begun.isEmpty()) {
            return begun.stream()
                    .filter(checkpoint -> !checkpoint.done())
                    .map(cursor::range)
                    .toList();
        }
        if (cursor.remaining() <= properties.partitionThreshold()) {
            return List.of(cursor);
        }
        var ranges = cursor.split(properties.partitions());
        checkpoints.split(load, ranges.stream().map(PageCursor::checkpoint).toList());
        return ranges;
    }

    /** A cursor whose one page tells how many rows there are now. */
    public PageCursor recount(@ExchangeProperty("cursor") PageCursor cursor) {
        return cursor.recount();
    }

    /** Whether rows may have come or gone between the first page and the last. */
    public boolean isToBeRecounted(@ExchangeProperty("cursor") PageCursor cursor) {
        return !cursor.read().wasOnePage() && cursor.read().countBefore() >= 0;
    }

    /** Lets the other ranges of the table end after the pages that they are at, as this one has failed. */
    public void stop(
            @ExchangeProperty("cursor") PageCursor cursor,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause) {
        cursor.read().stop(cause);
    }

    /**
     * Fails the table when all its ranges have ended and one of them has failed.
     *
     * @throws Exception what that one failed with; it was tried again already
     */
    public void failIfStopped(Exchange exchange, @ExchangeProperty("read") TableRead read) throws Exception {
        if (read.isStopped()) {
            exchange.getExchangeExtension().setRedeliveryExhausted(true);
            throw read.failure();
        }
    }

    /**
     * None where all of a table is carried: its rows then have whatever the account may read, also what the dictionary
     * does not show to it.
     */
    private static List<String> fields(Table table, SourceTable source) {
        if (table.fields().isEmpty()) {
            return List.of();
        }
        return table.carried(
                source.columns().stream().map(SourceTable.SourceColumn::name).toList());
    }

    /** Adds the page's rows, as maps, to the rows read so far. */
    public List<Map<String, String>> collect(
            @Body Page page, @ExchangeProperty("rows") List<Map<String, String>> rows) {
        var all = rows == null ? new ArrayList<Map<String, String>>() : rows;
        var names = page.fields().names();
        for (var row : page.records()) {
            var map = new HashMap<String, String>();
            for (int place = 0; place < names.size(); place++) {
                if (row.value(place) != null) {
                    map.put(names.get(place), row.value(place));
                }
            }
            all.add(map);
        }
        return all;
    }

    /** Moves the cursor behind a page whose records are safe; they are not held while the next page is waited for. */
    public void advance(
            Exchange exchange,
            @ExchangeProperty("cursor") PageCursor cursor,
            @ExchangeProperty("page") Page page,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("read") TableRead read) {
        cursor.advance(page);
        if (read == cursor.read()) {
            load.expect(read.countBefore());
        }
        exchange.removeProperty("page");
    }

    /** Notes what the read, or each of those of a list of keys, has proven about its completeness; with the count of now, where there is one. */
    public void conclude(
            Exchange exchange,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("read") TableRead read,
            @ExchangeProperty("recount") Page recount) {
        read.countAfter(recount == null ? read.countBefore() : recount.total());
        exchange.removeProperty("recount");
        var verdict = read.verdict();
        load.verdict(load.reads() == Reads.REJECTED ? load.verdict().and(verdict) : verdict);
    }

    /** What all cursors of the table find together. */
    public TableRead read(@ExchangeProperty("cursor") PageCursor cursor) {
        return cursor.read();
    }
}
