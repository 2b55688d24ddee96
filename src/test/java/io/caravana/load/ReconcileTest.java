package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.catalog.Window;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import org.junit.jupiter.api.AfterEach;
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
    void a_source_that_shrank_makes_its_replica_shrink() {
        loaded("tickets");
        var before = count("change_task");
        var rows = simulator.rows("change_task");
        var gone = rows.subList(0, rows.size() * 2 / 5);
        assertThat(gone).isNotEmpty();
        gone.forEach(row -> simulator.delete("change_task", row.get("sys_id")));
        assertThat(byTable(loaded("tickets")).get("change_task").deleted()).isEqualTo(gone.size());
        assertThat(count("change_task")).isEqualTo(before - gone.size());
    }

    @Test
    void rows_that_change_while_their_table_is_read_are_right_after_the_next_load_and_none_is_deleted_before() {
        loaded("incidents");
        var keys = jdbc.sql("SELECT sys_id FROM servicenow.incident ORDER BY sys_id")
                .query(String.class)
                .list();
        var gone = keys.get(0);
        var deleted = keys.get(1);
        var updated = keys.get(2);
        var updatedTwice = keys.get(keys.size() - 1);
        simulator.delete("incident", gone);
        simulator
                .faults()
                .add(Fault.of(Kind.DELAY).with("millis", "4000").on("incident").at(2));
        var id = jobs.start("incidents", BEGINNING, TODAY).id();
        await().until(() ->
                byTable(executions.find(id).orElseThrow()).get("incident").pages() == 1);
        describe(updatedTwice, "once");
        describe(updatedTwice, "twice");
        describe(updated, "behind");
        simulator.delete("incident", deleted);
        var inserted = new HashMap<>(simulator.row("incident", updated).orElseThrow());
        inserted.put("sys_id", "f".repeat(32));
        simulator.put("incident", inserted);

        var incident = byTable(end(id)).get("incident");
        assertThat(incident.verdict()).isEqualTo("changed while reading");
        assertThat(incident.deleted()).isZero();
        assertThat(exists(gone)).isTrue();
        assertThat(exists(inserted.get("sys_id"))).isTrue();
        assertThat(description(updatedTwice)).isEqualTo("twice");

        incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.verdict()).isEqualTo("complete");
        assertThat(incident.deleted()).isEqualTo(2);
        assertThat(description(updated)).isEqualTo("behind");
        comparison().assertEqual(catalog.tables().get(0), new Window(BEGINNING, TODAY, ZoneOffset.UTC));
        simulator.delete("incident", inserted.get("sys_id"));
    }

    private void describe(String incident, String words) {
        var row = new HashMap<>(simulator.row("incident", incident).orElseThrow());
        row.put("short_description", words);
        simulator.put("incident", row);
    }

    private String description(String incident) {
        return jdbc.sql("SELECT short_description FROM servicenow.incident WHERE sys_id = ?")
                .param(incident)
                .query(String.class)
                .single();
    }

    @Test
    void a_source_that_shrinks_from_500_rows_to_300_leaves_300() {
        shrink(200);
        assertThat(byTable(loaded("tickets", DAY, DAY)).get("change_task").deleted())
                .isEqualTo(200);
        assertThat(ofThatDay()).isEqualTo(300);
    }

    @Test
    void a_load_that_would_delete_more_than_half_of_many_rows_fails_and_says_how_to_allow_it() {
        shrink(251);
        var table = byTable(load("tickets", DAY, DAY)).get("change_task");
        assertThat(table.status()).isEqualTo("error");
        assertThat(table.deleted()).isZero();
        assertThat(table.error())
                .startsWith("251 of 500 rows are no longer in the source")
                .contains("the share of 0.5")
                .contains("delete-share: 1");
        assertThat(ofThatDay()).isEqualTo(500);
    }

    private static final LocalDate DAY = LocalDate.of(2001, 1, 1);

    /** Loads 500 rows of a day and takes the first of them from the source. */
    private void shrink(int gone) {
        var model = simulator.rows("change_task").get(0);
        for (int number = 0; number < 500; number++) {
            var row = new HashMap<>(model);
            row.put("sys_id", "%032x".formatted(number));
            row.put("sys_created_on", "2001-01-01 00:00:00");
            simulator.put("change_task", row);
        }
        loaded("tickets", DAY, DAY);
        assertThat(ofThatDay()).isEqualTo(500);
        for (int number = 0; number < gone; number++) {
            simulator.delete("change_task", "%032x".formatted(number));
        }
    }

    private long ofThatDay() {
        return jdbc.sql("SELECT count(*) FROM servicenow.change_task WHERE sys_created_on < '2001-01-02'")
                .query(Long.class)
                .single();
    }

    @AfterEach
    void forgetThatDay() {
        simulator.rows("change_task").stream()
                .filter(row -> row.get("sys_created_on").startsWith("2001"))
                .forEach(row -> simulator.delete("change_task", row.get("sys_id")));
        if (jdbc.sql("SELECT to_regclass('servicenow.change_task') IS NOT NULL")
                .query(Boolean.class)
                .single()) {
            jdbc.sql("DELETE FROM servicenow.change_task WHERE sys_created_on < '2001-01-02'")
                    .update();
        }
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
