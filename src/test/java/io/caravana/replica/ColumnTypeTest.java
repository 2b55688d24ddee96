package io.caravana.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.catalog.Window;
import io.caravana.servicenow.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnTypeTest {

    @Test
    void days_and_moments_are_compared_as_such_or_as_texts_of_their_form_and_never_in_a_zone() {
        assertThat(ColumnType.DATE.compared("c", ">=", Window.Unit.DAY, ":#from"))
                .isEqualTo("c >= CAST(:#from AS date)");
        assertThat(ColumnType.TIMESTAMP.compared("c", "<=", Window.Unit.MOMENT, ":#to"))
                .isEqualTo("c <= CAST(:#to AS timestamp) AT TIME ZONE 'UTC'");
        assertThat(ColumnType.TEXT.compared("c", "<=", Window.Unit.DAY, ":#to"))
                .isEqualTo(
                        "CAST(c AS text) ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' AND CAST(c AS text) COLLATE \"C\" <= :#to");
        assertThat(ColumnType.DATE.compared("c", "<=", Window.Unit.MOMENT, ":#to"))
                .as("a date is no moment: it has not the form of one, and nothing is deleted")
                .contains("~ '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:");
    }

    @ParameterizedTest
    @CsvSource({
        "string, TEXT",
        "journal_input, TEXT",
        "GUID, TEXT",
        "reference, TEXT",
        "glide_list, TEXT",
        "choice, TEXT",
        "url, TEXT",
        "'', TEXT",
        "integer, INTEGER",
        "count, INTEGER",
        "order_index, INTEGER",
        "longint, BIGINT",
        "long, BIGINT",
        "auto_increment, BIGINT",
        "boolean, BOOLEAN",
        "decimal, NUMERIC",
        "float, NUMERIC",
        "currency, NUMERIC",
        "percent, NUMERIC",
        "percent_complete, NUMERIC",
        "glide_date_time, TIMESTAMP",
        "due_date, TIMESTAMP",
        "glide_date, DATE",
        "glide_duration, INTERVAL",
        "timer, INTERVAL",
        "glide_time, TEXT"
    })
    void every_dictionary_type_has_a_column_type(String internalType, ColumnType type) {
        assertThat(ColumnType.of(internalType)).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "TEXT, any",
        "TEXT, 'line\nbreak 😀 \" \\ é'",
        "INTEGER, 0",
        "INTEGER, -100",
        "INTEGER, 2147483647",
        "BIGINT, 9223372036854775807",
        "BOOLEAN, true",
        "BOOLEAN, false",
        "BOOLEAN, 1",
        "BOOLEAN, 0",
        "NUMERIC, 12",
        "NUMERIC, -12.50",
        "NUMERIC, .5",
        "NUMERIC, 1e3",
        "DATE, 2024-02-29",
        "DATE, 2024-02-28 00:00:00",
        "TIMESTAMP, 2024-12-31 23:59:59",
        "INTERVAL, 1970-01-02 04:23:17",
        "INTERVAL, 1969-12-31 23:00:00"
    })
    void a_good_value_has_no_problem(ColumnType type, String value) {
        assertThat(type.problem(value)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "INTEGER, 2147483648",
        "INTEGER, 1.5",
        "INTEGER, Do Not Notify",
        "INTEGER, ' 1'",
        "BIGINT, 9223372036854775808",
        "BOOLEAN, yes",
        "BOOLEAN, TRUE",
        "NUMERIC, '1,5'",
        "NUMERIC, NaN",
        "NUMERIC, USD;1",
        "NUMERIC, .",
        "DATE, 2023-02-29",
        "DATE, 2024-13-01",
        "DATE, 2024-02-28 10:00:00",
        "DATE, 28/02/2024",
        "DATE, 20240228",
        "TIMESTAMP, 2024-02-30 00:00:00",
        "TIMESTAMP, 2024-02-28 24:00:00",
        "TIMESTAMP, 2024-02-28T10:00:00",
        "TIMESTAMP, 0000-00-00 00:00:00",
        "TIMESTAMP, 2024-02-28",
        "TIMESTAMP, today",
        "TIMESTAMP, 2024-02-28 1x:00:00",
        "INTERVAL, 9 Horas 9 Minutos"
    })
    void a_bad_value_has_one(ColumnType type, String value) {
        assertThat(type.problem(value)).isNotNull();
    }

    @Test
    void a_text_that_postgresql_cannot_store_has_a_problem() {
        assertThat(ColumnType.TEXT.problem("a\u0000b")).contains("U+0000");
        assertThat(ColumnType.TEXT.problem("a\ud83d")).contains("surrogate");
        assertThat(ColumnType.TEXT.problem("\ude00\ud83d")).contains("surrogate");
    }

    @Test
    void digits_of_other_scripts_are_no_number_to_postgresql() {
        var row = SourceRecord.of("\u0661\u0662", "12");
        assertThat(ColumnType.INTEGER.problem(new ValueText(row).at(0))).isEqualTo("is not a 32-bit integer");
        assertThat(ColumnType.INTEGER.problem(new ValueText(row).at(1))).isNull();
    }
}
