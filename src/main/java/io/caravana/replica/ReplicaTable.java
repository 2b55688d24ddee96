package io.caravana.replica;

import io.caravana.table.Table;
import io.caravana.table.Window;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A replica table as it stands in the database, and the statements that write it. Column names are quoted and checked;
 * values are only ever bound.
 *
 * @param columns every column that a field can be written to, by name
 */
record ReplicaTable(String schema, String name, Map<String, ColumnType> columns) {

    static final String KEY = "sys_id";
    /** The columns that Caravana keeps for itself. */
    static final List<String> OWN = List.of("etl_created_at", "etl_updated_at", "etl_execution_id");

    /** When the source was found to have the row no longer; a column of tables whose rows are marked, or were. */
    static final String DELETED = "etl_deleted_at";

    /** The statement's parameter for the n-th column's values, a text array. */
    static String parameter(int n) {
        return "c" + n;
    }

    /** The statement's parameter that tells for each record whether it has the n-th column's field, a boolean array. */
    static String presence(int n) {
        return "h" + n;
    }

    /** The schema and the name as they stand in SQL. */
    String qualified() {
        return Identifiers.quoted(schema) + "." + Identifiers.quoted(name);
    }

    /** The table with the versions of this one's rows. */
    ReplicaTable history() {
        return new ReplicaTable(schema, name + Table.HISTORY, columns);
    }

    /** Whether rows that are gone may be marked. */
    boolean hasMarks() {
        return columns.containsKey(DELETED);
    }

    ColumnType type(String column) {
        return columns.get(column);
    }

    /** A condition on the days or moments that a column of {@code kept} holds, see {@link ColumnType#compared}. */
    String compared(String column, String operator, Window.Unit unit, String raw) {
        return type(column).compared("kept." + Identifiers.quoted(column), operator, unit, raw);
    }

    String createTable(Map<String, ColumnType> wanted) {
        var definitions = wanted.entrySet().stream()
                .map(column -> definition(column) + (column.getKey().equals(KEY) ? " PRIMARY KEY, " : ", "))
                .collect(Collectors.joining());
        return """
                CREATE TABLE IF NOT EXISTS %s (%s
                  "etl_created_at" timestamptz NOT NULL DEFAULT now(),
                  "etl_updated_at" timestamptz NOT NULL DEFAULT now(),
                  "etl_execution_id" text
                )""".formatted(qualified(), definitions);
    }

    private static String definition(Map.Entry<String, ColumnType> column) {
        return Identifiers.quoted(column.getKey()) + " " + column.getValue().sql();
    }

    String addColumns(Map<String, ColumnType> missing) {
        return missing.entrySet().stream()
                .map(column -> "ADD COLUMN IF NOT EXISTS " + definition(column))
                .collect(Collectors.joining(", ", "ALTER TABLE " + qualified() + " ", ""));
    }

    String changeType(String column, ColumnType type) {
        return "ALTER TABLE %s ALTER COLUMN %s TYPE %s".formatted(qualified(), Identifiers.quoted(column), type.sql());
    }

    String createIndex(String column) {
        var index = Identifiers.column(name + "_" + column + "_idx");
        return "CREATE INDEX IF NOT EXISTS %s ON %s (%s)"
                .formatted(Identifiers.quoted(index), qualified(), Identifiers.quoted(column));
    }

    /**
     * One statement for a batch: its parameters are a text array a column (see {@link #parameter}) and {@code
     * execution}; it answers with the number of rows inserted and updated. Rows that are the same already are neither
     * locked nor written, but for those that are marked as gone: their mark is taken off.
     *
     * @param written the columns of the batch, {@code sys_id} first
     * @param partial those of them that not every record has, each with its parameter {@link #presence}; their values stay
     *     where a record has none
     */
    String upsert(List<String> written, Map<String, String> partial) {
        var columns = list(written, "%s"::formatted);
        var others = written.subList(1, written.size());
        return """
                WITH source AS (
                  SELECT %s FROM (SELECT %s) AS given
                ), changed AS (
                  SELECT %s FROM source LEFT JOIN %s AS kept ON kept."sys_id" = source."sys_id"
                  WHERE kept."sys_id" IS NULL%s%s
                ), stored AS (
                  INSERT INTO %s (%s, "etl_execution_id") SELECT changed.*, :#execution FROM changed
                  ON CONFLICT ("sys_id") DO UPDATE SET %s%s"etl_updated_at" = now(), "etl_execution_id" = EXCLUDED."etl_execution_id"
                  RETURNING (xmax = 0) AS inserted
                )
                SELECT count(*) FILTER (WHERE inserted) AS inserted, count(*) FILTER (WHERE NOT inserted) AS updated FROM stored""".formatted(
                        casts(written, partial),
                        elements(written, partial),
                        values(written, partial),
                        qualified(),
                        others.isEmpty()
                                ? ""
                                : " OR (%s) IS DISTINCT FROM (%s)"
                                        .formatted(list(others, "kept."::concat), values(others, partial)),
                        hasMarks() ? " OR kept.\"etl_deleted_at\" IS NOT NULL" : "",
                        qualified(),
                        columns,
                        others.stream()
                                .map(Identifiers::quoted)
                                .map(column -> column + " = EXCLUDED." + column + ", ")
                                .collect(Collectors.joining()),
                        hasMarks() ? "\"etl_deleted_at\" = NULL, " : "");
    }

    /** What a row is to have in the columns. */
    private static String values(List<String> columns, Map<String, String> partial) {
        return columns.stream()
                .map(column -> partial.containsKey(column)
                        ? "CASE WHEN source.%s THEN source.%s ELSE kept.%2$s END"
                                .formatted(has(partial.get(column)), Identifiers.quoted(column))
                        : "source." + Identifiers.quoted(column))
                .collect(Collectors.joining(", "));
    }

    /** The name, inside the statement, of what a {@link #presence} tells; no column has a space. */
    private static String has(String presence) {
        return "\"has " + presence + '"';
    }

    private String casts(List<String> written, Map<String, String> partial) {
        return written.stream()
                .map(column ->
                        type(column).from("given." + Identifiers.quoted(column)) + " AS " + Identifiers.quoted(column)
                                + (partial.containsKey(column) ? ", given." + has(partial.get(column)) : ""))
                .collect(Collectors.joining(", "));
    }

    /** In the list of what is selected, where PostgreSQL needs no store for each array's rows as it does in FROM. */
    private static String elements(List<String> written, Map<String, String> partial) {
        return IntStream.range(0, written.size())
                .mapToObj(n -> "unnest(CAST(:#" + parameter(n) + " AS text[])) AS " + Identifiers.quoted(written.get(n))
                        + (partial.containsKey(written.get(n))
                                ? ", unnest(CAST(:#" + presence(n) + " AS boolean[])) AS " + has(presence(n))
                                : ""))
                .collect(Collectors.joining(", "));
    }

    private static String list(List<String> columns, Function<String, String> form) {
        return columns.stream().map(Identifiers::quoted).map(form).collect(Collectors.joining(", "));
    }
}
