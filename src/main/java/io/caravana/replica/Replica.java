package io.caravana.replica;

import io.caravana.catalog.Window;
import io.caravana.change.RowTriggers;
import io.caravana.error.Failures;
import io.caravana.error.Passing;
import io.caravana.execution.run.TableLoad;
import io.caravana.servicenow.SourceTable;
import io.caravana.servicenow.SourceTable.Origin;
import io.caravana.servicenow.SourceTable.SourceColumn;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** The replica tables' columns: created, extended when the source has more, and widened. Nothing is ever dropped. */
@Component("replica")
public final class Replica {

    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final String COLUMNS = """
            SELECT attname, format_type(atttypid, NULL), attnum FROM pg_attribute
            WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped ORDER BY attnum""";

    /**
     * From when on changes are to be followed in a table of which periods were read so far: no row was read much before
     * the first one was stored. Where its configuration was changed, from where it had come to.
     */
    private static final String MARK = """
            INSERT INTO caravana.watermark AS known (table_name, definition, read_until, whole)
            SELECT :table, :definition, coalesce(min(etl_created_at) - interval '1 day', now()), false FROM %s
            WHERE NOT EXISTS (SELECT FROM caravana.watermark WHERE table_name = :table AND definition = :definition)
            ON CONFLICT (table_name) DO UPDATE SET definition = EXCLUDED.definition, whole = false,
              read_until = coalesce(known.read_until, EXCLUDED.read_until),
              pass_until = NULL, at_updated_on = NULL, at_sys_id = NULL
            WHERE known.definition <> EXCLUDED.definition""";

    /** Notes the columns that the dictionary shows and answers with those that it no longer shows. */
    private static final String VANISHED = """
            WITH shown AS (
              SELECT unnest(CAST(? AS text[])) AS column_name
            ), noted AS (
              INSERT INTO caravana.replica_column (column_name, table_name) SELECT column_name, ? FROM shown
              ON CONFLICT DO NOTHING
            )
            SELECT column_name FROM caravana.replica_column
            WHERE table_name = ? AND column_name NOT IN (SELECT column_name FROM shown) ORDER BY column_name""";

    /** A row whose window column holds text that cannot be compared with a period. */
    private static final String STRANGE =
            "SELECT \"sys_id\", left(%1$s, 40) FROM %2$s WHERE %1$s !~ ('^' || ? || '$') LIMIT 1";

    /** COPY knows no rules, and no rights to single rows. A table without a page is surely empty, and need not be read for that. */
    private static final String TAKES_COPY = """
            SELECT pg_relation_size(oid) = 0 AND NOT relhasrules AND NOT row_security_active(oid) FROM pg_class
            WHERE oid = to_regclass(?)""";

    private static final String DESCRIBE = "SELECT caravana.describe(CAST(? AS regclass), ?, ?, ?, ?, ?, ?)";
    private static final String ALTER = "SELECT caravana.alter_table(?)";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final TableCheck check;
    private final RowTriggers triggers;

