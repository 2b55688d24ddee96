package io.caravana.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.OffsetDateTime;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A database whose histories are older than the note of when they began. */
class HistoryMigrationTest {

    private final DriverManagerDataSource database = new DriverManagerDataSource(TestDatabase.url());
    private final JdbcClient jdbc = JdbcClient.create(database);

    @Test
    void what_an_older_history_is_known_to_have_kept_can_still_be_asked_for() {
        migrate("15");
        for (var table : List.of("kept", "unchanged", "switched_off")) {
            jdbc.sql("""
                    CREATE TABLE servicenow.%s (sys_id text PRIMARY KEY, words text, sys_updated_on timestamptz,
                      etl_created_at timestamptz DEFAULT now(), etl_updated_at timestamptz DEFAULT now(), etl_execution_id text)""".formatted(table)).update();
            follow(table, true);
            jdbc.sql("INSERT INTO servicenow.%s VALUES ('a', '1', '2020-01-01'), ('b', '1', '2020-01-01')"
                            .formatted(table))
                    .update();
        }
        var before = now();
        change("kept", "a");
        change("switched_off", "a");
        var between = now();
        change("switched_off", "b");
        var after = now();
        follow("switched_off", false);

        migrate("latest");

        assertUnknown("kept", before);
        assertThat(asOf("kept", between)).isEqualTo("a2b1");
        assertUnknown("unchanged", after);
        assertThat(asOf("unchanged", now())).isEqualTo("a1b1");
        assertUnknown("switched_off", before);
        assertThat(asOf("switched_off", between)).isEqualTo("a2b1");
        assertUnknown("switched_off", after);
        assertUnknown("switched_off", now());
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

    private void follow(String table, boolean history) {
        jdbc.sql("SELECT caravana.follow(CAST(? AS regclass), ?, false)")
                .params("servicenow." + table, history)
                .query()
                .singleRow();
    }

    private void change(String table, String key) {
        jdbc.sql("UPDATE servicenow.%s SET words = '2', sys_updated_on = now(), etl_updated_at = now() WHERE sys_id = ?"
                        .formatted(table))
                .param(key)
                .update();
    }

    private OffsetDateTime now() {
        return jdbc.sql("SELECT clock_timestamp()").query(OffsetDateTime.class).single();
    }

    private String asOf(String table, OffsetDateTime moment) {
        return jdbc.sql("SELECT string_agg(sys_id || words, '' ORDER BY sys_id) FROM servicenow.%s_as_of(?)"
                        .formatted(table))
                .param(moment)
                .query(String.class)
                .single();
    }

    private void assertUnknown(String table, OffsetDateTime moment) {
        assertThatThrownBy(() -> asOf(table, moment)).hasMessageContaining("how %s was at".formatted(table));
    }
}
