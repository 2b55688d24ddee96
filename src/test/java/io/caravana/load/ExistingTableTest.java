package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.check.Checks;
import io.caravana.execution.log.TableLoadView;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.util.List;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;

/** What is found at the replica table's name is left as it is, if Caravana has not made it, and so is what people do with it. */
class ExistingTableTest extends LoadTest {

    private static final Pattern STATEMENT = Pattern.compile("run: (ALTER TABLE [^;]*);");

    @Autowired
    Checks checks;

    @Autowired
    DataSource database;

    @BeforeEach
    @AfterEach
    void nothing_is_there() {
        drop();
        jdbc.sql("DELETE FROM caravana.rejected_record").update();
    }

    private void drop() {
        jdbc.sql("SELECT relkind FROM pg_class WHERE oid = to_regclass('servicenow.groups')")
                .query(String.class)
                .optional()
                .ifPresent(kind -> jdbc.sql("DROP %s servicenow.groups CASCADE"
                                .formatted(
                                        switch (kind) {
                                            case "v" -> "VIEW";
                                            case "m" -> "MATERIALIZED VIEW";
                                            case "S" -> "SEQUENCE";
                                            default -> "TABLE";
                                        }))
                        .update());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CREATE TABLE servicenow.groups (sys_id text PRIMARY KEY, name text)          | it has no column etl_created_at, etl_updated_at, etl_execution_id
            CREATE TABLE servicenow.groups (sys_id char(32), name varchar(40))            | sys_id is character and not text, name is character varying and not text, sys_id is no key
            CREATE TABLE servicenow.groups (id bigserial PRIMARY KEY, sys_id text)        | sys_id is no key
            CREATE TABLE servicenow.groups (id bigint PRIMARY KEY, sys_id text)           | id must not be empty, and no record brings it, sys_id is no key
            CREATE TABLE servicenow.groups (sys_id text PRIMARY KEY, mine int NOT NULL)   | mine must not be empty, and no record brings it
            CREATE TABLE servicenow.groups (name text)                                    | sys_id is no key
            CREATE TABLE servicenow.groups (sys_id text PRIMARY KEY, etl_execution_id int) | etl_execution_id is integer and not text
            """)
    void a_table_that_is_not_caravanas_is_left_as_it_is_and_the_statement_that_is_told_makes_it_one(
            String existing, String fault) {
        jdbc.sql(existing).update();
        var before = columns();

        var refused = refused();

        assertThat(refused)
                .startsWith("\"servicenow\".\"groups\" exists and cannot be the replica table")
                .contains(fault);
        assertThat(columns()).isEqualTo(before);
        var found = checks.run(finding -> {}).checks().stream()
                .filter(finding -> finding.name().equals("table groups"))
                .findFirst()
                .orElseThrow();
        assertThat(found.ok()).isFalse();
        assertThat(found.detail()).isEqualTo(refused);
        var statement = STATEMENT.matcher(refused);
        assertThat(statement.find()).as(refused).isTrue();
        jdbc.sql(statement.group(1)).update();

        var groups = groups();

        assertThat(groups.status()).as(groups.error()).isEqualTo("success");
        assertThat(groups.inserted()).isEqualTo(count("groups")).isPositive();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CREATE VIEW servicenow.groups AS SELECT 'x' AS sys_id                              | a view
            CREATE MATERIALIZED VIEW servicenow.groups AS SELECT 'x' AS sys_id                 | a materialized view
            CREATE TABLE servicenow.groups (sys_id text PRIMARY KEY) PARTITION BY HASH (sys_id) | a partitioned table
            CREATE SEQUENCE servicenow.groups                                                  | a sequence
            """)
    void what_is_no_ordinary_table_is_called_by_its_kind(String existing, String kind) {
        jdbc.sql(existing).update();
        assertThat(refused())
                .startsWith("\"servicenow\".\"groups\" exists and is " + kind)
                .contains("ALTER TABLE \"servicenow\".\"groups\" RENAME TO");
    }

    @Test
    void a_column_that_postgresql_calculates_itself_cannot_be_a_fields() {
        jdbc.sql(
                        "CREATE TABLE servicenow.groups (sys_id text PRIMARY KEY, name text GENERATED ALWAYS AS (upper(sys_id)) STORED, etl_created_at timestamptz NOT NULL DEFAULT now(), etl_updated_at timestamptz NOT NULL DEFAULT now(), etl_execution_id text)")
                .update();
        assertThat(refused()).contains("name is calculated by PostgreSQL");
    }

