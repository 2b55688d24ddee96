package io.caravana.replica;

import io.caravana.execution.TableLoad;
import io.caravana.servicenow.Page;
import io.caravana.table.Job.Reads;
import io.caravana.table.Table;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.component.sql.SqlConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** What deletes rows from the replica, and what the pages leave for it. */
@Component("reconcile")
final class Reconcile {

    private static final Logger LOG = LoggerFactory.getLogger(Reconcile.class);
    private static final String STARTED = "reconcileStarted";

    private static final String DELETE = """
            WITH seen AS MATERIALIZED (
              SELECT DISTINCT unnest(sys_ids) AS sys_id FROM caravana.seen_page
              WHERE execution_id = :#execution AND table_name = :#table
            ), deleted AS (
              DELETE FROM %s AS kept WHERE %s RETURNING 1
            )
            SELECT count(*) AS deleted FROM deleted""";
    private static final String UNSEEN = "NOT EXISTS (SELECT FROM seen WHERE seen.sys_id = kept.\"sys_id\")";
    private static final String NAMED = "kept.\"sys_id\" = ANY(CAST(:#keys AS text[]))";

    /** The keys that a page has shown to be in the source: parameters of the statement that keeps them. */
    public Map<String, Object> seen(@ExchangeProperty("load") TableLoad load, @ExchangeProperty("page") Page page) {
        var keys = page.keys().stream()
                .filter(key -> ColumnType.TEXT.problem(key) == null)
                .toArray(String[]::new);
        return parameters(load, "keys", keys);
    }

    private static Map<String, Object> parameters(TableLoad load, String name, Object value) {
        var parameters = new HashMap<String, Object>();
        parameters.put("execution", load.execution().id());
        parameters.put("table", load.table().target());
        parameters.put(name, value);
        return parameters;
    }

    /**
     * Whether all was read that the rows are compared with, and there was something: an account that lost its rights
     * reads nothing too.
     */
    public boolean isDue(@ExchangeProperty("load") TableLoad load) {
        if (!load.hasWindow() && load.reads() != Reads.KEYS) {
            return false;
        }
        var verdict = load.verdict();
        if (!verdict.isComplete()) {
            LOG.warn(
                    "{}: the read was {} ({} of {} rows came): nothing is deleted from the replica",
                    load.table().target(),
                    verdict.words(),
                    verdict.received(),
                    verdict.sourceCount());
            return false;
        }
        return verdict.received() > 0;
    }

    /**
     * The rows of the window, or those that were there when the keys were read, which the read did not see: sets the
     * statement that deletes them as the message's query and returns its parameters.
     *
     * @param until up to when the keys tell; null for a window
     */
    public Map<String, Object> unseen(
            Exchange exchange,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("replica") ReplicaTable replica,
            @ExchangeProperty("until") Instant until) {
        if (load.reads() == Reads.KEYS) {
            var parameters = parameters(load, "to", Timestamp.from(until));
            return delete(exchange, replica, UNSEEN + createdBy(replica), parameters);
        }
        var column = Identifiers.quoted(Identifiers.column(load.table().windowColumn()));
        var window = load.execution().window();
        var parameters = parameters(load, "from", Timestamp.from(window.from()));
        parameters.put("to", Timestamp.from(window.to()));
        return delete(exchange, replica, "kept." + column + " BETWEEN :#from AND :#to AND " + UNSEEN, parameters);
    }

    private static String createdBy(ReplicaTable replica) {
        var type = replica.type(Table.CREATED);
        return type == null
                ? ""
                : " AND " + type.timestampFrom("kept." + Identifiers.quoted(Table.CREATED)) + " <= :#to";
    }

    /** The rows with the keys of the body: as for {@link #unseen}. */
    public Map<String, Object> gone(
            Exchange exchange,
            @Body List<String> keys,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("replica") ReplicaTable replica) {
        return delete(exchange, replica, NAMED, parameters(load, "keys", keys.toArray(String[]::new)));
    }

    private static Map<String, Object> delete(
            Exchange exchange, ReplicaTable replica, String which, Map<String, Object> parameters) {
        exchange.getMessage().setHeader(SqlConstants.SQL_QUERY, DELETE.formatted(replica.qualified(), which));
        exchange.setProperty(STARTED, System.nanoTime());
        return parameters;
    }

    /** Counts what the statement for {@link #unseen} deleted. */
    public void countUnseen(
            @Body long deleted, @ExchangeProperty("load") TableLoad load, @ExchangeProperty(STARTED) long started) {
        load.unseen(deleted, System.nanoTime() - started);
    }

    /** Counts what the statement for {@link #gone} deleted, once that is committed. */
    public void countGone(
            @Body long deleted, @ExchangeProperty("load") TableLoad load, @ExchangeProperty(STARTED) long started) {
        load.gone(deleted, System.nanoTime() - started);
    }
}
