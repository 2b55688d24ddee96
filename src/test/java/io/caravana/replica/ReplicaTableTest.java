package io.caravana.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplicaTableTest {

    private final Map<String, ColumnType> columns = new LinkedHashMap<>();

    @Test
    void values_are_bound_as_one_array_a_column_and_never_part_of_the_text() {
        var upsert = table("sys_id", ColumnType.TEXT, "order", ColumnType.INTEGER)
                .upsert(List.of("sys_id", "order"), Map.of());
        assertThat(upsert)
                .contains("unnest(CAST(:?c0 AS text[])) AS \"sys_id\", unnest(CAST(:?c1 AS text[])) AS \"order\"")
                .contains("CAST(given.\"order\" AS integer) AS \"order\"")
                .contains("(kept.\"order\") IS DISTINCT FROM (source.\"order\")")
                .contains(
                        "DO UPDATE SET \"order\" = EXCLUDED.\"order\", \"etl_fingerprint\" = EXCLUDED.\"etl_fingerprint\", \"etl_updated_at\" = now()");
    }

    @Test
    void a_batch_with_keys_alone_is_a_statement_too() {
        assertThat(table("sys_id", ColumnType.TEXT).upsert(List.of("sys_id"), Map.of()))
                .contains("OR (kept.\"sys_id\" IS NULL)\n")
                .contains(
                        "DO UPDATE SET \"etl_fingerprint\" = EXCLUDED.\"etl_fingerprint\", \"etl_updated_at\" = now()");
    }

    @Test
    void times_are_utc_and_durations_are_what_lies_behind_the_beginning_of_1970() {
        var upsert = table("sys_id", ColumnType.TEXT, "t", ColumnType.TIMESTAMP, "d", ColumnType.INTERVAL)
                .upsert(List.of("sys_id", "t", "d"), Map.of());
        assertThat(upsert)
                .contains("CAST(given.\"t\" AS timestamp) AT TIME ZONE 'UTC' AS \"t\"")
                .contains("CAST(given.\"d\" AS timestamp) - TIMESTAMP '1970-01-01 00:00:00' AS \"d\"");
    }

    @Test
    void a_column_keeps_its_value_where_a_record_does_not_have_its_field() {
        var upsert = table("sys_id", ColumnType.TEXT, "a", ColumnType.TEXT, "b", ColumnType.INTEGER)
                .upsert(List.of("sys_id", "a", "b"), Map.of("b", ReplicaTable.presence(2)));
        assertThat(upsert)
                .contains("unnest(CAST(:?h2 AS boolean[])) AS \"has h2\"")
                .contains(
                        "SELECT source.\"sys_id\", source.\"a\", CASE WHEN source.\"has h2\" THEN source.\"b\" ELSE kept.\"b\" END, source.\"etl_fingerprint\"")
                .contains(
                        "(kept.\"a\", kept.\"b\") IS DISTINCT FROM (source.\"a\", CASE WHEN source.\"has h2\" THEN source.\"b\" ELSE kept.\"b\" END)");
    }

    @Test
    void a_hostile_name_makes_no_statement() {
        var hostile = "x\" text); DROP TABLE servicenow.incident; --";
        assertThatThrownBy(() -> table("sys_id", ColumnType.TEXT, hostile, ColumnType.TEXT)
                        .upsert(List.of("sys_id", hostile), Map.of()))
                .isInstanceOf(ReplicaException.class);
        assertThatThrownBy(() -> table("sys_id", ColumnType.TEXT).addColumns(Map.of(hostile, ColumnType.TEXT)))
                .isInstanceOf(ReplicaException.class);
        assertThatThrownBy(() -> new ReplicaTable(hostile, Map.of()).qualified())
                .isInstanceOf(ReplicaException.class);
    }

    private ReplicaTable table(Object... namesAndTypes) {
        for (int i = 0; i < namesAndTypes.length; i += 2) {
            columns.put((String) namesAndTypes[i], (ColumnType) namesAndTypes[i + 1]);
        }
        return new ReplicaTable("incident", columns);
    }
}