    @Test
    void a_column_that_cannot_be_told_from_a_systems_own_is_named() {
        simulator.faults().add(Fault.of(Kind.EXTRA_COLUMN).on("sys_user_group").with("column", "xmin"));
        assertThat(refused()).startsWith("the field 'xmin' would be written to the column 'xmin', which is taken");
        simulator.faults().clear();
        simulator.faults().add(Fault.of(Kind.EXTRA_COLUMN).on("sys_user_group").with("column", "etl_updated_at"));
        assertThat(refused()).contains("'etl_updated_at', which is taken");
        simulator.faults().clear();
        for (var field : List.of("u_a.b", "u_a_b")) {
            simulator
                    .faults()
                    .add(Fault.of(Kind.EXTRA_COLUMN).on("sys_user_group").with("column", field));
        }
        assertThat(refused()).contains("'u_a_b', which is taken");
    }

    @Test
    void a_name_that_is_a_word_of_sql_is_a_column_like_any_other() {
        for (var field : List.of("order", "user", "table", "select", "U_Upper", "u_upper")) {
            simulator
                    .faults()
                    .add(Fault.of(Kind.EXTRA_COLUMN)
                            .on("sys_user_group")
                            .with("column", field)
                            .with("value", field));
        }
        assertThat(groups().status()).isEqualTo("success");
        assertThat(jdbc.sql(
                                "SELECT DISTINCT \"order\" || \"user\" || \"table\" || \"select\" || \"U_Upper\" || u_upper FROM servicenow.groups")
                        .query(String.class)
                        .list())
                .containsExactly("orderusertableselectU_Upperu_upper");
    }

    @Test
    void a_table_that_is_full_of_columns_takes_no_more_and_says_what_to_do() {
        groups();
        jdbc.sql(
                        "DO $$ BEGIN FOR n IN 1..1545 LOOP EXECUTE format('ALTER TABLE servicenow.groups ADD COLUMN mine_%s int', n); END LOOP; END $$")
                .update();
        for (int column = 0; column < 60; column++) {
            simulator
                    .faults()
                    .add(Fault.of(Kind.EXTRA_COLUMN).on("sys_user_group").with("column", "u_" + column));
        }
        assertThat(refused())
                .contains("columns are needed, and PostgreSQL has room for 1,598")
                .contains("'fields'");
    }

    @Test
    void a_column_is_added_without_keeping_others_from_reading_while_one_reads_for_long() throws Exception {
        groups();
        simulator.faults().add(Fault.of(Kind.EXTRA_COLUMN).on("sys_user_group"));
        try (var reader = database.getConnection();
                var statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.executeQuery("SELECT count(*) FROM servicenow.groups");
            var id = jobs.start("configurations", null, null).id();
            await().until(() -> jdbc.sql(
                            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE%'")
                    .query(Integer.class)
                    .single()
                    .equals(1));

            // who comes now waits for the load, which waits for the reader
            var other = new JdbcTemplate(database);
            other.setQueryTimeout(20);
            assertThat(other.queryForObject("SELECT count(*) FROM servicenow.groups", Integer.class))
                    .isPositive();

            assertThat(executions.find(id).orElseThrow().hasEnded()).isFalse();
            reader.commit();
            assertThat(byTable(end(id)).get("groups").status()).isEqualTo("success");
        }
        assertThat(jdbc.sql("SELECT DISTINCT u_unannounced FROM servicenow.groups")
                        .query(String.class)
                        .list())
                .containsExactly("surprise");
    }

    private TableLoadView groups() {
        return byTable(load("configurations")).get("groups");
    }

    private String refused() {
        var groups = groups();
        assertThat(groups.status()).isEqualTo("error");
        return groups.error();
    }

    private List<String> columns() {
        return jdbc.sql(
                        "SELECT attname || ' ' || atttypid::regtype FROM pg_attribute WHERE attrelid = 'servicenow.groups'::regclass AND attnum > 0 ORDER BY attnum")
                .query(String.class)
                .list();
    }
}
