package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.simulator.Request;
import java.util.HashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class FailingTableTest extends LoadTest {

    @Test
    void a_failing_table_leaves_the_others_alone_and_is_named_with_its_reason() {
        simulator.faults().add(Fault.status(403).on("task_sla"));
        var execution = load("incidents");
        assertThat(execution.status()).isEqualTo("error");
        var tables = byTable(execution);
        assertThat(tables.get("incident_sla").status()).isEqualTo("error");
        assertThat(tables.get("incident_sla").error())
                .contains("table task_sla", "page 1", "sys_created_on>=", "403", "User Not Authorized");
        assertThat(tables.get("incident").status()).isEqualTo("success");
        assertThat(tables.get("task_time_worked").status()).isEqualTo("success");
        assertThat(tables.get("incident_task").status()).isEqualTo("success");
        assertThat(execution.errorMessage())
                .startsWith("incident_sla: ")
                .contains("403")
                .hasLineCount(1);
    }

    @Test
    void every_table_that_fails_is_named() {
        simulator.faults().add(Fault.status(403).on("task_sla"));
        simulator.faults().add(Fault.status(404).on("incident_task"));
        var execution = load("incidents");
        assertThat(execution.errorMessage().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("incident_sla: "),
                        line -> assertThat(line).startsWith("incident_task: "));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404})
    void a_permanent_error_is_not_tried_again_and_ends_its_table_alone(int status) {
        simulator.clearRequests();
        simulator.faults().add(Fault.status(status).on("incident"));
        var tables = byTable(load("incidents"));
        assertThat(requests("incident")).isEqualTo(1);
        assertThat(tables.remove("incident").error())
                .startsWith("table incident, page 1")
                .contains("" + status);
        assertThat(tables.values()).hasSize(3).allMatch(table -> table.status().equals("success"));
    }

    @ParameterizedTest
    @ValueSource(ints = {202, 500, 502, 503})
    void a_passing_error_is_tried_again_and_counted(int status) {
        loaded("incidents");
        simulator.faults().add(Fault.status(status).on("incident").at(2).times(2));
        var execution = loaded("incidents");
        var log = jdbc.sql("SELECT * FROM caravana.servicenow_execution_log WHERE execution_id = ?")
                .param(execution.executionId())
                .query()
                .singleRow();
        assertThat(log.get("failed_api_requests")).isEqualTo(2L);
        assertThat(byTable(execution).get("incident").unchanged()).isEqualTo(count("incident"));
    }

    @Test
    void an_error_that_does_not_pass_ends_the_table_after_the_configured_tries() {
        simulator.clearRequests();
        simulator.faults().add(Fault.status(503).on("incident"));
        var execution = load("incidents");
        assertThat(byTable(execution).get("incident").error()).contains("503");
        assertThat(requests("incident")).isEqualTo(1 + 3);
    }

    /** By status and form of the header. */
    @ParameterizedTest
    @CsvSource({"429, seconds", "429, date", "503, seconds", "503, date"})
    void the_wait_that_servicenow_asks_for_is_kept(int status, String form) {
        simulator.clearRequests();
        simulator
                .faults()
                .add(Fault.status(status)
                        .with("retry-after", "1")
                        .with("as", form)
                        .on("incident_task")
                        .times(1));
        loaded("incidents");
        var asked = simulator.requests().stream()
                .filter(request -> request.table().equals("incident_task"))
                .toList();
        assertThat(asked).hasSize(2 + (int) (count("incident_task") / 100));
        assertThat(asked.get(1).started()).isAfterOrEqualTo(asked.get(0).ended().plusMillis(990));
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "LOGIN_PAGE",
                "LOGIN_REDIRECT",
                "BROKEN_WITH_ERROR",
                "BROKEN_MALFORMED_WITH_ERROR",
                "BROKEN_MALFORMED",
                "BROKEN_CUT",
                "BROKEN_TRAILING_COMMA",
                "ERROR_ONLY",
                "CUT_BODY",
                "RESET",
                "RESET_AFTER_STATUS"
            })
    void an_answer_that_is_not_a_page_is_asked_for_again(Kind kind) {
        loaded("incidents");
        var rows = count("incident");
        simulator.faults().add(Fault.of(kind).on("incident").at(3).times(1));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.unchanged()).isEqualTo(rows);
        assertThat(incident.deleted()).isZero();
        assertThat(incident.verdict()).isEqualTo("complete");
    }

    @ParameterizedTest
    @EnumSource(names = {"ERROR_ONLY", "BROKEN_CUT", "LOGIN_PAGE", "RESET"})
    void an_answer_that_is_never_a_page_empties_no_window(Kind kind) {
        loaded("incidents");
        var before = versions("incident");
        simulator.faults().add(Fault.of(kind).on("incident"));
        var incident = byTable(load("incidents")).get("incident");
        assertThat(incident.status()).isEqualTo("error");
        assertThat(versions("incident")).isEqualTo(before);
    }

    @Test
    void an_empty_page_in_the_middle_is_asked_for_again() {
        loaded("incidents");
        var rows = count("incident");
        simulator.faults().add(Fault.of(Kind.EMPTY_PAGE).on("incident").at(2).times(1));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.unchanged()).isEqualTo(rows);
        assertThat(incident.verdict()).isEqualTo("complete");
    }

    @Test
    void an_answer_with_fewer_rows_than_asked_for_hides_none() {
        loaded("incidents");
        simulator.faults().add(Fault.of(Kind.ROW_CAP).with("rows", "60").on("incident"));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.unchanged()).isEqualTo(count("incident"));
        assertThat(incident.hidden()).isZero();
        assertThat(incident.verdict()).isEqualTo("complete");
    }

    @Test
    void of_capped_pages_only_what_is_hidden_is_told_as_hidden() {
        loaded("incidents");
        var before = versions("incident");
        var hidden = jdbc.sql("SELECT count(*) FROM servicenow.incident WHERE priority = 3")
                .query(Long.class)
                .single();
        simulator.faults().add(Fault.of(Kind.ROW_CAP).with("rows", "60").on("incident"));
        simulator
                .faults()
                .add(Fault.of(Kind.HIDDEN_ROWS).with("query", "priority=3").on("incident"));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.hidden()).isEqualTo(hidden).isPositive();
        assertThat(incident.unchanged()).isEqualTo(count("incident") - hidden);
        assertThat(incident.verdict()).isEqualTo("incomplete");
        assertThat(versions("incident")).isEqualTo(before);
    }

    @Test
    void without_its_count_a_read_is_proven_by_the_statistics() {
        loaded("incidents");
        var rows = count("incident");
        stray("incident");
        simulator.clearRequests();
        simulator.faults().add(Fault.of(Kind.HEADERS).with("X-Total-Count", ""));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.unchanged()).isEqualTo(rows);
        assertThat(incident.verdict()).isEqualTo("complete");
        assertThat(incident.sourceCount()).isEqualTo(rows);
        assertThat(incident.deleted()).isEqualTo(1);
        assertThat(requests("incident")).isLessThanOrEqualTo(rows / 100 + 1 + 6);
    }

    @Test
    void without_any_count_a_read_ends_and_deletes_nothing_and_says_so(CapturedOutput output) {
        loaded("incidents");
        var rows = count("incident");
        stray("incident");
        simulator.clearRequests();
        simulator.faults().add(Fault.of(Kind.HEADERS).with("X-Total-Count", ""));
        simulator.faults().add(Fault.status(403).on("stats/incident"));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.unchanged()).isEqualTo(rows);
        assertThat(incident.verdict()).isEqualTo("not counted");
        assertThat(incident.sourceCount()).isNull();
        assertThat(incident.deleted()).isZero();
        assertThat(count("incident")).isEqualTo(rows + 1);
        assertThat(requests("incident")).isLessThanOrEqualTo(rows / 100 + 1 + 5);
        assertThat(output).contains("incident: ServiceNow's answers have no X-Total-Count", "403");
        simulator.faults().clear();
        assertThat(byTable(loaded("incidents")).get("incident").deleted()).isEqualTo(1);
    }

    /** Puts in a row that the source does not have, inside the period. */
    private void stray(String table) {
        jdbc.sql("INSERT INTO servicenow.%s (sys_id, %s) VALUES ('0', now() - interval '2 days')"
                        .formatted(table, table(table).windowColumn()))
                .update();
    }

    @Test
    void a_table_that_is_carried_whole_makes_no_request_that_grows_with_its_columns() {
        loaded("incidents");
        var before = versions("incident");
        simulator.clearRequests();
        simulator
                .faults()
                .add(Fault.of(Kind.LONG_LINE).with("characters", "900").on("incident"));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.verdict()).isEqualTo("complete");
        assertThat(versions("incident")).isEqualTo(before);
        assertThat(simulator.requests())
                .filteredOn(request -> request.table().equals("incident"))
                .isNotEmpty()
                .allMatch(request -> request.status() == 200);
    }

    @ParameterizedTest
    @EnumSource(names = {"RESET", "RESET_AFTER_STATUS"})
    void a_connection_that_breaks_before_the_answer_blames_no_row(Kind kind) {
        loaded("incidents");
        simulator.clearRequests();
        simulator.faults().add(Fault.of(kind).on("incident").at(3).times(3));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.verdict()).isEqualTo("complete");
        assertThat(incident.rejected()).isZero();
        assertThat(simulator.requests())
                .filteredOn(request -> request.table().equals("incident"))
                .extracting(request -> request.parameters().get("sysparm_limit"))
                .containsOnly("100", "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/json", "APPLICATION/JSON", "text/plain", "application/octet-stream", ""})
    void a_page_under_another_name_is_read(String contentType) {
        loaded("choices");
        var before = versions("sys_choice");
        simulator.faults().add(Fault.of(Kind.HEADERS).with("Content-Type", contentType));
        assertThat(byTable(loaded("choices")).get("sys_choice").verdict()).isEqualTo("complete");
        assertThat(versions("sys_choice")).isEqualTo(before);
    }

    @Test
    void hidden_rows_are_seen_by_the_count_and_nothing_is_deleted() {
        loaded("incidents");
        var before = versions("incident");
        simulator
                .faults()
                .add(Fault.of(Kind.HIDDEN_ROWS).with("query", "priority=3").on("incident"));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.recordsExtracted()).isLessThan(incident.sourceCount());
        assertThat(incident.hidden()).isEqualTo(incident.sourceCount() - incident.recordsExtracted());
        assertThat(incident.verdict()).isEqualTo("incomplete");
        assertThat(versions("incident")).isEqualTo(before);
    }

    @Test
    void hidden_rows_among_odd_keys_are_looked_for_among_those_that_differ_by_case() {
        var row = simulator.rows("sys_choice").get(0);
        var keys = IntStream.range(0, 150).mapToObj("key-%03d"::formatted).toList();
        for (var key : keys) {
            var odd = new HashMap<>(row);
            odd.put("sys_id", key);
            simulator.put("sys_choice", odd);
        }
        try {
            assertThat(byTable(loaded("choices")).get("sys_choice").notes())
                    .as("nothing is hidden")
                    .isNull();
            simulator
                    .faults()
                    .add(Fault.of(Kind.HIDDEN_ROWS)
                            .with("query", "sys_id=key-149")
                            .on("sys_choice"));
            simulator.clearRequests();
            var choices = byTable(loaded("choices")).get("sys_choice");
            assertThat(choices.verdict()).isEqualTo("incomplete");
            assertThat(choices.hidden()).isEqualTo(1);
            assertThat(simulator.requests().stream()
                            .map(request -> request.parameters().getOrDefault("sysparm_query", ""))
                            .filter(query -> query.contains("sys_idINkey-")))
                    .as("those at which pages ended, in any case")
                    .hasSize(1);
        } finally {
            simulator.faults().clear();
            keys.forEach(key -> simulator.delete("sys_choice", key));
            // a table without a window loses no row in a load of a period
            jdbc.sql("DELETE FROM servicenow.sys_choice WHERE sys_id LIKE 'key-%'")
                    .update();
        }
    }

    @Test
    void a_page_hidden_whole_is_stepped_over_and_its_rows_are_told() {
        loaded("incidents");
        var before = versions("incident");
        var keys = jdbc.sql("SELECT sys_id FROM servicenow.incident ORDER BY sys_id")
                .query(String.class)
                .list();
        simulator
                .faults()
                .add(Fault.of(Kind.HIDDEN_ROWS)
                        .with("query", "sys_id>=%s^sys_id<%s".formatted(keys.get(90), keys.get(320)))
                        .on("incident"));
        var incident = byTable(loaded("incidents")).get("incident");
        assertThat(incident.unchanged()).isEqualTo(keys.size() - 230);
        assertThat(incident.hidden()).isEqualTo(230);
        assertThat(incident.verdict()).isEqualTo("incomplete");
        assertThat(versions("incident")).isEqualTo(before);
    }

    @Test
    void every_page_asks_for_an_order() {
        simulator.clearRequests();
        periodJobs().forEach(this::loaded);
        assertThat(simulator.requests())
                .isNotEmpty()
                .extracting(request -> request.parameters().get("sysparm_query"))
                .allMatch(query -> query.endsWith("ORDERBYsys_id"));
    }

    @Test
    void a_dictionary_that_may_not_be_read_is_replaced_by_the_descriptor() {
        loaded("choices");
        jdbc.sql("DROP TABLE servicenow.sys_choice").update();
        simulator.faults().add(Fault.status(403).on("sys_db_object"));
        simulator.faults().add(Fault.status(403).on("sys_dictionary"));
        loaded("choices");
        assertThat(jdbc.sql(
                                "SELECT data_type FROM information_schema.columns WHERE table_schema = 'servicenow' AND table_name = 'sys_choice' AND column_name = 'sys_updated_on'")
                        .query(String.class)
                        .single())
                .isEqualTo("timestamp with time zone");
    }

    @Test
    void a_database_that_is_a_replica_of_another_instance_is_left_alone() {
        loaded("choices");
        jdbc.sql("UPDATE caravana.replica_source SET url = 'https://other.service-now.com'")
                .update();
        try {
            assertThatThrownBy(() -> jobs.start("choices", null, null))
                    .hasMessageContaining("https://other.service-now.com")
                    .hasMessageContaining("the built-in simulator");
            assertThat(executions.list("choices", "running", 1)).isEmpty();
        } finally {
            jdbc.sql("UPDATE caravana.replica_source SET url = 'the built-in simulator'")
                    .update();
        }
    }

    private long requests(String table) {
        return simulator.requests().stream()
                .map(Request::table)
                .filter(table::equals)
                .count();
    }
}
