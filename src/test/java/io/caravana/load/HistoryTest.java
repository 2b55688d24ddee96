package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.catalog.Table;
import io.caravana.execution.log.ExecutionView;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class HistoryTest extends FollowedTest {

    private static final String HISTORY = "sc_task_history";

    @Autowired
    private PlatformTransactionManager transactions;

    /** Whatever happened: the open versions are the rows, and the versions of a row follow each other. */
    @AfterEach
    void the_history_is_whole() {
        var columns = String.join(", ", jdbc.sql("""
                        SELECT quote_ident(column_name) FROM information_schema.columns WHERE table_schema = 'servicenow'
                          AND table_name = 'sc_task' AND column_name NOT LIKE 'etl\\_%'""").query(String.class).list());
        var rows = "SELECT %s FROM servicenow.sc_task".formatted(columns);
        var open = "SELECT %s FROM servicenow.sc_task_history WHERE valid_to IS NULL".formatted(columns);
        assertThat(number("SELECT count(*) FROM ((%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)) AS different"
                        .formatted(rows, open)))
                .isZero();
        assertThat(number("""
                        SELECT count(*) FROM (
                          SELECT valid_from, lag(coalesce(valid_to, 'infinity')) OVER (PARTITION BY sys_id ORDER BY valid_from) AS ended
                          FROM servicenow.sc_task_history) AS version
                        WHERE valid_from < ended""")).isZero();
    }

    @Test
    void at_any_moment_the_rows_are_those_that_the_source_had() {
        // what the source has from which moment on, by record
        var truth = new HashMap<String, TreeMap<String, String>>();
        load();
        remember(truth);
        for (var day : List.of("2031-03-01", "2031-03-03", "2031-03-09")) {
            for (int place = 0; place < 7; place++) {
                put(task(place * 5), Map.of(Table.UPDATED, day + " 10:00:0" + place, "short_description", "of " + day));
            }
            load();
            remember(truth);
        }
        assertThat(number("SELECT count(*) FROM servicenow.sc_task_history WHERE valid_to IS NOT NULL"))
                .isEqualTo(21);
        for (var moment : List.of(
                "2031-02-28 00:00:00",
                "2031-03-01 10:00:02",
                "2031-03-03 10:00:06",
                "2031-03-09 10:00:03",
                "2040-01-01 00:00:00")) {
            var had = new HashMap<String, String>();
            truth.forEach((key, versions) -> {
                var version = versions.floorEntry(moment);
                if (version != null) {
                    had.put(key, version.getValue());
                }
            });
            assertThat(asOf(moment + "+00")).as(moment).isEqualTo(had);
        }
    }

    @Test
    void a_moment_before_the_history_began_is_refused_and_told_when_it_did() {
        var before = now();
        load();
        var began = now();
        assertThat(asOf(began.toString())).hasSize(simulator.rows(TASK).size());
        for (var moment : List.of("2026-10-01 12:00:00+00", before.toString())) {
            assertThatThrownBy(() -> asOf(moment))
                    .hasMessageContaining("how sc_task was at 20")
                    .hasMessageContaining("is not known: its history was kept from %s"
                            .formatted(began.toString().substring(0, 10)))
                    .hasMessageContaining("to now");
        }
        put(task(0), Map.of("short_description", "a version later"));
        load();
        assertThat(asOf(began.toString()))
                .containsEntry(task(0).get("sys_id"), versionsOf(task(0)).get(0).words);
    }

    @Test
    void a_history_whose_first_load_has_not_ended_has_not_begun() {
        breakPages();
        assertThat(load("tickets").status()).isEqualTo("error");
        mendPages();
        assertThatThrownBy(() -> asOf("infinity"))
                .hasMessageContaining("the history of sc_task has not begun: no load of it has ended");
        load();
        assertThat(asOf("infinity")).hasSize(simulator.rows(TASK).size());
    }

    @Test
    void a_moment_in_which_the_history_was_switched_off_is_refused_and_those_around_it_are_not() {
        load();
        var on = now();
        switchOff();
        jdbc.sql("UPDATE servicenow.sc_task SET short_description = 'unseen' WHERE sys_id = ?")
                .param(task(0).get("sys_id"))
                .update();
        var off = now();
        load();
        var onAgain = now();
        assertThat(asOf(on.toString())).hasSize(simulator.rows(TASK).size());
        assertThatThrownBy(() -> asOf(off.toString())).hasMessageContaining("is not known");
        assertThat(asOf(onAgain.toString())).hasSize(simulator.rows(TASK).size());
    }

    @Test
    void a_table_that_is_rebuilt_has_a_gap_until_it_is_loaded() {
        load();
        var before = now();
        jdbc.sql("DROP TABLE servicenow.sc_task").update();
        breakPages();
        assertThat(load("tickets").status()).isEqualTo("error");
        mendPages();
        var empty = now();
        load();
        assertThat(asOf(before.toString())).hasSize(simulator.rows(TASK).size());
        assertThatThrownBy(() -> asOf(empty.toString())).hasMessageContaining("is not known");
        assertThat(asOf("infinity")).hasSize(simulator.rows(TASK).size());
    }

    @Test
    void a_history_that_is_cut_off_begins_where_it_was_cut() {
        load();
        var before = now();
        put(task(0), Map.of("short_description", "later"));
        load();
        var cut = now();
        assertThat(number(
                        "SELECT caravana.drop_history_before('servicenow.sc_task', CAST(? AS timestamptz))",
                        cut.toString()))
                .isEqualTo(1);
        assertThatThrownBy(() -> asOf(before.toString())).hasMessageContaining("is not known");
        assertThat(asOf(cut.toString())).containsEntry(task(0).get("sys_id"), "later");
    }

    @Test
    void who_may_see_the_replica_and_nothing_else_may_ask_for_a_moment_and_an_index_answers() {
        load();
        jdbc.sql("CREATE ROLE onlooker").update();
        try {
            jdbc.sql("GRANT USAGE ON SCHEMA servicenow TO onlooker").update();
            jdbc.sql("GRANT SELECT ON ALL TABLES IN SCHEMA servicenow TO onlooker")
                    .update();
            var transaction = new TransactionTemplate(transactions);
            var plan = transaction.execute(status -> {
                jdbc.sql("SET LOCAL ROLE onlooker").update();
                jdbc.sql("SET LOCAL enable_seqscan = off").update();
                assertThat(asOf(now().toString())).hasSize(simulator.rows(TASK).size());
                return String.join(
                        "\n",
                        jdbc.sql("EXPLAIN SELECT * FROM servicenow.sc_task_as_of(now()) WHERE sys_id = 'x'")
                                .query(String.class)
                                .list());
            });
            assertThat(plan)
                    .contains("One-Time Filter: servicenow.history_covers")
                    .contains("(sys_id = 'x'::text)");
        } finally {
            jdbc.sql("DROP OWNED BY onlooker").update();
            jdbc.sql("DROP ROLE onlooker").update();
        }
    }

    private void remember(Map<String, TreeMap<String, String>> truth) {
        simulator
                .rows(TASK)
                .forEach(row -> truth.computeIfAbsent(row.get("sys_id"), key -> new TreeMap<>())
                        .put(row.get(Table.UPDATED), row.get("short_description")));
    }

    private Map<String, String> asOf(String moment) {
        var rows = new HashMap<String, String>();
        jdbc.sql("SELECT sys_id, short_description FROM servicenow.sc_task_as_of(CAST(? AS timestamptz))")
                .param(moment)
                .query(row -> {
                    rows.put(row.getString(1), row.getString(2));
                });
        return rows;
    }

    @Test
    void a_row_that_is_loaded_again_unchanged_writes_no_version() {
        load();
        var before = versions(HISTORY);
        assertThat(count(HISTORY)).isEqualTo(count(TASK)).isPositive();
        load();
        live();
        assertThat(versions(HISTORY)).isEqualTo(before);
    }

    @Test
    void a_row_that_changes_without_a_new_stamp_has_a_version_from_the_load_on() {
        load();
        put(task(1), Map.of("short_description", "unnoticed"));
        var before = now();
        load();
        var version = versionsOf(task(1)).get(1);
        assertThat(version.from).isAfter(before).isBefore(now());
        assertThat(version.words).isEqualTo("unnoticed");
    }

    @Test
    void a_stamp_that_goes_back_makes_no_version_before_the_last_one() {
        load();
        put(task(1), Map.of("short_description", "restored", Table.UPDATED, "2001-01-01 00:00:00"));
        put(task(2), Map.of("short_description", "in the future", Table.UPDATED, "2071-01-01 00:00:00"));
        load();
        put(task(2), Map.of("short_description", "now", Table.UPDATED, "2031-01-01 00:00:00"));
        load();
        assertThat(versionsOf(task(1)).get(1).from).isAfter(now().minusMinutes(5));
        assertThat(versionsOf(task(2)).get(2).from)
                .isEqualTo(versionsOf(task(2)).get(1).from.plusNanos(1000));
    }

    @Test
    void a_version_has_no_fingerprint_and_a_row_that_gets_one_has_no_new_version() {
        load();
        var versions = number("SELECT count(*) FROM servicenow.sc_task_history");
        jdbc.sql("UPDATE servicenow.sc_task SET etl_fingerprint = NULL").update();
        load();
        assertThat(number("SELECT count(*) FROM servicenow.sc_task WHERE etl_fingerprint IS NULL"))
                .isZero();
        assertThat(number("SELECT count(*) FROM servicenow.sc_task_history")).isEqualTo(versions);
        assertThat(number("""
                        SELECT count(*) FROM information_schema.columns
                        WHERE table_name = 'sc_task_history' AND column_name = 'etl_fingerprint'""")).isZero();
    }

    @Test
    void a_row_that_its_period_no_longer_has_is_closed_and_one_that_comes_back_opens_anew() {
        load();
        assertClosedAndOpened(
                () -> assertThat(byTable(load()).get(TASK).deleted()).isEqualTo(1), this::load);
    }

    @Test
    void a_row_that_the_source_tells_to_be_deleted_is_closed() {
        live();
        assertClosedAndOpened(
                () -> assertThat(byTable(live()).get(TASK).deleted()).isEqualTo(1), this::load);
    }

    @Test
    void a_row_that_the_keys_no_longer_have_is_closed() {
        live();
        assertClosedAndOpened(
                () -> assertThat(byTable(loaded("comparison", null, null))
                                .get(TASK)
                                .deleted())
                        .isEqualTo(1),
                () -> loaded("comparison", null, null));
    }

    private void assertClosedAndOpened(Runnable deleting, Runnable loading) {
        var row = task(4);
        var before = now();
        simulator.delete(TASK, row.get("sys_id"));
        deleting.run();
        var closed = versionsOf(row).get(0);
        assertThat(closed.to).isAfter(before).isBefore(now());
        assertThat(asOf(closed.to.minusNanos(1000).toString())).containsKey(row.get("sys_id"));
        assertThat(asOf(closed.to.toString())).doesNotContainKey(row.get("sys_id"));

        simulator.put(TASK, row);
        loading.run();
        assertThat(versionsOf(row)).hasSize(2);
        assertThat(versionsOf(row).get(1).from).isAfter(closed.to);
        assertThat(versionsOf(row).get(1).to).isNull();
    }

    @Test
    void a_table_that_is_emptied_closes_all_its_versions() {
        load();
        jdbc.sql("TRUNCATE servicenow.sc_task").update();
        assertThat(asOf("infinity")).isEmpty();
        load();
        assertThat(asOf("infinity")).hasSize(simulator.rows(TASK).size());
    }

    @Test
    void a_row_that_is_marked_as_deleted_is_closed_and_opens_anew_without_the_mark() {
        load();
        var key = task(4).get("sys_id");
        jdbc.sql("ALTER TABLE servicenow.sc_task ADD COLUMN etl_deleted_at timestamptz")
                .update();
        mark(key, "now()");
        assertThat(versionsOf(task(4)).get(0).to).isNotNull();
        assertThat(asOf("infinity")).doesNotContainKey(key).isNotEmpty();
        mark(key, "NULL");
        assertThat(versionsOf(task(4))).hasSize(2);
        assertThat(versionsOf(task(4)).get(1).to).isNull();
        jdbc.sql("ALTER TABLE servicenow.sc_task DROP COLUMN etl_deleted_at").update();
        load();
    }

    private void mark(String key, String moment) {
        jdbc.sql("UPDATE servicenow.sc_task SET etl_deleted_at = %s WHERE sys_id = ?".formatted(moment))
                .param(key)
                .update();
    }

    @Test
    void a_rejected_record_has_no_new_version_and_the_others_of_its_batch_have() {
        load();
        for (int place = 0; place < 3; place++) {
            put(task(place), Map.of("short_description", "new"));
        }
        spoil(TASK, 1);
        assertThat(byTable(load()).get(TASK).rejected()).isEqualTo(1);
        assertThat(versionsOf(task(0))).hasSize(2);
        assertThat(versionsOf(task(1))).hasSize(1);
        assertThat(versionsOf(task(2))).hasSize(2);
    }

    @Test
    void a_page_that_is_rolled_back_leaves_no_version() {
        load();
        var before = versions(HISTORY);
        put(task(0), Map.of("short_description", "never stored"));
        breakPages();
        assertThat(load("tickets").status()).isEqualTo("error");
        mendPages();
        assertThat(versions(HISTORY)).isEqualTo(before);
    }

    @Test
    void columns_that_are_added_later_are_in_the_versions_from_then_on() {
        load();
        var rows = asOf("infinity").size();
        simulator.faults().add(Fault.of(Kind.EXTRA_COLUMN).on(TASK));
        load();
        assertThat(jdbc.sql("SELECT DISTINCT u_unannounced FROM servicenow.sc_task_as_of('infinity')")
                        .query(String.class)
                        .list())
                .containsExactly("surprise");
        assertThat(number("SELECT count(*) FROM servicenow.sc_task_history WHERE u_unannounced IS NULL"))
                .isEqualTo(rows);
    }

    @Test
    void a_column_that_is_widened_is_widened_in_the_history_too() {
        load();
        var entry = simulator.rows("sys_dictionary").stream()
                .filter(row ->
                        row.get("name").equals("task") && row.get("element").equals("sys_mod_count"))
                .findFirst()
                .orElseThrow();
        var changed = new HashMap<>(entry);
        changed.put("internal_type", "longint");
        simulator.put("sys_dictionary", changed);
        put(task(0), Map.of("sys_mod_count", "70000000000"));
        try {
            assertThat(byTable(load()).get(TASK).drift()).isEqualTo("sys_mod_count was integer and is bigint now");
        } finally {
            simulator.put("sys_dictionary", entry);
        }
        assertThat(number("SELECT max(sys_mod_count) FROM servicenow.sc_task_history"))
                .isEqualTo(70000000000L);
    }

    @Test
    void switched_on_later_it_begins_with_the_rows_that_are_there() {
        load();
        switchOff();
        jdbc.sql("DROP TABLE servicenow.sc_task_history CASCADE").update();
        assertThat(byTable(load()).get(TASK).unchanged()).isPositive();
        assertThat(number("SELECT count(*) FROM servicenow.sc_task_history WHERE valid_from = sys_updated_on"))
                .isEqualTo(count(TASK));
    }

    @Test
    void switched_on_again_it_takes_up_what_has_changed_meanwhile() {
        load();
        switchOff();
        jdbc.sql("UPDATE servicenow.sc_task SET short_description = 'meanwhile', etl_fingerprint = 0 WHERE sys_id = ?")
                .param(task(0).get("sys_id"))
                .update();
        jdbc.sql("DELETE FROM servicenow.sc_task WHERE sys_id = ?")
                .param(task(1).get("sys_id"))
                .update();
        assertThat(count(HISTORY)).isEqualTo(simulator.rows(TASK).size());
        load();
        assertThat(versionsOf(task(0)))
                .extracting(Version::words)
                .containsExactly(task(0).get("short_description"), "meanwhile", task(0).get("short_description"));
        assertThat(versionsOf(task(1))).hasSize(2);
        assertThat(versionsOf(task(2))).hasSize(1);
    }

    @Test
    void a_column_with_the_name_of_a_bound_fails_the_load_and_says_what_to_do() {
        jdbc.sql(
                        "CREATE TABLE servicenow.sc_task (sys_id text PRIMARY KEY, valid_to date, etl_created_at timestamptz, etl_updated_at timestamptz, etl_execution_id text)")
                .update();
        var execution = load("tickets");
        assertThat(byTable(execution).get(TASK).error())
                .contains("servicenow.sc_task has a column valid_from or valid_to of its own")
                .contains("Take history: true off its entry in tables.yaml");
        jdbc.sql("DROP TABLE servicenow.sc_task").update();
        load();
    }

    private void switchOff() {
        jdbc.sql("SELECT caravana.follow('servicenow.sc_task', false, true)")
                .query()
                .singleRow();
    }

    private ExecutionView load() {
        return loaded("tickets");
    }

    private record Version(OffsetDateTime from, OffsetDateTime to, String words) {}

    private List<Version> versionsOf(Map<String, String> row) {
        return jdbc.sql("""
                        SELECT valid_from, valid_to, short_description FROM servicenow.sc_task_history
                        WHERE sys_id = ? ORDER BY valid_from""")
                .param(row.get("sys_id"))
                .query((version, number) -> new Version(
                        version.getObject(1, OffsetDateTime.class),
                        version.getObject(2, OffsetDateTime.class),
                        version.getString(3)))
                .list();
    }
}
