package io.caravana.replica;

import io.caravana.catalog.Job.Reads;
import io.caravana.catalog.Table.DisplayValues;
import io.caravana.error.Failures;
import io.caravana.execution.checkpoint.Checkpoints;
import io.caravana.execution.checkpoint.Watermarks;
import io.caravana.execution.run.TableLoad;
import io.caravana.servicenow.Page;
import io.caravana.servicenow.PageCursor;
import io.caravana.servicenow.SourceRecord;
import io.caravana.servicenow.SourceTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.component.sql.SqlConstants;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The steps of the route {@code upsert-records}: from a page's records to the parameters of one statement a batch. */
@Component("batches")
final class Batches {

    private static final Logger LOG = LoggerFactory.getLogger(Batches.class);
    private static final int LONGEST_WORDS = 1_000;
    private static final String BATCH = "batch";
    private static final String BATCH_BEGAN = "batchBegan";

    private final Replica replica;
    private final Checkpoints checkpoints;
    private final Watermarks watermarks;

    Batches(Replica replica, Checkpoints checkpoints, Watermarks watermarks) {
        this.replica = replica;
        this.checkpoints = checkpoints;
        this.watermarks = watermarks;
    }

    /** Whether a page is not in the replica yet. It is when it is tried again because the answer to its commit was lost. */
    public boolean isToBeStored(
            @Body Page page,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("cursor") PageCursor cursor,
            @ExchangeProperty("tally") Tally earlier) {
        var isTriedAgain = earlier != null && earlier.page() == page;
        return !isTriedAgain || load.reads() != Reads.PERIOD || !checkpoints.isAt(load, cursor.behind(page));
    }

    /** Begins to count what becomes of a page. */
    public Tally begin(
            @Body Page page,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("replica") ReplicaTable replica) {
        var labelsOnly = load.table().displayValues() == DisplayValues.LABELS;
        return new Tally(page, column -> !labelsOnly || !isDisplay(page, column) || replica.type(column) != null);
    }

    /** A display value whose column is not there is not wanted. */
    private static boolean isDisplay(Page page, String column) {
        return column.startsWith(ReplicaTable.DISPLAY)
                && !page.fields().values().contains(column);
    }

    /**
     * Begins anew with a page that PostgreSQL has refused: the records to blame are to be found and rejected.
     *
     * @throws Exception the failure itself, if it is not about the data of a record
     */
    public void isolate(
            Exchange exchange,
            @ExchangeProperty("tally") Tally tally,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure)
            throws Exception {
        if (!Failures.isRefusal(failure)) {
            throw failure;
        }
        exchange.setProperty("tally", tally.isolating());
    }

    /** Whether the records are to be found that PostgreSQL refuses. */
    public boolean isIsolating(@ExchangeProperty("tally") Tally tally) {
        return tally.isIsolating();
    }

    /** The records of the page. */
    public List<SourceRecord> records(@ExchangeProperty("tally") Tally tally) {
        return tally.page().records();
    }

    /**
     * The table, with a column for every field of the page.
     *
     * @throws ReplicaException if two of them come to one column, or there is no room for more
     * @throws TableInUseException if others use the table for long
     */
    public ReplicaTable extend(
            @ExchangeProperty("replica") ReplicaTable table,
            @ExchangeProperty("tally") Tally tally,
            @ExchangeProperty("source") SourceTable source) {
        var missing = new LinkedHashMap<String, ColumnType>();
        var taken = new HashSet<String>();
        for (int place = 0; place < tally.columns().size(); place++) {
            var column = tally.columns().get(place);
            if (column.isEmpty()) {
                continue;
            }
            if (!taken.add(column) || ReplicaTable.isTaken(column)) {
                throw ReplicaTable.taken(tally.page().fields().names().get(place), column);
            }
            if (table.type(column) == null) {
                var known = source.byName().get(tally.page().fields().names().get(place));
                missing.put(column, known == null ? ColumnType.TEXT : ColumnType.of(known.type()));
            }
        }
        return missing.isEmpty() ? table : replica.extend(table, missing);
    }

    /**
     * Transforms a batch: empty values to NULL, a text array for each column. Sets the statement as the message's query.
     *
     * @return the statement's parameters
     */
    public Map<String, Object> transform(
            Exchange exchange,
            @Body List<SourceRecord> rows,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("replica") ReplicaTable table,
            @ExchangeProperty("tally") Tally tally) {
        var written = new ArrayList<String>();
        var partial = new HashMap<String, String>();
        var parameters = new HashMap<String, Object>();
        for (int place = 0; place < tally.columns().size(); place++) {
            var column = tally.columns().get(place);
            var values = column.isEmpty() ? null : new TextArray(rows, place);
            if (values == null || values.present() == 0) {
                continue;
            }
            parameters.put(ReplicaTable.parameter(written.size()), values);
            if (values.present() < rows.size()) {
                partial.put(column, ReplicaTable.presence(written.size()));
                parameters.put(partial.get(column), presence(rows, place));
            }
            written.add(column);
        }
        parameters.put("execution", load.execution().id());
        exchange.setProperty(BATCH, rows);
        exchange.setProperty(BATCH_BEGAN, System.nanoTime());
        exchange.getMessage().setHeader(SqlConstants.SQL_QUERY, table.upsert(written, partial));
        return parameters;
    }

