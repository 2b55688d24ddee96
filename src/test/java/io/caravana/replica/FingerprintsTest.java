package io.caravana.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.servicenow.SourceRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FingerprintsTest {

    private static final Map<String, ColumnType> TYPES =
            Map.of("sys_id", ColumnType.TEXT, "name", ColumnType.TEXT, "count", ColumnType.INTEGER);
    private static final Map<String, Integer> NUMBERS = Map.of("sys_id", 1, "name", 2, "count", 3);
    private static final List<String> COLUMNS = List.of("sys_id", "name", "count");

    private final SourceRecord row = SourceRecord.of("k1", "São Paulo", "7");

    @Test
    void the_same_values_have_the_same_one() {
        assertThat(of(SourceRecord.of("k1", "São Paulo", "7"))).isEqualTo(of(row));
    }

    @Test
    void another_value_has_another() {
        assertThat(of(SourceRecord.of("k1", "Sao Paulo", "7"))).isNotEqualTo(of(row));
        assertThat(of(SourceRecord.of("k1", "São Paul", "o7"))).isNotEqualTo(of(row));
        assertThat(of(SourceRecord.of("k2", "São Paulo", "7"))).isNotEqualTo(of(row));
        assertThat(of(SourceRecord.of("k1", "7", "São Paulo"))).isNotEqualTo(of(row));
    }

    @Test
    void a_field_that_is_empty_is_not_one_that_the_record_does_not_have() {
        assertThat(of(SourceRecord.of("k1", "", "7"))).isNotEqualTo(of(SourceRecord.of("k1", null, "7")));
        assertThat(of(SourceRecord.of("k1", "name"))).isNotEqualTo(of(SourceRecord.of("k1", "name", "")));
    }

    @Test
    void the_same_values_in_other_columns_have_another() {
        assertThat(of(List.of("sys_id", "count", "name"), row)).isNotEqualTo(of(row));
        assertThat(of(List.of("sys_id", "name", ""), row)).isNotEqualTo(of(row));
    }

    @Test
    void a_column_of_another_type_or_one_that_was_made_anew_has_another() {
        var retyped = Map.of("sys_id", ColumnType.TEXT, "name", ColumnType.TEXT, "count", ColumnType.BIGINT);
        assertThat(of(new ReplicaTable("t", retyped, NUMBERS, false), COLUMNS, row))
                .isNotEqualTo(of(row));
        var renewed = Map.of("sys_id", 1, "name", 4, "count", 3);
        assertThat(of(new ReplicaTable("t", TYPES, renewed, false), COLUMNS, row))
                .isNotEqualTo(of(row));
    }

    private static long of(SourceRecord row) {
        return of(COLUMNS, row);
    }

    private static long of(List<String> columns, SourceRecord row) {
        return of(new ReplicaTable("t", TYPES, NUMBERS, false), columns, row);
    }

    private static long of(ReplicaTable table, List<String> columns, SourceRecord row) {
        return new Fingerprints(table, columns).of(row);
    }
}
