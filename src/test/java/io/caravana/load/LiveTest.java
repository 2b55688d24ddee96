package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.execution.log.ExecutionView;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.simulator.Request;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** The jobs that read changes and keys: every table kept equal to its source, without reading it again. */
@TestPropertySource(
        properties = {"caravana.live.lag=0s", "caravana.live.overlap=5s", "caravana.live.compare-mod-count=true"})
class LiveTest extends LoadTest {

    private static final Window WHOLE = new Window(BEGINNING.minusYears(20), TODAY.plusDays(1), ZoneOffset.UTC);
    private static final String QUERY = "sysparm_query";

    @BeforeEach
    void nothingIsRead() {
        jdbc.sql("DELETE FROM caravana.watermark").update();
        jdbc.sql("DELETE FROM caravana.set_aside").update();
        catalog.tables()
                .forEach(table -> jdbc.sql("DROP TABLE IF EXISTS servicenow." + table.target())
                        .update());
    }

    @Test
    void the_first_pass_reads_every_table_whole() {
        for (var table : live().tables()) {
            assertThat(table.verdict()).as(table.table()).isEqualTo("complete");
            assertThat(table.inserted()).as(table.table()).isEqualTo(table.recordsExtracted());
        }
        assertEqual();
    }

    @Test
    void a_later_pass_brings_what_has_changed_and_takes_what_was_deleted() {
        live();
        simulator.change(120);
        var gone = simulator.rows("sc_task").get(3).get("sys_id");
        simulator.delete("sc_task", gone);
        var changed = byTable(live());
        assertThat(changed.get("incident").updated()).isPositive();
        assertThat(changed.get("incident").inserted()).isPositive();
        assertThat(changed.get("sc_task").deleted()).isEqualTo(1);
        // ServiceNow deletes the SLAs of a deleted incident without a trace: only the keys tell
        loaded("comparison", null, null);
        assertEqual();
    }

    @Test
    void a_pass_without_changes_reads_only_the_overlap_and_writes_nothing() {
        oldStamps();
        live();
        var before = allVersions();
        simulator.clearRequests();
        for (var table : live().tables()) {
            assertThat(table.recordsExtracted()).as(table.table()).isZero();
        }
        assertThat(allVersions()).isEqualTo(before);
        for (var table : catalog.tables()) {
            var requests = requests(table.source());
            assertThat(requests).as(table.source()).hasSize(1);
            assertThat(requests.get(0).parameters().get(QUERY))
                    .as(table.source())
                    .matches("(task.sys_class_name=incident\\^)?sys_updated_on>=" + STAMP + "\\^sys_updated_on<="
                            + STAMP + ".*");
        }
        assertThat(requests("sys_dictionary")).as("described not long ago").isEmpty();
    }

    private static final String STAMP = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d";

