package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a load says it did, beside what has become of rows that were made to differ. */
class CountedTruthTest extends LoadTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void every_record_is_counted_once_as_what_became_of_it(boolean verifies) {
        loaded("incidents");
        var rows = count("incident_task");
        remove(first(2));
        differ(first(3));
        edit(4);
        var updated = verifies ? 3 + 4 : 3;
        extra();
        var bad = jdbc.sql("SELECT sys_id FROM servicenow.incident_task ORDER BY sys_id DESC LIMIT 1")
                .query(String.class)
                .single();
        spoil("incident_task", bad, "sys_mod_count", "many");

        var execution = end(jobs.start("incidents", BEGINNING, TODAY, verifies).id());

        assertThat(execution.status()).isEqualTo("success");
        var table = byTable(execution).get("incident_task");
        assertThat(table.recordsExtracted()).isEqualTo(rows).isEqualTo(table.sourceCount());
        assertThat(table.inserted()).isEqualTo(2);
        assertThat(table.updated()).isEqualTo(updated);
        assertThat(table.rejected()).isEqualTo(1);
        assertThat(table.unchanged()).isEqualTo(rows - 2 - updated - 1);
        assertThat(table.deleted()).isEqualTo(1);
        assertThat(written(execution.executionId())).isEqualTo(2 + updated);
        assertThat(jdbc.sql(
                                "SELECT total_records_processed FROM caravana.servicenow_execution_log WHERE execution_id = ?")
                        .param(execution.executionId())
                        .query(Long.class)
                        .single())
                .isEqualTo(execution.tables().stream()
                        .mapToLong(each -> each.inserted() + each.updated() + each.unchanged() + each.rejected())
                        .sum());
    }

    private List<String> first(int rows) {
        return jdbc.sql("SELECT sys_id FROM servicenow.incident_task ORDER BY sys_id LIMIT ?")
                .param(rows)
                .query(String.class)
                .list();
    }

    private void remove(List<String> keys) {
        keys.forEach(key -> jdbc.sql("DELETE FROM servicenow.incident_task WHERE sys_id = ?")
                .param(key)
                .update());
    }

    /** Changes rows at the source. */
    private void differ(List<String> keys) {
        simulator.rows("incident_task").stream()
                .filter(row -> keys.contains(row.get("sys_id")))
                .forEach(row -> {
                    var other = new HashMap<>(row);
                    other.put("short_description", row.get("short_description") + ", and more");
                    simulator.put("incident_task", other);
                });
    }

    /** Edits rows in the replica, from its end, where only a load that verifies looks for it. */
    private void edit(int rows) {
        assertThat(jdbc.sql("""
                        UPDATE servicenow.incident_task SET short_description = 'not what the source has'
                        WHERE sys_id IN (SELECT sys_id FROM servicenow.incident_task ORDER BY sys_id DESC OFFSET 1 LIMIT ?)""").param(rows).update()).isEqualTo(rows);
    }

    /** A row inside the window that the source does not have. */
    private void extra() {
        jdbc.sql("INSERT INTO servicenow.incident_task (sys_id, sys_created_on) VALUES ('0000gone', ?)")
                .param(java.sql.Date.valueOf(TODAY.minusDays(30)))
                .update();
    }

    private long written(String execution) {
        return jdbc.sql("SELECT count(*) FROM servicenow.incident_task WHERE etl_execution_id = ?")
                .param(execution)
                .query(Long.class)
                .single();
    }
}
