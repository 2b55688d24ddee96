package io.caravana.pipeline;

import io.caravana.catalog.SyncMode;
import io.caravana.catalog.Table.DisplayValues;
import io.caravana.error.Failures;
import io.caravana.execution.checkpoint.Checkpoints;
import io.caravana.execution.checkpoint.Watermarks;
import io.caravana.replica.ColumnType;
import io.caravana.replica.Fingerprints;
import io.caravana.replica.Refusal;
import io.caravana.replica.RejectedRecords;
import io.caravana.replica.Replica;
import io.caravana.replica.ReplicaException;
import io.caravana.replica.ReplicaTable;
import io.caravana.replica.RowCopy;
import io.caravana.replica.TextArray;
import io.caravana.replica.ValueText;
import io.caravana.servicenow.Fields;
import io.caravana.servicenow.Page;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The steps of the routes {@code store-page} and {@code store-batch}: from a page's records to the parameters of one statement a batch. */
@Component("pageWriter")
final class PageWriter {

    private static final Logger LOG = LoggerFactory.getLogger(PageWriter.class);

    private final Replica replica;
    private final Checkpoints checkpoints;
    private final Watermarks watermarks;
    private final RejectedRecords rejected;
    private final RowCopy copy;

    PageWriter(
            Replica replica, Checkpoints checkpoints, Watermarks watermarks, RejectedRecords rejected, RowCopy copy) {
        this.copy = copy;
        this.rejected = rejected;
        this.replica = replica;
        this.checkpoints = checkpoints;
        this.watermarks = watermarks;
    }

    /** Whether a page is not in the replica yet. It is when it is tried again because the answer to its commit was lost. */
    public boolean isToBeStored(@ExchangeProperty("load") LoadContext load) {
        var isTriedAgain = load.write() != null && load.write().page() == load.page();
        return !isTriedAgain
                || load.syncMode() != SyncMode.WINDOW
                || !checkpoints.isAt(load.run(), load.cursor().behind(load.page()));
    }

    /**
     * Begins to store a page: makes sure that the table has a column for each of its fields.
     *
     * @throws ReplicaException if two of them come to one column, or there is no room for more
     * @throws io.caravana.replica.TableInUseException if others use the table for long
     */
    public void begin(@ExchangeProperty("load") LoadContext load) {
        var page = load.page();
        var labelsOnly = load.table().displayValues() == DisplayValues.LABELS;
        load.setWrite(new PageWrite(
                page,
                column -> !labelsOnly
                        || !isDisplay(page, column)
                        || load.replica().type(column) != null));
        load.setReplica(extend(load.replica(), load.write(), load.source()));
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
            @ExchangeProperty("load") LoadContext load, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure)
            throws Exception {
        if (!Failures.isRefusal(failure)) {
            throw failure;
        }
        load.setWrite(load.write().again());
    }

    private ReplicaTable extend(ReplicaTable table, PageWrite write, SourceTable source) {
        var missing = new LinkedHashMap<String, ColumnType>();
        var taken = new HashSet<String>();
        for (int place = 0; place < write.columns().size(); place++) {
            var column = write.columns().get(place);
            if (column.isEmpty()) {
                continue;
            }
            if (!taken.add(column) || ReplicaTable.isTaken(column)) {
                throw ReplicaTable.taken(write.page().fields().names().get(place), column);
            }
            if (table.type(column) == null) {
                var known = source.byName().get(write.page().fields().names().get(place));
                missing.put(column, known == null ? ColumnType.TEXT : ColumnType.of(known.type()));
            }
        }
        return missing.isEmpty() ? table : replica.extend(table, missing);
    }

    /** Writes the records of a batch, whose rows the table does not have, by {@code COPY}. */
    public void copy(@Body List<SourceRecord> rows, @ExchangeProperty("load") LoadContext load) {
        var write = load.write();
        var began = System.nanoTime();
        var written = copy.copy(
                load.replica(), write.columns(), rows, load.run().execution().id());
        load.run().batch(System.nanoTime() - began);
        write.stored(rows.size(), written, 0);
    }

    /**
     * Asks by their fingerprints which records of a batch may bring something to their rows.
     *
     * @return the statement that names them; its parameters are in the header {@code CamelSqlParameters}
     */
    public String askForDiffering(
            Exchange exchange, @Body List<SourceRecord> rows, @ExchangeProperty("load") LoadContext load) {
        var write = load.write();
        write.batch(rows);
        var parameters = new HashMap<String, Object>();
        parameters.put("keys", new TextArray(rows, Fields.SYS_ID));
        parameters.put("fingerprints", new Fingerprints(load.replica(), write.columns()).of(rows));
        exchange.getMessage().setHeader(SqlConstants.SQL_PARAMETERS, parameters);
        return load.replica().differing();
    }