    /**
     * The records of a batch with every value checked against its column's type, the last of several with one key; the
     * others become rejected records.
     */
    public List<SourceRecord> storable(
            @Body List<SourceRecord> records,
            @ExchangeProperty("replica") ReplicaTable table,
            @ExchangeProperty("tally") Tally tally) {
        var types = tally.columns().stream().map(table::type).toArray(ColumnType[]::new);
        var kept = new LinkedHashMap<String, SourceRecord>();
        for (var row : records) {
            var problem = tally.page().unreadable() == null
                    ? problem(row, tally.columns(), types)
                    : new Problem(null, "cannot be read: " + tally.page().unreadable());
            if (problem != null) {
                tally.reject(row, problem.column, problem.words);
                continue;
            }
            var earlier = kept.put(row.sysId(), row);
            if (earlier != null) {
                tally.reject(earlier, ReplicaTable.KEY, "came twice; the later one is stored");
            }
        }
        return List.copyOf(kept.values());
    }

    private record Problem(String column, String words) {}

    /** @param types by place; null where a field is not stored */
    private static Problem problem(SourceRecord row, List<String> columns, ColumnType[] types) {
        if (row.sysId() == null) {
            return new Problem(ReplicaTable.KEY, "has no sys_id");
        }
        var value = new ValueText(row);
        for (int place = 0; place < types.length; place++) {
            if (row.length(place) > 0 && types[place] != null) {
                var words = problem(row, place, types[place], value);
                if (words != null) {
                    return new Problem(columns.get(place), words);
                }
            }
        }
        return null;
    }

    private static String problem(SourceRecord row, int place, ColumnType type, ValueText value) {
        if (row.isStrange(place)) {
            return type.problem(row.value(place));
        }
        return type == ColumnType.TEXT ? null : type.problem(value.at(place));
    }

    /** Which records have the field. In those that have not, as an access rule bars it, its column stays as it is. */
    private static Boolean[] presence(List<SourceRecord> rows, int place) {
        return rows.stream().map(row -> row.has(place)).toArray(Boolean[]::new);
    }

    /** Counts what the statement did. */
    public void count(
            @Body Map<String, Object> answer,
            @ExchangeProperty(BATCH) List<SourceRecord> rows,
            @ExchangeProperty(BATCH_BEGAN) long began,
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("tally") Tally tally) {
        load.batch(System.nanoTime() - began);
        tally.stored(
                rows.size(),
                ((Number) answer.get("inserted")).longValue(),
                ((Number) answer.get("updated")).longValue());
    }

    /**
     * The halves of a batch that PostgreSQL has refused, to be stored one after the other; none of a single record, which
     * is rejected with PostgreSQL's words.
     *
     * @throws Exception the failure itself, if it is not about the data of a record
     */
    public List<List<SourceRecord>> halves(
            @ExchangeProperty(BATCH) List<SourceRecord> rows,
            @ExchangeProperty("replica") ReplicaTable table,
            @ExchangeProperty("tally") Tally tally,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure)
            throws Exception {
        if (!Failures.isRefusal(failure)) {
            throw failure;
        }
        if (rows.size() == 1) {
            var problem = refusal(failure, table);
            tally.reject(rows.get(0), problem.column, problem.words);
            return List.of();
        }
        var middle = rows.size() / 2;
        return List.of(rows.subList(0, middle), rows.subList(middle, rows.size()));
    }

    /** PostgreSQL's message. Its details are left out: they quote the row, and those that it is in conflict with. */
    private static Problem refusal(Throwable failure, ReplicaTable table) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PSQLException refused && refused.getServerErrorMessage() != null) {
                var said = refused.getServerErrorMessage();
                var isOurs = table.name().equals(said.getTable()) && said.getColumn() != null;
                var words = "PostgreSQL: " + Failures.masked(said.getMessage());
                return new Problem(
                        isOurs ? said.getColumn() : null, words.substring(0, Math.min(words.length(), LONGEST_WORDS)));
            }
        }
        return new Problem(null, Failures.explain(failure));
    }

    /** Moves the load's checkpoint, or the table's watermark, behind the page; in the transaction that stores it. */
    public void move(
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty("cursor") PageCursor cursor,
            @ExchangeProperty("tally") Tally tally) {
        var page = tally.page();
        if (load.reads() == Reads.PERIOD) {
            checkpoints.move(load, cursor.behind(page), tally.brought());
        } else if (load.reads() == Reads.CHANGES && cursor.lastOf(page) != null) {
            watermarks.move(load.table(), cursor.lastOf(page));
        }
    }

    /** Counts the page, once its transaction is committed, and lets go of it. */
    public void commit(
            Exchange exchange, @ExchangeProperty("tally") Tally tally, @ExchangeProperty("load") TableLoad load) {
        load.stored(
                tally.page().records().size(),
                tally.inserted(),
                tally.updated(),
                tally.unchanged(),
                tally.rejected().size(),
                tally.nanos());
        if (tally.isIsolating()) {
            LOG.warn(
                    "{}: PostgreSQL refused a page of {} records as a whole. Rejected of them: {}; the others are stored",
                    load.table().target(),
                    tally.page().records().size(),
                    tally.rejected().size());
        }
        exchange.removeProperty("tally");
    }
}
