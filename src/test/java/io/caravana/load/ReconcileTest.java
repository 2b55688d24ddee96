package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import org.junit.jupiter.api.Test;

class ReconcileTest extends LoadTest {

    @Test
    void rows_that_the_source_no_longer_has_are_deleted_inside_the_window_only() {
        loaded("incidents");
        var opened = jdbc.sql("SELECT sys_id FROM servicenow.incident WHERE opened_at < ? ORDER BY opened_at LIMIT 1")
                .param(java.sql.Date.valueOf(TODAY.minusDays(60)))
                .query(String.class)
                .single();
        var inside = jdbc.sql("SELECT sys_id FROM servicenow.incident ORDER BY opened_at DESC LIMIT 1")
                .query(String.class)
                .single();
        simulator.delete("incident", opened);
        simulator.delete("incident", inside);

        var execution = load("incidents", TODAY.minusDays(30), TODAY);

        assertThat(byTable(execution).get("incident").deleted()).isEqualTo(1);
        assertThat(exists(inside)).isFalse();
        assertThat(exists(opened)).isTrue();
        loaded("incidents");
        assertThat(exists(opened)).isFalse();
    }

    @Test
    void a_table_without_window_keeps_what_the_source_has_lost() {
        loaded("configurations");
        var rows = count("sys_company");
        simulator.delete("core_company", simulator.rows("core_company").get(0).get("sys_id"));
        assertThat(byTable(loaded("configurations")).get("sys_company").deleted())
                .isZero();
        assertThat(count("sys_company")).isEqualTo(rows);
    }

    @Test
    void the_keys_of_a_read_are_not_kept_after_it() {
        loaded("incidents");
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.seen_page")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void an_empty_read_empties_no_window() {
        loaded("tickets");
        var before = count("sc_task");
        assertThat(before).isPositive();
        simulator.rows("sc_task").forEach(row -> {
            var later = new HashMap<>(row);
            later.put("sys_created_on", "2001-01-01 00:00:00");
            simulator.put("sc_task", later);
        });
        var table = byTable(loaded("tickets")).get("sc_task");
        assertThat(table.recordsExtracted()).isZero();
        assertThat(count("sc_task")).isEqualTo(before);
    }

    private boolean exists(String incident) {
        return jdbc.sql("SELECT count(*) FROM servicenow.incident WHERE sys_id = ?")
                        .param(incident)
                        .query(Long.class)
                        .single()
                == 1;
    }
}
