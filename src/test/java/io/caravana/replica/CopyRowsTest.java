package io.caravana.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.database.TestDatabase;
import io.caravana.servicenow.SourceRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

class CopyRowsTest {

    private static final List<String> MOMENTS = List.of(
            "0001-01-01 00:00:00",
            "0004-02-29 12:00:00",
            "0100-02-28 23:59:59",
            "1582-10-04 23:59:59",
            "1582-10-15 00:00:00",
            "1899-12-31 23:59:59",
            "1900-02-28 00:00:00",
            "1900-03-01 00:00:00",
            "1969-12-30 01:02:03",
            "1969-12-31 23:00:00",
            "1970-01-01 00:00:00",
            "1970-01-01 00:00:01",
            "1970-01-02 04:23:17",
            "1999-12-31 23:59:59",
            "2000-01-01 00:00:00",
            "2000-02-29 00:00:00",
            "2024-02-29 23:59:59",
            "2026-03-29 01:30:00",
            "2026-10-25 02:30:00",
            "9999-12-31 23:59:59");

    private static final Map<ColumnType, List<String>> VALUES = Map.of(
            ColumnType.TEXT,
            List.of(
                    "plain",
                    " space ",
                    "NULL",
                    "\\N",
                    "\\.",
                    "a\tb\nc\rd\\e\"f'g",
                    "Ação 漢字 🙏",
                    "x".repeat(70_000),
                    "{1,2}",
                    "\u0001"),
            ColumnType.INTEGER,
            List.of("0", "-0", "+7", "007", "-100", "2147483647", "-2147483648"),
            ColumnType.BIGINT,
            List.of("0", "+7", "-100", "9223372036854775807", "-9223372036854775808"),
            ColumnType.NUMERIC,
            List.of(
                    "0",
                    "-0",
                    "0.00",
                    "-0.000",
                    "12",
                    "-12.50",
                    ".5",
                    "5.",
                    "+1",
                    "00012.3400",
                    "9999",
                    "10000",
                    "10001",
                    "100000000",
                    "1e3",
                    "1.5e-3",
                    "1.50e1",
                    "-1E+10",
                    "0.0001",
                    "0.00001",
                    "123456789.123456789",
                    "1e999",
                    "1e-999",
                    "0e5",
                    "99999999999999999999999999999999999.9",
                    "1000000000000000000000.00001"),
            ColumnType.BOOLEAN,
            List.of("true", "false", "1", "0"),
            ColumnType.DATE,
            MOMENTS.stream().map(moment -> moment.substring(0, 10)).toList(),
            ColumnType.TIMESTAMP,
            MOMENTS,
            ColumnType.INTERVAL,
            MOMENTS);

    @ParameterizedTest
    @EnumSource
    void a_copied_value_is_the_one_that_postgresql_casts(ColumnType type) throws SQLException, IOException {
        var values = new ArrayList<>(VALUES.get(type));
        if (type == ColumnType.DATE) {
            values.add("2024-02-28 00:00:00");
        }
        assertThat(values).allMatch(value -> type.problem(value) == null);
        var records = values.stream().map(SourceRecord::of).toList();
        try (var connection = DriverManager.getConnection(TestDatabase.url())) {
            run(connection, "SET TIME ZONE 'America/Sao_Paulo'");
            run(connection, "CREATE TEMP TABLE copied (value " + type.sql() + ", number bigint, word text)");
            run(connection, "CREATE TEMP TABLE cast_ (value " + type.sql() + ")");
            copy(connection, type, records);
            try (var insert = connection.prepareStatement(
                    "INSERT INTO cast_ SELECT " + type.from("v") + " FROM unnest(CAST(? AS text[])) AS v")) {
                insert.setObject(1, new TextArray(records, 0));
                insert.executeUpdate();
            }
            assertThat(texts(connection, "copied")).hasSameSizeAs(values).isEqualTo(texts(connection, "cast_"));
            assertThat(text(connection, "SELECT string_agg(DISTINCT number || word, ',') FROM copied"))
                    .isEqualTo("-5Ação");
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_empty_value_and_an_absent_one_are_null(ColumnType type) throws SQLException, IOException {
        try (var connection = DriverManager.getConnection(TestDatabase.url())) {
            run(connection, "CREATE TEMP TABLE copied (value " + type.sql() + ", number bigint, word text)");
            copy(connection, type, List.of(SourceRecord.of(""), SourceRecord.of((String) null)));
            assertThat(text(connection, "SELECT count(*) FROM copied WHERE value IS NULL"))
                    .isEqualTo("2");
        }
    }

    private static void copy(Connection connection, ColumnType type, List<SourceRecord> records)
            throws SQLException, IOException {
        var bytes = new ByteArrayOutputStream();
        var rows = new CopyRows(bytes);
        for (var row : records) {
            rows.begin(3);
            rows.value(row, 0, type, new ValueText(row));
            rows.number(-5);
            rows.text("Ação");
        }
        rows.end();
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY copied FROM STDIN (FORMAT binary)", new ByteArrayInputStream(bytes.toByteArray()));
    }

    private static void run(Connection connection, String statement) throws SQLException {
        try (var prepared = connection.createStatement()) {
            prepared.execute(statement);
        }
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static List<String> texts(Connection connection, String table) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT CAST(value AS text) FROM " + table + " ORDER BY ctid")) {
            var texts = new ArrayList<String>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }
}
