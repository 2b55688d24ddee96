package io.caravana.change;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.catalog.Catalog;
import io.caravana.catalog.Table;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps {@code caravana.event_type} equal to {@code config/events.yaml}, from a server's start on. PostgreSQL evaluates the rules, so
 * that groups, the feed and whoever queries the change log see the same types.
 */
@Component
@ConditionalOnWebApplication
class EventRules {

    private static final Logger LOG = LoggerFactory.getLogger(EventRules.class);

    private static final String WRITE = """
            INSERT INTO caravana.event_type (type, tables, kinds, columns, "from", "to", reaches, place)
            SELECT * FROM ROWS FROM (jsonb_to_recordset(CAST(? AS jsonb)) AS (
              type text, tables text[], kinds text[], columns text[], "from" text[], "to" text[], reaches numeric)) WITH ORDINALITY""";

    EventRules(JdbcClient jdbc, TransactionTemplate transaction, EventTypes types, Catalog catalog, ObjectMapper json)
            throws JsonProcessingException {
        var rules = json.writeValueAsString(types.events());
        transaction.executeWithoutResult(status -> {
            // two servers may start at the same moment
            jdbc.sql("LOCK TABLE caravana.event_type IN EXCLUSIVE MODE").update();
            jdbc.sql("DELETE FROM caravana.event_type").update();
            jdbc.sql(WRITE).param(rules).update();
        });
        var loaded = catalog.tables().stream().map(Table::target).collect(Collectors.toSet());
        var unknown = types.events().stream()
                .flatMap(event -> event.tables().stream())
                .filter(table -> !loaded.contains(table))
                .distinct()
                .toList();
        if (types.events().isEmpty()) {
            LOG.warn("Changes have no types: events.yaml is missing beside tables.yaml, or has no entry");
        } else if (!unknown.isEmpty()) {
            LOG.info(
                    "events.yaml names tables that are not loaded, so they have no events: {}",
                    String.join(", ", unknown));
        }
    }
}