    Replica(JdbcClient jdbc, TransactionTemplate transaction, TableCheck check, RowTriggers triggers) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.check = check;
        this.triggers = triggers;
    }

    /**
     * Makes the table load's replica table ready for what is known of the source.
     *
     * @throws ReplicaException if what stands in its place cannot be written; then nothing was changed
     * @throws TableInUseException if others use it for long, and its columns have to change
     */
    public ReplicaTable prepare(TableLoad load, SourceTable source) {
        var table = load.table();
        var replica = new ReplicaTable(table.target(), Map.of());
        var wanted = ReplicaTable.wanted(table, source);
        check.require(replica, wanted);
        jdbc.sql(replica.createTable(wanted)).update();
        replica = extend(replica, wanted);
        load.logsChanges(triggers.logs(load));
        var followed = replica.qualified();
        alter(replica, () -> triggers.follow(table, followed));
        describe(source, replica);
        if (load.keepsUp()) {
            jdbc.sql(MARK.formatted(replica.qualified()))
                    .param("table", table.target())
                    .param("definition", table.definition())
                    .update();
        }
        // what is guessed without the dictionary says nothing about a change
        wanted.keySet().retainAll(told(source));
        replica = retype(load, replica, wanted);
        // a listed field that vanishes has failed the load before
        if (source.origin() == Origin.DICTIONARY && table.fields().isEmpty()) {
            tellVanished(load, replica, source);
        }
        if (table.hasWindow()) {
            jdbc.sql(replica.createIndex(Identifiers.column(table.windowColumn())))
                    .update();
        }
        if (load.hasWindow()) {
            requireComparable(replica, Identifiers.column(table.windowColumn()), load.windowUnit());
        }
        var wasEmpty = jdbc.sql(TAKES_COPY)
                .param(replica.qualified())
                .query(Boolean.class)
                .single();
        return new ReplicaTable(replica.name(), replica.columns(), replica.numbers(), wasEmpty);
    }

    /**
     * Makes sure that a period means the same rows here as in ServiceNow.
     *
     * @throws ReplicaException if the window column has another type here, or holds text that is neither
     */
    private void requireComparable(ReplicaTable table, String column, Window.Unit unit) {
        var name = Identifiers.quoted(column);
        var type = table.type(column);
        if (type == ColumnType.TEXT) {
            jdbc.sql(STRANGE.formatted(name, table.qualified()))
                    .param(unit.form())
                    .query((row, number) -> new ReplicaException(
                            "the window column %s of %s is text, and holds '%s' in the row %s: what is in a period cannot be told from that. Correct the row, or rebuild the table (docs/operations.md)"
                                    .formatted(name, table.qualified(), row.getString(2), row.getString(1))))
                    .optional()
                    .ifPresent(strange -> {
                        throw strange;
                    });
        } else if (type != ColumnType.of(unit)) {
            throw new ReplicaException(
                    "the window column %s of %s is %s, while it holds %s in ServiceNow: a period would be other rows here than there. Rebuild the table (docs/operations.md)"
                            .formatted(name, table.qualified(), type.sql(), unit));
        }
    }

    /**
     * Changes a table as a whole or not at all. Whoever wants it meanwhile would queue up behind this, so it waits for those
     * who use it for a moment only, and is tried again.
     */
    private void alter(ReplicaTable table, Runnable change) {
        try {
            transaction.executeWithoutResult(status -> {
                jdbc.sql("SET LOCAL lock_timeout = '2s'").update();
                change.run();
            });
        } catch (DataAccessException e) {
            if (Passing.isLockedOut(e)) {
                throw new TableInUseException(table.name(), e);
            }
            throw e;
        }
    }

    /** Notes what people call the table and its columns, and what these refer to. */
    private void describe(SourceTable source, ReplicaTable replica) {
        var columns = List.copyOf(source.byName().values());
        ask(
                DESCRIBE,
                replica.qualified(),
                source.name(),
                source.label(),
                texts(columns, column -> Identifiers.column(column.name())),
                texts(columns, SourceColumn::label),
                texts(columns, SourceColumn::reference),
                texts(columns, SourceColumn::owner));
    }

    private static String[] texts(List<SourceColumn> columns, Function<SourceColumn, String> text) {
        return columns.stream().map(text).toArray(String[]::new);
    }

    private void ask(String function, Object... parameters) {
        jdbc.sql(function).params(parameters).query().singleRow();
    }

    /** The columns whose types the dictionary has told. */
    private static Set<String> told(SourceTable source) {
        return source.columns().stream()
                .filter(column -> column.origin() == Origin.DICTIONARY)
                .map(column -> Identifiers.column(column.name()))
                .collect(Collectors.toSet());
    }

    /** The table with the types of the dictionary, as far as it can have them. */
    private ReplicaTable retype(TableLoad load, ReplicaTable table, Map<String, ColumnType> wanted) {
        var columns = new LinkedHashMap<>(table.columns());
        wanted.forEach((column, type) ->
                columns.computeIfPresent(column, (name, kept) -> type(load, table, name, kept, type)));
        return new ReplicaTable(table.name(), columns, table.numbers(), table.wasEmpty());
    }

    private ColumnType type(TableLoad load, ReplicaTable table, String column, ColumnType kept, ColumnType wanted) {
        if (kept == wanted) {
            return kept;
        }
        var why = "";
        if (kept.widensTo(wanted)) {
            try {
                alter(table, () -> {
                    if (load.table().history()) {
                        ask(ALTER, table.history().changeType(column, wanted));
                    }
                    ask(ALTER, table.changeType(column, wanted));
                });
                load.drifted("%s was %s and is %s now".formatted(column, kept.sql(), wanted.sql()));
                return wanted;
            } catch (UncategorizedSQLException | BadSqlGrammarException refused) {
                // such as a view that depends on the column
                why = ". PostgreSQL: " + Failures.explain(refused).replaceAll("\\s+", " ");
            }
        }
        load.drifted("%s stays %s, though it is %s in the source; values that do not fit reject their records%s"
                .formatted(column, kept.sql(), wanted.sql(), why));
        return kept;
    }

    private void tellVanished(TableLoad load, ReplicaTable table, SourceTable source) {
        var shown = source.byName().keySet().stream()
                .map(Identifiers::column)
                .filter(table.columns()::containsKey)
                .toArray(String[]::new);
        jdbc.sql(VANISHED).params(shown, table.name(), table.name()).query(String.class).list().stream()
                .filter(table.columns()::containsKey)
                .forEach(column -> load.drifted(
                        "%s is not in the dictionary that the account reads any more; it is stored as long as records have it"
                                .formatted(column)));
    }

    /** The table with those columns, the missing ones added; columns that exist keep the type they have. */
    public ReplicaTable extend(ReplicaTable table, Map<String, ColumnType> wanted) {
        var existing = existing(table, wanted);
        var missing = new LinkedHashMap<>(wanted);
        missing.keySet().removeAll(existing.columns().keySet());
        if (missing.isEmpty()) {
            return existing;
        }
        check.requireRoomFor(table, missing.size());
        alter(table, () -> {
            jdbc.sql(table.addColumns(missing)).update();
            triggers.extendHistory(table.qualified());
        });
        LOG.info("{}: new columns {}", table.name(), missing.keySet());
        return existing(table, wanted);
    }

    private ReplicaTable existing(ReplicaTable table, Map<String, ColumnType> wanted) {
        var existing = new LinkedHashMap<String, ColumnType>();
        var numbers = new HashMap<String, Integer>();
        jdbc.sql(COLUMNS).param(table.qualified()).query(rows -> {
            var column = rows.getString(1);
            var type = ColumnType.ofSql(rows.getString(2));
            if (type.isPresent()) {
                existing.put(column, type.get());
                numbers.put(column, rows.getInt(3));
            } else if (wanted.containsKey(column)) {
                throw new ReplicaException(
                        "column %s of %s has the type %s, which Caravana does not write. Change it to one of docs/tables.md, or rename it"
                                .formatted(column, table.qualified(), rows.getString(2)));
            }
        });
        ReplicaTable.OWN.keySet().forEach(existing::remove);
        return new ReplicaTable(table.name(), existing, numbers, table.wasEmpty());
    }
}
