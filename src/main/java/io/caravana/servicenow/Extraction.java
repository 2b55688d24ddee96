package io.caravana.servicenow;

import io.caravana.execution.TableLoad;
import io.caravana.table.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** What the routes {@code extract-pages} and {@code read-rows} need of a read. */
@Component("extraction")
final class Extraction {

    private final ServiceNowProperties properties;

    Extraction(ServiceNowProperties properties) {
        this.properties = properties;
    }

    /** A cursor over the table's rows: its filter, inside the execution's window, with just the fields that are stored. */
    public PageCursor cursor(@ExchangeProperty("load") TableLoad load, @ExchangeProperty("source") SourceTable source) {
        var table = load.table();
        var query = EncodedQuery.of(table.filter());
        if (table.hasWindow()) {
            query = query.and(load.execution().window().on(table.windowColumn()));
        }
        var limit = table.pageSize() > 0 ? table.pageSize() : properties.pageSize();
        return new PageCursor(table.source(), query, fields(table, source), table.withDisplayValues(), limit);
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

    /** Notes what the read has proven about its completeness. */
    public void conclude(@ExchangeProperty("load") TableLoad load, @ExchangeProperty("cursor") PageCursor cursor) {
        load.verdict(cursor.verdict());
    }
}
