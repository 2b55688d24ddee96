package io.caravana.replica;

import io.caravana.execution.TableLoad;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.component.sql.SqlConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The steps of the route {@code reconcile-window}, and what the pages leave for it. */
@Component("reconcile")
final class Reconcile {

    private static final Logger LOG = LoggerFactory.getLogger(Reconcile.class);
    private static final String STARTED = "reconcileStarted";

    private static final String DELETE = """
            WITH seen AS MATERIALIZED (
              SELECT DISTINCT unnest(sys_ids) AS sys_id FROM caravana.seen_page
              WHERE execution_id = :#execution AND table_name = :#table
            ), deleted AS (
              DELETE FROM %s AS kept
              WHERE kept.%s BETWEEN :#from AND :#to
                AND NOT EXISTS (SELECT FROM seen WHERE seen.sys_id = kept."sys_id")
              RETURNING 1
            )
            SELECT count(*) AS deleted FROM deleted""";

    /** The keys that a page has shown to be in the source: parameters of the statement that keeps them. */
    public Map<String, Object> seen(@ExchangeProperty("load") TableLoad load, @ExchangeProperty("tally") Tally tally) {
        var parameters = new HashMap<String, Object>();
        parameters.put("execution", load.execution().id());
        parameters.put("table", load.table().target());
        parameters.put("keys", tally.keys());
        return parameters;
    }

    /** Whether the window was read whole, and was not empty: an account that lost its rights reads an empty window too. */
    public boolean isDue(@ExchangeProperty("load") TableLoad load) {
        if (!load.table().hasWindow()) {
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

    /** Sets the statement as the message's query and returns its parameters. */
    public Map<String, Object> statement(
            Exchange exchange,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("replica") ReplicaTable replica) {
        var window = load.execution().window();
        var column = Identifiers.quoted(Identifiers.column(load.table().windowColumn()));
        exchange.getMessage().setHeader(SqlConstants.SQL_QUERY, DELETE.formatted(replica.qualified(), column));
        exchange.setProperty(STARTED, System.nanoTime());
        return Map.of(
                "execution", load.execution().id(),
                "table", load.table().target(),
                "from", Timestamp.from(window.from()),
                "to", Timestamp.from(window.to()));
    }

    /** Counts what the statement deleted. */
    public void count(
            @Body long deleted, @ExchangeProperty("load") TableLoad load, @ExchangeProperty(STARTED) long started) {
        load.reconciled(deleted, System.nanoTime() - started);
    }
}
