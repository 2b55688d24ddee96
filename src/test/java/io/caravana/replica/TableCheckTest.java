package io.caravana.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.catalog.Table;
import io.caravana.database.TestDatabase;
import io.caravana.servicenow.SourceTable;
import io.caravana.servicenow.SourceTable.Origin;
import io.caravana.servicenow.SourceTable.SourceColumn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** How many columns a replica table may have, on a PostgreSQL. */
class TableCheckTest {

    private final String url = TestDatabase.url();
    private final JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource(url));
    private final TableCheck check = new TableCheck(jdbc);

    @Test
    void more_columns_than_a_table_may_have_are_refused_beforehand_with_what_to_do() {
        var table = new Table(
                "u_many",
                null,
                "x",
                true,
                "",
                "",
                List.of(),
                Table.DisplayValues.ALL,
                0,
                true,
                false,
                null,
                null,
                null);
        var fields = IntStream.range(0, 900).mapToObj("u_f_%03d"::formatted);
        var source = new SourceTable(
                "u_many",
                "",
                Stream.concat(Stream.of("sys_id"), fields)
                        .map(field -> new SourceColumn(field, "string", "", "", "u_many", false, Origin.DICTIONARY))
                        .toList(),
                List.of(),
                Set.of());
        assertThatThrownBy(() -> check.require(table, source))
                .isInstanceOf(ReplicaException.class)
                .hasMessage(
                        "\"servicenow\".\"u_many\": 1,805 columns are needed, and PostgreSQL has room for 1,598, those once dropped among them. Set 'display-values: none' for the table in tables.yaml, or list the fields to carry in 'fields'");
    }

    @Test
    void a_table_of_somebody_else_is_named_with_the_statement_that_helps() {
        jdbc.sql("CREATE ROLE loader LOGIN").update();
        try {
            jdbc.sql("CREATE SCHEMA servicenow").update();
            jdbc.sql("GRANT USAGE, CREATE ON SCHEMA servicenow TO loader").update();
            var columns = Map.of(ReplicaTable.KEY, ColumnType.TEXT);
            var table = new ReplicaTable("u_theirs", columns);
            jdbc.sql(table.createTable(columns)).update();
            var loader = new TableCheck(
                    JdbcClient.create(new DriverManagerDataSource(url.replaceFirst("user=[^&]*", "user=loader"))));
            assertThatThrownBy(() -> loader.require(table, columns))
                    .isInstanceOf(ReplicaException.class)
                    .hasMessage(
                            "\"servicenow\".\"u_theirs\" exists and belongs to postgres: only its owner can add a column. Use that database user, or run: ALTER TABLE \"servicenow\".\"u_theirs\" OWNER TO loader");
            jdbc.sql("ALTER TABLE \"servicenow\".\"u_theirs\" OWNER TO loader").update();
            loader.require(table, columns);
        } finally {
            jdbc.sql("DROP OWNED BY loader CASCADE").update();
            jdbc.sql("DROP ROLE loader").update();
        }
    }

    @Test
    void as_many_columns_as_are_let_through_can_be_written() {
        var columns = new LinkedHashMap<String, ColumnType>();
        columns.put(ReplicaTable.KEY, ColumnType.TEXT);
        IntStream.range(1, 1_594).forEach(n -> columns.put("u_" + n, ColumnType.INTEGER));
        columns.put(ReplicaTable.FINGERPRINT, ColumnType.BIGINT);
        var table = new ReplicaTable("u_many", columns);
        check.require(table, columns);
        jdbc.sql("CREATE SCHEMA servicenow").update();
        jdbc.sql(table.createTable(columns)).update();
        check.require(table, columns);
        assertThatThrownBy(() -> check.requireRoomFor(table, 1)).isInstanceOf(ReplicaException.class);
        var names = new ArrayList<>(columns.keySet());
        names.remove(ReplicaTable.FINGERPRINT);
        var parameters =
                new LinkedHashMap<String, Object>(Map.of("execution", "x", "fingerprints", "{1,2}", "renewing", false));
        for (int n = 0; n < names.size(); n++) {
            parameters.put(ReplicaTable.parameter(n), "{%d,%d}".formatted(n, n + 1));
        }
        for (var inserted : List.of(2L, 0L)) {
            assertThat(jdbc.sql(table.upsert(names, Map.of()).replace(":?", ":"))
                            .params(parameters)
                            .query()
                            .singleRow())
                    .containsEntry("inserted", inserted)
                    .containsEntry("updated", 0L);
        }
        assertThat(jdbc.sql("SELECT relnatts FROM pg_class WHERE oid = 'servicenow.u_many'::regclass")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1_598);
    }
}
