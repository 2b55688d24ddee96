package io.caravana.pipeline;

import io.caravana.catalog.SyncMode;
import io.caravana.catalog.Table;
import io.caravana.catalog.Table.OnDelete;
import io.caravana.catalog.Window;
import io.caravana.replica.ColumnType;
import io.caravana.replica.Identifiers;
import io.caravana.replica.ReplicaException;
import io.caravana.replica.ReplicaProperties;
import io.caravana.replica.ReplicaTable;
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

/** What becomes of rows that the source no longer has, however that was found; and what the pages leave for it. */
@Component("reconcile")
final class Reconcile {

    private static final Logger LOG = LoggerFactory.getLogger(Reconcile.class);

    /** A table or period with so many rows may lose all of them. */
    private static final int FEW = 100;

    /** The rows that there were are counted only where so many are gone that their share may be too large. */
    private static final String TAKE_UNSEEN = """
            WITH seen AS MATERIALIZED (
              SELECT DISTINCT unnest(sys_ids) AS sys_id FROM caravana.seen_page
              WHERE execution_id = :?execution AND table_name = :?table
            ), taken AS (%s), counted AS (SELECT count(*) AS gone FROM taken)
            SELECT EXISTS (SELECT FROM seen) AS compared, gone, CASE WHEN gone > :?few THEN (SELECT count(*) FROM %s AS kept WHERE %s) ELSE gone END AS held
            FROM counted""";

    private static final String TAKE_NAMED = "WITH taken AS (%s) SELECT count(*) AS gone FROM taken";
    private static final String TOO_MANY =
            "%,d of %,d rows are no longer in the source. That is more than the share of %s that one load may delete or mark, so none was. If it is right, set 'delete-share: 1' for the table in tables.yaml, or start Caravana once with CARAVANA_REPLICA_DELETESHARE=1, and load again";
    private static final String UNSEEN =
            "EXISTS (SELECT FROM seen) AND NOT EXISTS (SELECT FROM seen WHERE seen.sys_id = kept.\"sys_id\")";
    private static final String NAMED = "kept.\"sys_id\" = ANY(CAST(:?keys AS text[]))";
    private static final String UNMARKED = " AND kept.\"%s\" IS NULL".formatted(ReplicaTable.DELETED);

    private final ReplicaProperties properties;

    Reconcile(ReplicaProperties properties) {
        this.properties = properties;
    }

    /** The keys that a page has shown to be in the source: parameters of the statement that keeps them. */
    public Map<String, Object> observed(@ExchangeProperty("load") LoadContext load) {
        var keys = load.page().keys().stream()
                .filter(key -> ColumnType.TEXT.problem(key) == null)
                .toArray(String[]::new);
        var parameters = parameters(load);
        parameters.put("keys", keys);
        return parameters;
    }

    private static Map<String, Object> parameters(LoadContext load) {
        var parameters = new HashMap<String, Object>();
        parameters.put("execution", load.run().execution().id());
        parameters.put("table", load.table().target());
        return parameters;
    }

    private static void set(Exchange exchange, LoadContext load, Map<String, Object> parameters) {
        exchange.getMessage().setHeader(SqlConstants.SQL_PARAMETERS, parameters);
        load.startClock();
    }

