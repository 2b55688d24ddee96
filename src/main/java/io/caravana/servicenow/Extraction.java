package io.caravana.servicenow;

import io.caravana.execution.TableLoad;
import io.caravana.table.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** What the routes {@code extract-pages} and {@code read-rows} need of a read. */
@Component("extraction")
final class Extraction {

    /** A page is kept so much smaller than it may become. */
    private static final int ROOM = 8;

    private final ServiceNowProperties properties;

    Extraction(ServiceNowProperties properties) {
        this.properties = properties;
    }

    /** A cursor over the table's rows: its filter, inside the execution's window, with just the fields that are stored. */
    public PageCursor cursor(@ExchangeProperty("load") TableLoad load, @ExchangeProperty("source") SourceTable source) {
        var table = load.table();
        var first = table.pageSize() > 0 ? table.pageSize() : properties.pageSize();
        var most = Math.max(first, properties.maxPageSize());
        var size = new PageSize(first, most, roomForPage());
        return new PageCursor(
                table.source(), query(load), fields(table, source), table.withDisplayValues(), size, new TableRead());
    }

    /** What a page's JSON should stay below: far from what it may become, and small beside the heap with all in flight. */
    private long roomForPage() {
        var inFlight = 2L * properties.maxConcurrent();
        return Math.min(
                properties.maxPageBytes().toBytes() / ROOM, Runtime.getRuntime().maxMemory() / (inFlight * ROOM));
    }

    private static EncodedQuery query(TableLoad load) {
        var table = load.table();
        var query = EncodedQuery.of(table.filter());
        return table.hasWindow() ? query.and(load.execution().window().on(table.windowColumn())) : query;
    }

    /** What is still to come after the first page: one cursor, or several over ranges of keys where that is much. */
    public List<PageCursor> partitions(@ExchangeProperty("cursor") PageCursor cursor) {
        return cursor.remaining() <= properties.partitionThreshold()
                ? List.of(cursor)
                : cursor.split(properties.partitions());
    }

    /** A cursor whose one page tells how many rows there are now. */
    public PageCursor recount(@ExchangeProperty("load") TableLoad load) {
        return new PageCursor(load.table().source(), query(load), List.of("sys_id"), false, 1);
    }

    /** Whether rows may have come or gone between the first page and the last. */
    public boolean isToBeRecounted(@ExchangeProperty("cursor") PageCursor cursor) {
        return !cursor.read().wasOnePage();
    }

    /** Lets the other ranges of the table end where they are, as the table has failed. */
    public void stop(
            @ExchangeProperty("cursor") PageCursor cursor, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause)
            throws Exception {
        cursor.read().stop();
        throw cause;
    }

    private static List<String> fields(Table table, SourceTable source) {
        if (table.fields().isEmpty()) {
            return source.columns().stream().map(SourceTable.SourceColumn::name).toList();
        }
        var fields = new LinkedHashSet<>(List.of("sys_id"));
        fields.addAll(table.fields());
        if (table.hasWindow()) {
            fields.add(table.windowColumn());
        }
        return List.copyOf(fields);
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

    /** Moves the cursor behind a page whose records are safe. */
    public void advance(@ExchangeProperty("cursor") PageCursor cursor, @ExchangeProperty("page") Page page) {
        cursor.advance(page);
    }

    /** Notes what the read has proven about its completeness; with the count of now, where there is one. */
    public void conclude(
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("read") TableRead read,
            @ExchangeProperty("recount") Page recount) {
        read.countAfter(recount == null ? read.countBefore() : recount.total());
        load.verdict(read.verdict());
    }

    /** What all cursors of the table find together. */
    public TableRead read(@ExchangeProperty("cursor") PageCursor cursor) {
        return cursor.read();
    }
}