    @Test
    void a_row_that_changes_twice_while_it_is_read_ends_in_its_latest_state() {
        live();
        var row = simulator.rows("incident").get(5);
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "300").on("incident"));
        put("incident", row, now("short_description", "once"));
        var id = jobs.start("live", null, null).id();
        put("incident", row, now("short_description", "twice"));
        end(id);
        live();
        assertThat(jdbc.sql("SELECT short_description FROM servicenow.incident WHERE sys_id = ?")
                        .param(row.get("sys_id"))
                        .query(String.class)
                        .single())
                .isEqualTo("twice");
        assertEqual();
    }

    @Test
    void a_changed_filter_begins_anew() {
        live();
        jdbc.sql("UPDATE caravana.watermark SET definition = 'another' WHERE table_name = 'sc_task'")
                .update();
        var tables = byTable(live());
        assertThat(tables.get("sc_task").recordsExtracted())
                .isEqualTo(simulator.rows("sc_task").size());
        assertThat(tables.get("change_task").recordsExtracted()).isLessThan(count("change_task"));
    }

    @Test
    void a_record_that_was_deleted_and_restored_stays() {
        live();
        var row = simulator.rows("sc_task").get(0);
        simulator.delete("sc_task", row.get("sys_id"));
        simulator.put("sc_task", row);
        assertThat(byTable(live()).get("sc_task").deleted()).isZero();
        assertEqual();
    }

    @Test
    void deletions_that_may_not_be_read_fail_nothing() {
        live();
        simulator.delete("sc_task", simulator.rows("sc_task").get(0).get("sys_id"));
        simulator.faults().add(Fault.status(403).on("sys_audit_delete"));
        assertThat(byTable(live()).get("sc_task").deleted()).isZero();
        simulator.faults().clear();
        assertThat(byTable(loaded("comparison", null, null)).get("sc_task").deleted())
                .isEqualTo(1);
        assertEqual();
    }

    @Test
    void a_record_that_hides_from_the_account_is_not_taken_for_deleted() {
        live();
        var key = simulator.rows("sc_task").get(0).get("sys_id");
        simulator.put(
                "sys_audit_delete",
                new HashMap<>(Map.of(
                        "sys_id",
                        "a".repeat(32),
                        "tablename",
                        "sc_task",
                        "documentkey",
                        key,
                        "sys_created_on",
                        Window.raw(Instant.now()))));
        simulator
                .faults()
                .add(Fault.of(Kind.HIDDEN_ROWS).with("query", "sys_id=" + key).on("sc_task"));
        assertThat(byTable(live()).get("sc_task").deleted()).isZero();
        var compared = byTable(loaded("comparison", null, null)).get("sc_task");
        assertThat(compared.verdict()).isEqualTo("incomplete");
        assertThat(compared.deleted()).isZero();
    }

    @Test
    void the_comparison_finds_what_changed_without_a_stamp_and_what_is_missing() {
        live();
        var row = simulator.rows("incident").get(7);
        put("incident", row, Map.of(Table.CHANGES, "4711", "short_description", "unnoticed"));
        var missing = simulator.rows("incident").get(8).get("sys_id");
        jdbc.sql("DELETE FROM servicenow.incident WHERE sys_id = ?")
                .param(missing)
                .update();
        assertThat(byTable(live()).get("incident").recordsExtracted()).isLessThan(10);

        var compared = byTable(loaded("comparison", null, null)).get("incident");

        assertThat(compared.updated()).isEqualTo(1);
        assertThat(compared.inserted()).isEqualTo(1);
        assertThat(compared.pages()).as("one of keys, one of records").isEqualTo(2);
        assertEqual();
    }

    @Test
    void the_comparison_carries_keys_alone_and_few_pages() {
        live();
        simulator.clearRequests();
        var compared = byTable(loaded("comparison", null, null));
        for (var table : catalog.tables()) {
            assertThat(compared.get(table.target()).pages()).as(table.target()).isEqualTo(1);
            assertThat(requests(table.source())).as(table.source()).hasSize(1);
            assertThat(requests(table.source()).get(0).parameters())
                    .as(table.source())
                    .containsEntry("sysparm_fields", "sys_id,sys_mod_count");
        }
    }

    @Test
    void a_table_that_only_periods_are_loaded_of_is_not_filled_up_by_the_comparison() {
        load("incidents", TODAY.minusDays(10), TODAY);
        var rows = count("incident");
        simulator.delete(
                "incident",
                simulator.rows("incident").stream()
                        .filter(row -> row.get("opened_at")
                                        .compareTo(TODAY.minusDays(9).toString())
                                > 0)
                        .findFirst()
                        .orElseThrow()
                        .get("sys_id"));
        assertThat(byTable(loaded("comparison", null, null)).get("incident").deleted())
                .isEqualTo(1);
        assertThat(count("incident")).isEqualTo(rows - 1);
    }

    @Test
    void changes_of_a_table_that_another_job_loads_are_left_to_the_next_pass() {
        live();
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "300").on("incident"));
        var load = jobs.start("incidents", BEGINNING, TODAY).id();
        await().until(() ->
                byTable(executions.find(load).orElseThrow()).get("incident").pages() > 0);
        put("incident", simulator.rows("incident").get(3), now("short_description", "meanwhile"));
        var left = byTable(live()).get("incident");
        assertThat(left.verdict()).isEqualTo("not read");
        assertThat(left.apiRequests()).isZero();
        assertThat(end(load).status()).isEqualTo("success");
        assertThat(byTable(live()).get("incident").verdict()).isNotEqualTo("not read");
        assertEqual();
    }

    @Test
    void a_load_of_a_period_waits_until_the_changes_of_its_table_are_stored() {
        live();
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "300").on("sc_task"));
        var changes = jobs.start("live", null, null).id();
        await().until(() -> byTable(executions.find(changes).orElseThrow())
                .get("sc_task")
                .status()
                .equals("running"));
        var load = loaded("tickets");
        assertThat(byTable(load).get("sc_task").verdict()).isEqualTo("complete");
        assertThat(end(changes).status()).isEqualTo("success");
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.table_lease")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void a_table_that_cannot_be_read_is_set_aside_and_the_others_are_a_success() {
        live();
        simulator.faults().add(Fault.status(403).on("core_company"));
        var failed = end(jobs.start("live", null, null).id());
        assertThat(failed.status()).as(failed.errorMessage()).isEqualTo("success");
        var number = failed.tables().size();
        assertThat(failed.errorMessage())
                .startsWith("%d of %d tables were read\nsys_company: set aside until ".formatted(number - 1, number))
                .contains("403");
        assertThat(byTable(failed).get("sys_company").status()).isEqualTo("error");

        simulator.clearRequests();
        var leftOut = byTimer();
        assertThat(leftOut.status()).isEqualTo("success");
        assertThat(leftOut.errorMessage()).isEqualTo(failed.errorMessage());
        assertThat(requests("core_company")).as("while it is set aside").isEmpty();

        jdbc.sql("UPDATE caravana.set_aside SET try_at = clock_timestamp()").update();
        assertThat(byTimer().status()).isEqualTo("success");
        assertThat(requests("core_company")).as("when its time has come").isNotEmpty();
        assertThat(minutesUntilNextTry()).as("twice as long").isEqualTo(4);

        simulator.faults().clear();
        simulator.clearRequests();
        var byHand = end(jobs.start("live", null, null).id());
        assertThat(byHand.errorMessage()).isNull();
        assertThat(byHand.tables())
                .allSatisfy(table -> assertThat(table.status()).isEqualTo("success"));
        assertThat(requests("core_company")).as("started by hand").isNotEmpty();
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.set_aside")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void no_table_is_set_aside_when_none_can_be_read() {
        simulator.faults().add(Fault.status(403));

        var failed = end(jobs.start("live", null, null).id());

        assertThat(failed.status()).isEqualTo("error");
        assertThat(failed.errorMessage()).doesNotContain("set aside");
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.set_aside")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private ExecutionView byTimer() {
        jobs.startByTimer("live");
        return end(executions.list("live", null, 1).get(0).executionId());
    }

    private long minutesUntilNextTry() {
        return jdbc.sql("SELECT round(extract(epoch FROM try_at - clock_timestamp()) / 60) FROM caravana.set_aside")
                .query(Long.class)
                .single();
    }

    @Test
    void a_timer_starts_no_job_that_is_running() {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "200").on("incident"));
        var running = jobs.start("live", null, null).id();
        jobs.startByTimer("live");
        assertThat(executions.list("live", "running", 10)).hasSize(1);
        assertThat(end(running).status()).isEqualTo("success");
        jobs.startByTimer("live");
        assertThat(end(executions.list("live", null, 1).get(0).executionId()).executionId())
                .isNotEqualTo(running);
    }

    @Test
    void a_job_of_changes_takes_no_period() {
        assertThatThrownBy(() -> jobs.start("live", TODAY, TODAY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("takes no period");
    }

    private ExecutionView live() {
        return loaded("live", null, null);
    }

    private void oldStamps() {
        for (var table : catalog.tables()) {
            var old = Window.raw(Instant.now().minusSeconds(600));
            simulator.rows(table.source()).stream()
                    .filter(row -> row.get(Table.UPDATED).compareTo(old) > 0)
                    .forEach(row -> put(table.source(), row, Map.of(Table.UPDATED, old)));
        }
    }

    private void put(String table, Map<String, String> row, Map<String, String> values) {
        var changed = new HashMap<>(row);
        changed.putAll(values);
        simulator.put(table, changed);
    }

    private static Map<String, String> now(String field, String value) {
        return Map.of(Table.UPDATED, Window.raw(Instant.now()), field, value);
    }

    private List<Request> requests(String table) {
        return simulator.requests().stream()
                .filter(request -> request.table().equals(table))
                .toList();
    }

    private Map<String, String> allVersions() {
        return catalog.tables().stream().collect(Collectors.toMap(Table::target, table -> versions(table.target())));
    }

    private void assertEqual() {
        for (var table : catalog.tables()) {
            assertThat(comparison().assertEqual(table, WHOLE))
                    .as(table.target())
                    .isPositive();
        }
    }
}
