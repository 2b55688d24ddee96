package io.caravana.change;

import io.caravana.catalog.Catalog;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.springframework.stereotype.Component;

/** What the statements of the routes for batches of events take. */
@Component("changeBatch")
public class ChangeBatch {

    /** The tables that hold tickets, as far as a site loads them. */
    private static final List<String> TICKETS = List.of("incident", "change_task", "sc_task");

    private final Catalog catalog;

    ChangeBatch(Catalog catalog) {
        this.catalog = catalog;
    }

    /** The events' places, as PostgreSQL's arrays. */
    public Map<String, String> keys(@Body List<ChangeEvent> events) {
        return Map.of(
                "xids", array(events.stream().map(event -> event.id().xid()).toList()),
                "ids", array(events.stream().map(event -> event.id().number()).toList()));
    }

    /** The tables of tickets that the events are about, and the time zone of their days. */
    public Map<String, String> tables(@Body List<ChangeEvent> events) {
        return tables(events.stream()
                .map(ChangeEvent::table)
                .distinct()
                .filter(TICKETS::contains)
                .toList());
    }

    /** All tables of tickets, and the time zone of their days. */
    public Map<String, String> allTables() {
        return tables(TICKETS);
    }

    private Map<String, String> tables(Collection<String> tables) {
        return Map.of("tables", array(tables), "zone", catalog.timeZone().getId());
    }

    /** Keys and names of tables have nothing that needs a quotation mark. */
    private static String array(Collection<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }
}
