package io.caravana.pipeline;

import io.caravana.catalog.LiveProperties;
import io.caravana.catalog.SyncMode;
import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.connector.ServiceNowProperties;
import io.caravana.execution.checkpoint.Checkpoints;
import io.caravana.execution.checkpoint.Watermarks;
import io.caravana.servicenow.EncodedQuery;
import io.caravana.servicenow.PageCursor;
import io.caravana.servicenow.PageSize;
import io.caravana.servicenow.SourceClock;
import io.caravana.servicenow.SourceTable.SourceColumn;
import io.caravana.servicenow.TableRead;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** What is read: opens the cursors of a load, moves them after the pages that are stored, and says what the read has proven. */
@Component("reads")
final class ReadSteps {

    /** A page is kept so much smaller than it may become. */
    private static final int ROOM = 8;

    private static final int LARGEST_PAGE = 10_000;
    private static final int KEYS_AT_ONCE = 50;
    private static final String UP_TO = "<=";

    private final ServiceNowProperties properties;
    private final LiveProperties live;
    private final Watermarks watermarks;
    private final Checkpoints checkpoints;
    private final SourceClock clock;

    ReadSteps(
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

    /** Opens the rows of the load's period, or of the whole table; where it was interrupted, if it was. */
    public void openWindow(@ExchangeProperty("load") LoadContext load) {
        var run = load.run();
        var cursor = rows(load, EncodedQuery.of(load.table().filter()).and(run.period()));
        var known = checkpoints.find(run);
        known.stream().filter(checkpoint -> checkpoint.part() == 0).forEach(cursor::goOn);
        checkpoints.brought(run).ifPresent(before -> {
            run.goOnWith(before);
            cursor.read().goOn(before);
        });
        load.begin(cursor);
        load.splitInto(known.stream()
                .filter(checkpoint -> checkpoint.part() > 0 && !checkpoint.done())
                .map(cursor::range));
    }

    /** Opens the rows that have changed since the table's watermark. */
    public void openChanges(@ExchangeProperty("load") LoadContext load) {
        load.run().followChanges();
        var table = load.table();
        var moved = load.source().moved();
        load.setUntil(clock.now().minus(live.lag()).truncatedTo(ChronoUnit.SECONDS));
        var pass = watermarks.begin(load.run(), load.until());
        var query = EncodedQuery.of(table.filter());
        if (pass.readUntil() != null) {
            query = query.and(moved, ">=", Window.raw(pass.readUntil().minus(live.overlap())));
        }
        load.begin(PageCursor.ofChanges(
                        table.source(),
                        query.and(moved, UP_TO, Window.raw(pass.until())),
                        moved,
                        fields(load),
                        table.withDisplayValues(),
                        size(table),
                        pass.at())
                .without(load.source().secrets()));
    }

    /** Notes that every change up to the end of the pass is in the replica. */
    public void endChanges(@ExchangeProperty("load") LoadContext load) {
        watermarks.end(load.run());
        load.run().endChanges();
        load.setUntil(null);
    }

    /** Opens the keys of all rows that are there now; with the number of their changes, if asked to. */
    public void openKeys(@ExchangeProperty("load") LoadContext load) {
        load.setUntil(clock.now().minus(live.lag()).truncatedTo(ChronoUnit.SECONDS));
        var query = EncodedQuery.of(load.table().filter());
        if (load.source().byName().containsKey(Table.CREATED)) {
            query = query.and(Table.CREATED, UP_TO, Window.raw(load.until()));
        }
        var fields = live.compareModCount() ? List.of("sys_id", Table.CHANGES) : List.of("sys_id");
        load.begin(new PageCursor(
                load.table().source(),
                query,
                fields,
                false,
                new PageSize(LARGEST_PAGE, LARGEST_PAGE, roomForPage()),
                new TableRead()));
    }

    /** The load at the records with those keys. */
    public LoadContext at(@Body List<String> keys, @ExchangeProperty("load") LoadContext load) {
        return load.at(rows(load, EncodedQuery.of(load.table().filter()).and("sys_id", "IN", String.join(",", keys))));
    }

    /** The same, as a read of its own. */
    public LoadContext readAt(@Body List<String> keys, @ExchangeProperty("load") LoadContext load) {
        var context = at(keys, load);
        context.begin(context.cursor());
        return context;
    }

    private PageCursor rows(LoadContext load, EncodedQuery query) {
        var table = load.table();
        return new PageCursor(
                        table.source(), query, fields(load), table.withDisplayValues(), size(table), new TableRead())
                .without(load.source().secrets());
    }

    private PageSize size(Table table) {
        var first = table.pageSize() > 0 ? table.pageSize() : properties.pageSize();
        return new PageSize(first, Math.max(first, properties.maxPageSize()), roomForPage());
    }

    /** What a page's JSON should stay below: far from what it may become, and small beside the heap with all in flight. */
    private long roomForPage() {
        var inFlight = 2L * properties.maxConcurrent();
        return Math.min(
                properties.maxPageBytes().toBytes() / ROOM, Runtime.getRuntime().maxMemory() / (inFlight * ROOM));
    }

    /**
     * None where all of a table is carried: its rows then have whatever the account may read, also what the dictionary
     * does not show to it.
     */
    private static List<String> fields(LoadContext load) {
        var table = load.table();
        return table.fields().isEmpty()
                ? List.of()
                : table.carried(
                        load.source().columns().stream().map(SourceColumn::name).toList());
    }

    /** Goes on in ranges of keys side by side, where much of the load's period is still to come; notes them first. */
    public void splitIfMuch(@ExchangeProperty("load") LoadContext load) {
        var cursor = load.cursor();
        if (load.syncMode() == SyncMode.WINDOW
                && cursor.isWhole()
                && cursor.isMore()
                && cursor.remaining() > properties.partitionThreshold()) {
            var ranges = cursor.split(properties.partitions());
            checkpoints.split(
                    load.run(), ranges.stream().map(PageCursor::checkpoint).toList());
            load.splitInto(ranges.stream());
        }
    }

    /** Lets the other ranges of the table end after the pages that they are at, as this one has failed. */
    public void stop(
            @ExchangeProperty("load") LoadContext load, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause) {
        load.read().stop(cause);
    }

    /**
     * Fails the table when all its ranges have ended and one of them has failed.
     *
     * @throws Exception what that one failed with; it was tried again already
     */
    public void failIfStopped(Exchange exchange, @ExchangeProperty("load") LoadContext load) throws Exception {
        if (load.read().isStopped()) {
            exchange.getExchangeExtension().setRedeliveryExhausted(true);
            throw load.read().failure();
        }
    }

    /** Moves the cursor after a page whose records are safe; they are not held while the next page is waited for. */
    public void advance(@ExchangeProperty("load") LoadContext load) {
        load.cursor().advance(load.page());
        if (load.read() == load.cursor().read()) {
            load.run().expect(load.read().countBefore());
        }
        load.setPage(null);
    }

    /** Goes on with the one page that tells how many rows there are now. */
    public void recount(@ExchangeProperty("load") LoadContext load) {
        load.setCursor(load.cursor().recount());
    }

    /** Notes how many rows there are now. */
    public void recounted(@ExchangeProperty("load") LoadContext load) {
        load.read().countAfter(load.page().total());
        load.setPage(null);
    }

    /**
     * Where rows are missing, a source that ignores the case of keys may have passed over some, as a page begins after all
     * that equal the last key of the one before.
     *
     * @return the load at those keys, in parts that are not too long for a request
     */
    public List<LoadContext> passedOver(@ExchangeProperty("load") LoadContext load) {
        var read = load.read();
        if (load.syncMode() != SyncMode.WINDOW
                || !load.isToBeRecounted()
                || read.verdict().hidden() == 0) {
            return List.of();
        }
        var came = read.oddKeys();
        var keys = came.stream().filter(key -> !key.contains(",")).toList();
        var query = EncodedQuery.of(load.table().filter()).and(load.run().period());
        return IntStream.range(0, (keys.size() + KEYS_AT_ONCE - 1) / KEYS_AT_ONCE)
                .mapToObj(part ->
                        rows(load, query.and("sys_id", "IN", part(keys, part))).dropping(came, -1 - part))
                .map(load::at)
                .toList();
    }

    private static String part(List<String> keys, int part) {
        return keys.stream()
                .skip((long) part * KEYS_AT_ONCE)
                .limit(KEYS_AT_ONCE)
                .collect(Collectors.joining(","));
    }

    /** Counts the rows that were passed over and have come after all. */
    public void broughtPassedOver(@ExchangeProperty("load") LoadContext load) {
        load.read().add(load.cursor().read());
    }

    /** Notes what the read, or each of those of a list of keys, has proven about its completeness. */
    public void conclude(@ExchangeProperty("load") LoadContext load) {
        var run = load.run();
        if (!load.isToBeRecounted()) {
            load.read().countAfter(load.read().countBefore());
        }
        var verdict = load.read().verdict();
        if (verdict.hidden() > 0 && load.syncMode() != SyncMode.WINDOW) {
            load.read().oddKeys().stream()
                    .findFirst()
                    .ifPresent(key -> run.note(
                            "keys",
                            "a page ended at the key %s, which is not 32 small hexadecimal digits; if ServiceNow ignores case, a row whose key differs from it by case alone was passed over and is among the hidden ones"
                                    .formatted(key)));
        }
        run.verdict(run.syncMode() == SyncMode.RETRY_REJECTED ? run.verdict().and(verdict) : verdict);
    }
}