    /** Those records, of the places in the statement's answer; the others are counted as unchanged. */
    public List<SourceRecord> differing(
            @Body List<Map<String, Object>> answer, @ExchangeProperty("load") LoadContext load) {
        var rows = load.write().batch();
        load.write().stored(rows.size() - answer.size(), 0, 0);
        return answer.stream()
                .map(row -> rows.get(((Number) row.get("place")).intValue() - 1))
                .toList();
    }

    /**
     * Transforms a batch: empty values to NULL, a text array for each column.
     *
     * @return the statement that stores it; its parameters are in the header {@code CamelSqlParameters}
     */
    public String statement(
            Exchange exchange, @Body List<SourceRecord> rows, @ExchangeProperty("load") LoadContext load) {
        var write = load.write();
        var written = new ArrayList<String>();
        var partial = new HashMap<String, String>();
        var parameters = new HashMap<String, Object>();
        for (int place = 0; place < write.columns().size(); place++) {
            var column = write.columns().get(place);
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
        parameters.put("fingerprints", new Fingerprints(load.replica(), write.columns()).of(rows));
        parameters.put("renewing", load.run().execution().verifies());
        parameters.put("execution", load.run().execution().id());
        exchange.getMessage().setHeader(SqlConstants.SQL_PARAMETERS, parameters);
        write.batch(rows);
        load.startClock();
        return load.replica().upsert(written, partial);
    }

    /**
     * The records of a batch with every value checked against its column's type, the last of several with one key; the
     * others become rejected records.
     */
    public List<SourceRecord> storable(@Body List<SourceRecord> records, @ExchangeProperty("load") LoadContext load) {
        var write = load.write();
        var types = write.columns().stream().map(load.replica()::type).toArray(ColumnType[]::new);
        var kept = new LinkedHashMap<String, SourceRecord>();
        for (var row : records) {
            var refusal = write.page().unreadable() == null
                    ? refusal(row, write.columns(), types)
                    : new Refusal(null, "cannot be read: " + write.page().unreadable());
            if (refusal != null) {
                write.reject(row, refusal);
                continue;
            }
            var earlier = kept.put(row.sysId(), row);
            if (earlier != null) {
                write.reject(earlier, new Refusal(ReplicaTable.KEY, "came twice; the later one is stored"));
            }
        }
        return List.copyOf(kept.values());
    }

    /** @param types by place; null where a field is not stored */
    private static Refusal refusal(SourceRecord row, List<String> columns, ColumnType[] types) {
        if (row.sysId() == null) {
            return new Refusal(ReplicaTable.KEY, "has no sys_id");
        }
        var value = new ValueText(row);
        for (int place = 0; place < types.length; place++) {
            if (row.length(place) > 0 && types[place] != null) {
                var words = problem(row, place, types[place], value);
                if (words != null) {
                    return new Refusal(columns.get(place), words);
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
    public void count(@Body Map<String, Object> answer, @ExchangeProperty("load") LoadContext load) {
        load.run().batch(load.sinceClock());
        load.write()
                .stored(
                        load.write().batch().size(),
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
            @ExchangeProperty("load") LoadContext load, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure)
            throws Exception {
        if (!Failures.isRefusal(failure)) {
            throw failure;
        }
        var rows = load.write().batch();
        if (rows.size() == 1) {
            var refusal = Refusal.of(failure, load.replica());
            load.write().reject(rows.get(0), refusal);
            return List.of();
        }
        var middle = rows.size() / 2;
        return List.of(rows.subList(0, middle), rows.subList(middle, rows.size()));
    }

    /**
     * Moves the load's checkpoint, or the table's watermark, after the page, and lists its rejected records; in the transaction
     * that stores it.
     */
    public void move(@ExchangeProperty("load") LoadContext load) {
        var write = load.write();
        var page = write.page();
        if (load.syncMode() == SyncMode.WINDOW) {
            checkpoints.move(load.run(), load.cursor().behind(page), write.brought());
        } else if (load.syncMode() == SyncMode.INCREMENTAL && load.cursor().lastOf(page) != null) {
            watermarks.move(load.table(), load.cursor().lastOf(page));
        }
        rejected.note(load.run(), write.storedKeys(), write.rejected());
    }

    /** Counts the page, once its transaction is committed, and lets go of it. */
    public void stored(@ExchangeProperty("load") LoadContext load) {
        var write = load.write();
        load.run()
                .stored(
                        write.page().records().size(),
                        write.inserted(),
                        write.updated(),
                        write.unchanged(),
                        write.rejected().size(),
                        write.nanos());
        if (write.isIsolating()) {
            LOG.warn(
                    "{}: PostgreSQL refused a page of {} records as a whole. Rejected of them: {}; the others are stored",
                    load.table().target(),
                    write.page().records().size(),
                    write.rejected().size());
        }
        load.setWrite(null);
    }
}