    /**
     * Whether all was read that the rows are compared with, and there was something: an account that lost its rights
     * reads nothing too.
     */
    public boolean isDue(@ExchangeProperty("load") LoadContext load) {
        if (!load.isWindowed() && load.syncMode() != SyncMode.KEY_DIFF) {
            return false;
        }
        var verdict = load.run().verdict();
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
     * Deletes or marks the rows of the window, or those that were there when the keys were read, which the read did not see.
     *
     * @return the statement; its parameters are in the header {@code CamelSqlParameters}
     */
    public String unseen(Exchange exchange, @ExchangeProperty("load") LoadContext load) {
        var table = load.table();
        var replica = load.replica();
        var parameters = parameters(load);
        var among = load.syncMode() == SyncMode.KEY_DIFF ? among(load, parameters) : amongWindow(load, parameters);
        var held = table.onDelete() == OnDelete.SOFT ? among + UNMARKED : among;
        parameters.put("few", share(table) * FEW);
        set(exchange, load, parameters);
        return TAKE_UNSEEN.formatted(take(table, replica, among + " AND " + UNSEEN), replica.qualified(), held);
    }

    private static String among(LoadContext load, Map<String, Object> parameters) {
        parameters.put("to", Window.raw(load.until()));
        var replica = load.replica();
        return replica.type(Table.CREATED) == null
                ? "true"
                : replica.compared(Table.CREATED, "<=", Window.Unit.MOMENT, ":?to");
    }

    private static String amongWindow(LoadContext load, Map<String, Object> parameters) {
        var window = load.run().execution().window();
        var unit = load.run().windowUnit();
        parameters.put("from", window.first(unit));
        parameters.put("to", window.last(unit));
        var column = Identifiers.column(load.table().windowColumn());
        return load.replica().compared(column, ">=", unit, ":?from") + " AND "
                + load.replica().compared(column, "<=", unit, ":?to");
    }

    private double share(Table table) {
        return table.deleteShare() == null ? properties.deleteShare() : table.deleteShare();
    }

    /** A statement that does with rows what the table says of those that are gone, and answers with a line for each. */
    private static String take(Table table, ReplicaTable replica, String which) {
        var from = replica.qualified() + " AS kept";
        return switch (table.onDelete()) {
            case HARD -> "DELETE FROM %s WHERE %s RETURNING 1".formatted(from, which);
            case SOFT -> """
                UPDATE %s SET "%s" = now(), "etl_updated_at" = now(), "etl_execution_id" = :?execution
                WHERE %s RETURNING 1""".formatted(from, ReplicaTable.DELETED, which + UNMARKED);
            case KEEP -> "SELECT 1 FROM %s WHERE %s".formatted(from, which);
        };
    }

    /** Deletes or marks the rows with the keys of the body: the statement, as for {@link #unseen}. */
    public String gone(Exchange exchange, @Body List<String> keys, @ExchangeProperty("load") LoadContext load) {
        var parameters = parameters(load);
        parameters.put("keys", keys.toArray(String[]::new));
        set(exchange, load, parameters);
        return TAKE_NAMED.formatted(take(load.table(), load.replica(), NAMED));
    }

    /**
     * Counts what the statement for {@link #unseen} did; in its transaction. With nothing to compare with, it had done so
     * before: what was seen is forgotten with the commit, and only the answer to that was lost.
     *
     * @throws ReplicaException if these are more rows than one load may take away
     */
    public void countUnseen(@Body Map<String, Object> answer, @ExchangeProperty("load") LoadContext load) {
        if (!(boolean) answer.get("compared")) {
            return;
        }
        var gone = ((Number) answer.get("gone")).longValue();
        var held = ((Number) answer.get("held")).longValue();
        var share = share(load.table());
        if (load.table().onDelete() != OnDelete.KEEP && held > FEW && gone > share * held) {
            throw new ReplicaException(TOO_MANY.formatted(gone, held, share));
        }
        load.run().unseen(taken(load, gone), load.sinceClock());
    }

    /** Counts what the statement for {@link #gone} did, once that is committed. */
    public void countGone(@Body long gone, @ExchangeProperty("load") LoadContext load) {
        load.run().gone(taken(load, gone), load.sinceClock());
    }

    private static long taken(LoadContext load, long gone) {
        if (load.table().onDelete() != OnDelete.KEEP) {
            return gone;
        }
        if (gone > 0) {
            LOG.info(
                    "{}: {} rows are no longer in the source and stay, as its on-delete is keep",
                    load.table().target(),
                    gone);
        }
        return 0;
    }
}
