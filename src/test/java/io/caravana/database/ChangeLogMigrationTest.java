package io.caravana.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A database whose change log had the names of before. */
class ChangeLogMigrationTest {

    private final DriverManagerDataSource database = new DriverManagerDataSource(TestDatabase.url());
    private final JdbcClient jdbc = JdbcClient.create(database);

    @Test
    void events_tables_and_readers_of_an_older_change_log_keep_what_they_have() {
        migrate("21");
        jdbc.sql("DROP ROLE IF EXISTS change_reader; CREATE ROLE change_reader").update();
        jdbc.sql("GRANT USAGE ON SCHEMA caravana TO change_reader").update();
        jdbc.sql("GRANT SELECT ON caravana.change_event, caravana.change_feed TO change_reader")
                .update();
        jdbc.sql("CREATE TABLE servicenow.old (sys_id text PRIMARY KEY, number text)")
                .update();
        jdbc.sql("SELECT caravana.follow('servicenow.old', false, true)")
                .query()
                .singleRow();
        insert("caravana.ledger_of", "a");

        migrate("latest");
        insert("caravana.change_log_execution", "b");

        for (var name : new String[] {"change_log", "change_log_settled", "change_event", "change_feed"}) {
            assertThat(keys("caravana." + name)).as(name).isEqualTo("ab");
            assertThat(jdbc.sql("SELECT has_table_privilege('change_reader', 'caravana.' || ?, 'SELECT')")
                            .param(name)
                            .query(Boolean.class)
                            .single())
                    .as(name)
                    .isTrue();
        }
        jdbc.sql("SELECT caravana.follow('servicenow.old', false, true)")
                .query()
                .singleRow();
        insert("caravana.change_log_execution", "c");
        assertThat(keys("caravana.change_log")).as("logged once").isEqualTo("abc");
        assertThat(jdbc.sql("SELECT caravana.drop_change_events_before(now() + interval '10 days')")
                        .query(Integer.class)
                        .single())
                .isEqualTo(3);
    }

    private void migrate(String target) {
        Flyway.configure()
                .dataSource(database)
                .defaultSchema("caravana")
                // views for analysts are made by what comes later
                .repeatableSqlMigrationPrefix(target.equals("latest") ? "R" : "none")
                .target(target)
                .load()
                .migrate();
    }

    private void insert(String setting, String key) {
        jdbc.sql(
                        "WITH named AS MATERIALIZED (SELECT set_config('%s', 'x', false)) INSERT INTO servicenow.old SELECT ?, '1' FROM named"
                                .formatted(setting))
                .param(key)
                .update();
    }

    private String keys(String relation) {
        return jdbc.sql("SELECT string_agg(sys_id, '' ORDER BY id) FROM " + relation)
                .query(String.class)
                .single();
    }
}
