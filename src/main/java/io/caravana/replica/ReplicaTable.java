package io.caravana.replica;

import io.caravana.catalog.Table;
import io.caravana.catalog.Table.DisplayValues;
import io.caravana.catalog.Window;
import io.caravana.servicenow.SourceTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A replica table as it stands in the database, and the statements that write it. Column names are quoted and checked;
 * values are only ever bound.
 *
 * @param columns every column that a field can be written to, by name
 * @param numbers PostgreSQL's numbers of the columns that exist: one that was dropped and added again has another
 * @param wasEmpty whether it had no row when the load took its lease, and takes {@code COPY}
 */
public record ReplicaTable(
        String name, Map<String, ColumnType> columns, Map<String, Integer> numbers, boolean wasEmpty) {

    ReplicaTable(String name, Map<String, ColumnType> columns) {
        this(name, columns, Map.of(), false);
    }

    /** What the name of a column with display values begins with. */
    public static final String DISPLAY = "dv_";

    public static final String KEY = "sys_id";
    /** The columns that Caravana keeps for itself. */
    static final Map<String, ColumnType> OWN = own();

    /** Every table of PostgreSQL has them. */
    private static final Set<String> SYSTEM = Set.of("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid");

    private static final Set<String> NAMES = Set.of("number", "name", "short_description");

    /** The dictionary has no order; people look for what names a row first. */
    private static final Comparator<String> READING_ORDER =
            Comparator.comparing((String field) -> !NAMES.contains(field)).thenComparing(Comparator.naturalOrder());

    private static Map<String, ColumnType> own() {
        var own = new LinkedHashMap<String, ColumnType>();
        own.put("etl_created_at", ColumnType.TIMESTAMP);
        own.put("etl_updated_at", ColumnType.TIMESTAMP);
        own.put("etl_execution_id", ColumnType.TEXT);
        return Collections.unmodifiableMap(own);
    }

    /** When the source was found to have the row no longer; a column of tables whose rows are marked, or were. */
    public static final String DELETED = "etl_deleted_at";

    /** Stands for the record that was stored last in the row, see {@link Fingerprints}; NULL while nothing is known of it. */
    public static final String FINGERPRINT = "etl_fingerprint";

    /** The statement's parameter for the n-th column's values, a text array. */
    public static String parameter(int n) {
        return "c" + n;
    }

    /** The statement's parameter that tells for each record whether it has the n-th column's field, a boolean array. */
    public static String presence(int n) {
        return "h" + n;
    }

    /** The schema and the name as they stand in SQL. */
    public String qualified() {
        return Identifiers.quoted(ReplicaProperties.SCHEMA) + "." + Identifiers.quoted(name);
    }

    /** The table with the versions of this one's rows. */
    ReplicaTable history() {
        return new ReplicaTable(name + Table.HISTORY, columns);
    }

    /** Whether rows that are gone may be marked. */
    public boolean hasMarks() {
        return columns.containsKey(DELETED);
    }

    public ColumnType type(String column) {
        return columns.get(column);
    }

    /** A condition on the days or moments that a column of {@code kept} holds, see {@link ColumnType#compared}. */
    public String compared(String column, String operator, Window.Unit unit, String raw) {
        return type(column).compared("kept." + Identifiers.quoted(column), operator, unit, raw);
    }

    String createTable(Map<String, ColumnType> wanted) {
        return Stream.concat(wanted.entrySet().stream(), OWN.entrySet().stream())
                .map(column -> definition(column.getKey(), column.getValue())
                        + (column.getKey().equals(KEY) ? " PRIMARY KEY" : ""))
                .collect(Collectors.joining(", ", "CREATE TABLE IF NOT EXISTS " + qualified() + " (", ")"));
    }

    static String definition(String column, ColumnType type) {
        var isStamp = OWN.get(column) == ColumnType.TIMESTAMP;
        return Identifiers.quoted(column) + " " + type.sql() + (isStamp ? " NOT NULL DEFAULT now()" : "");
    }

    String addColumns(Map<String, ColumnType> missing) {
        return missing.entrySet().stream()
                .map(column -> "ADD COLUMN IF NOT EXISTS " + definition(column.getKey(), column.getValue()))
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
     * Finds the records of a batch that may bring something to their rows: its parameters are their {@code keys} and {@code
     * fingerprints}; it answers with their places in the batch, from 1. Of the others the row has every value already.
     */
    public String differing() {
        return """
                SELECT given.place FROM unnest(CAST(:?keys AS text[]), CAST(:?fingerprints AS bigint[]))
                  WITH ORDINALITY AS given(sys_id, fingerprint, place)
                LEFT JOIN %s AS kept ON kept."sys_id" = given.sys_id
                WHERE kept."etl_fingerprint" IS DISTINCT FROM given.fingerprint%s""".formatted(qualified(), orMarked());
    }

    private String orMarked() {
        return hasMarks() ? " OR kept.\"etl_deleted_at\" IS NOT NULL" : "";
    }

    /**
     * One statement for a batch: its parameters are a text array a column (see {@link #parameter}), {@code fingerprints}, {@code
     * renewing} and {@code execution}; it answers with the number of rows inserted and updated. Rows that are the same already are neither
     * locked nor written, but for those that are marked as gone: their mark is taken off; and for those without a
     * fingerprint, or if renewing with another one, which get the record's and count as unchanged.
     *
     * @param written the columns of the batch, {@code sys_id} first
     * @param partial those of them that not every record has, each with its parameter {@link #presence}; their values stay
     *     where a record has none
     */
    public String upsert(List<String> written, Map<String, String> partial) {
        var columns = list(written, "%s"::formatted);
        var others = written.subList(1, written.size());
        return """
                WITH source AS (
                  SELECT %1$s, given."etl_fingerprint" FROM (SELECT %2$s, unnest(CAST(:?fingerprints AS bigint[])) AS "etl_fingerprint") AS given
                ), changed (%6$s, "etl_fingerprint", "is other") AS (
                  SELECT %3$s, source."etl_fingerprint", %4$s FROM source LEFT JOIN %5$s AS kept ON kept."sys_id" = source."sys_id"
                  WHERE kept."etl_fingerprint" IS DISTINCT FROM source."etl_fingerprint" OR %4$s
                ), stored AS (
                  INSERT INTO %5$s (%6$s, "etl_fingerprint", "etl_execution_id")
                  SELECT %6$s, "etl_fingerprint", :?execution FROM changed WHERE "is other"
                  ON CONFLICT ("sys_id") DO UPDATE SET %7$s"etl_fingerprint" = EXCLUDED."etl_fingerprint", "etl_updated_at" = now(), "etl_execution_id" = EXCLUDED."etl_execution_id"
                  RETURNING (xmax = 0) AS inserted
                ), same AS (
                  UPDATE %5$s AS kept SET "etl_fingerprint" = changed."etl_fingerprint" FROM changed
                  WHERE kept."sys_id" = changed."sys_id" AND NOT "is other" AND (kept."etl_fingerprint" IS NULL OR CAST(:?renewing AS boolean))
                )
                SELECT count(*) FILTER (WHERE inserted) AS inserted, count(*) FILTER (WHERE NOT inserted) AS updated FROM stored""".formatted(
                        casts(written, partial),
                        elements(written, partial),
                        values(written, partial),
                        isOther(others, partial),
                        qualified(),
                        columns,
                        others.stream()
                                .map(Identifiers::quoted)
                                .map(column -> column + " = EXCLUDED." + column + ", ")
                                .collect(Collectors.joining("", "", hasMarks() ? "\"etl_deleted_at\" = NULL, " : "")));
    }

    /** Whether a row is not there, is marked as gone, or has other values. */
    private String isOther(List<String> others, Map<String, String> partial) {
        return "(kept.\"sys_id\" IS NULL" + orMarked()
                + (others.isEmpty()
                        ? ")"
                        : " OR (%s) IS DISTINCT FROM (%s))"
                                .formatted(list(others, "kept."::concat), values(others, partial)));
    }

    /** Takes rows in binary form, as {@link CopyRows} writes them: these columns, the fingerprint, the execution. */
    public String copy(List<String> written) {
        return "COPY %s (%s, \"etl_fingerprint\", \"etl_execution_id\") FROM STDIN (FORMAT binary)"
                .formatted(qualified(), list(written, "%s"::formatted));
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
                .mapToObj(n -> "unnest(CAST(:?" + parameter(n) + " AS text[])) AS " + Identifiers.quoted(written.get(n))
                        + (partial.containsKey(written.get(n))
                                ? ", unnest(CAST(:?" + presence(n) + " AS boolean[])) AS " + has(presence(n))
                                : ""))
                .collect(Collectors.joining(", "));
    }

    private static String list(List<String> columns, Function<String, String> form) {
        return columns.stream().map(Identifiers::quoted).map(form).collect(Collectors.joining(", "));
    }

    /**
     * The columns that a table is to have for what is known of its source, in their order.
     *
     * @throws ReplicaException if two fields come to one column
     */
    static Map<String, ColumnType> wanted(Table table, SourceTable source) {
        var known = source.byName();
        var fields = new ArrayList<>(table.carried(known.keySet()));
        if (table.fields().isEmpty()) {
            fields.sort(READING_ORDER);
        }
        var wanted = new LinkedHashMap<String, ColumnType>();
        wanted.put(KEY, ColumnType.TEXT);
        for (var field : fields) {
            if (field.equals(KEY)) {
                continue;
            }
            var column = known.get(field);
            add(wanted, field, column == null ? ColumnType.TEXT : ColumnType.of(column.type()));
            if (table.displayValues() == DisplayValues.ALL
                    || table.displayValues() == DisplayValues.LABELS && (column == null || column.hasLabel())) {
                add(wanted, DISPLAY + field, ColumnType.TEXT);
            }
        }
        if (table.hasWindow()) {
            // no page has come yet that would bring it
            wanted.putIfAbsent(Identifiers.column(table.windowColumn()), ColumnType.TEXT);
        }
        if (table.onDelete() == Table.OnDelete.SOFT) {
            wanted.put(DELETED, ColumnType.TIMESTAMP);
        }
        wanted.put(FINGERPRINT, ColumnType.BIGINT);
        return wanted;
    }

    private static void add(Map<String, ColumnType> columns, String field, ColumnType type) {
        var name = Identifiers.column(field);
        if (isTaken(name) || columns.putIfAbsent(name, type) != null) {
            throw taken(field, name);
        }
    }

    /** Whether no field can be written to a column of that name. */
    public static boolean isTaken(String column) {
        return OWN.containsKey(column)
                || column.equals(DELETED)
                || column.equals(FINGERPRINT)
                || SYSTEM.contains(column);
    }

    public static ReplicaException taken(String field, String column) {
        return new ReplicaException(
                "the field '%s' would be written to the column '%s', which is taken. Leave one of the two out of 'fields' in tables.yaml"
                        .formatted(field, column));
    }
}
