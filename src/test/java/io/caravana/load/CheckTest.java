package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.check.Checks;
import io.caravana.check.Finding;
import io.caravana.check.Report;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class CheckTest extends LoadTest {

    @Autowired
    Checks checks;

    @Test
    void a_right_setup_is_found_to_be_right() {
        loaded("choices");
        var told = new ArrayList<Finding>();
        var report = checks.run(told::add);
        assertThat(report.checks()).isEqualTo(told).extracting(Finding::advice).containsOnly("");
        assertThat(report.ok()).isTrue();
        var found = byName(report);
        assertThat(found).hasSize(4 + 5 + 12);
        assertThat(found.get("database").detail()).startsWith("PostgreSQL ");
        assertThat(found.get("sign-in").detail()).isEqualTo("the built-in simulator lets the account in");
        assertThat(found.get("clock").detail()).startsWith("ServiceNow's clock is ");
        assertThat(found.get("time zone").detail()).contains("America/Sao_Paulo");
        assertThat(found.get("replica").detail()).isEqualTo("of the built-in simulator");
        assertThat(found.get("table sys_choice").detail())
                .isEqualTo("%,d rows; types from the dictionary".formatted(count("sys_choice")));
    }

    @Test
    void nothing_is_written() {
        loaded("choices");
        var before = executions.list(null, null, 1_000).size();
        var versions = versions("sys_choice");
        checks.run(finding -> {});
        assertThat(executions.list(null, null, 1_000)).hasSize(before);
        assertThat(versions("sys_choice")).isEqualTo(versions);
    }

    @Test
    void a_wrong_password_is_said_once_and_nothing_more_is_asked() {
        simulator.faults().add(Fault.status(401));
        simulator.clearRequests();
        var report = checks.run(finding -> {});
        assertThat(report.ok()).isFalse();
        assertThat(byName(report).get("sign-in").detail()).contains("401", "User Not Authenticated");
        assertThat(byName(report).get("sign-in").advice()).isNotEmpty();
        assertThat(byName(report)).doesNotContainKey("table incident").containsKey("database");
        assertThat(simulator.requests()).hasSize(1);
    }

    @Test
    void an_account_that_may_not_read_users_is_signed_in_all_the_same() {
        simulator.faults().add(Fault.status(403).on("sys_user"));
        var found = byName(checks.run(finding -> {}));
        assertThat(found.get("sign-in").ok()).isTrue();
        assertThat(found.get("time zone").detail()).startsWith("the account shows none");
        assertThat(found.get("table sys_user").ok()).isFalse();
    }

    @Test
    void a_table_that_may_not_be_read_is_wrong_and_the_others_are_not() {
        simulator.faults().add(Fault.status(403).on("task_sla"));
        var report = checks.run(finding -> {});
        assertThat(report.ok()).isFalse();
        assertThat(report.checks())
                .filteredOn(finding -> !finding.ok())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.name()).isEqualTo("table incident_sla");
                    assertThat(finding.detail()).contains("403", "a role that can read task_sla");
                });
    }

    @Test
    void hidden_rows_are_told() {
        simulator
                .faults()
                .add(Fault.of(Kind.HIDDEN_ROWS).with("query", "priority=3").on("incident"));
        var report = checks.run(finding -> {});
        assertThat(report.ok()).isTrue();
        assertThat(byName(report).get("table incident").detail())
                .containsPattern(
                        "[\\d,]+ rows, of the first \\d+ the account cannot see \\d+; types from the dictionary");
        assertThat(byName(report).get("table incident").advice()).contains("nothing is deleted from incident");
    }

    @Test
    void rows_that_come_in_smaller_pages_are_not_told_as_hidden() {
        simulator.faults().add(Fault.of(Kind.ROW_CAP).with("rows", "60").on("incident"));
        var found = byName(checks.run(finding -> {})).get("table incident");
        assertThat(found.detail()).containsPattern("[\\d,]+ rows that come 60 at a time; types from the dictionary");
        assertThat(found.advice()).isEmpty();
    }

    @Test
    void rows_that_cannot_be_counted_are_told() {
        simulator.faults().add(Fault.of(Kind.HEADERS).with("X-Total-Count", "").on("incident"));
        assertThat(byName(checks.run(finding -> {})).get("table incident").advice())
                .isEmpty();
        simulator.faults().add(Fault.status(404).on("stats/incident"));
        var found = byName(checks.run(finding -> {})).get("table incident");
        assertThat(found.detail()).contains("does not say how many rows there are", "X-Total-Count");
        assertThat(found.advice()).contains("/api/now/stats", "nothing is deleted from incident");
    }

    @Test
    void a_check_asks_for_the_fields_that_a_load_asks_for() {
        simulator.clearRequests();
        var report = checks.run(finding -> {});
        assertThat(report.ok()).isTrue();
        assertThat(simulator.requests())
                .filteredOn(request -> request.table().equals("incident"))
                .extracting(request -> request.parameters().getOrDefault("sysparm_fields", ""))
                .as("all that the account may read")
                .contains("");
        simulator
                .faults()
                .add(Fault.of(Kind.LONG_LINE).with("characters", "900").on("incident"));
        assertThat(checks.run(finding -> {}).ok()).isTrue();
    }

    @Test
    void a_check_does_not_wait_for_the_end_of_a_pause(CapturedOutput output) {
        simulator.faults().add(Fault.status(503).with("retry-after", "3").times(1));
        assertThat(checks.run(finding -> {}).ok()).isFalse();
        var began = Instant.now();
        var found = byName(checks.run(finding -> {})).get("sign-in");
        assertThat(found.detail()).contains("is left alone until");
        assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(2));
        assertThat(output).doesNotContain("not this process's");
        await().until(() -> checks.run(finding -> {}).ok());
    }

    @Test
    void a_dictionary_that_may_not_be_read_is_told_and_where_types_come_from_instead() {
        simulator.faults().add(Fault.status(403).on("sys_db_object"));
        simulator.faults().add(Fault.status(403).on("sys_dictionary"));
        var report = checks.run(finding -> {});
        assertThat(report.ok()).isTrue();
        assertThat(byName(report).get("dictionary").detail())
                .isEqualTo("the account sees nothing of sys_db_object and sys_dictionary");
        assertThat(byName(report).get("dictionary").advice()).isNotEmpty();
        assertThat(byName(report).get("table incident").detail())
                .contains("the dictionary shows this account no columns; types come from Caravana's own descriptor");
    }

    @Test
    void a_database_that_is_a_replica_of_another_instance_is_wrong() {
        loaded("choices");
        jdbc.sql("UPDATE caravana.replica_source SET url = 'https://other.service-now.com'")
                .update();
        try {
            var report = checks.run(finding -> {});
            assertThat(report.ok()).isFalse();
            assertThat(byName(report).get("replica").detail())
                    .isEqualTo("of https://other.service-now.com, and not of the built-in simulator");
        } finally {
            jdbc.sql("UPDATE caravana.replica_source SET url = 'the built-in simulator'")
                    .update();
        }
    }

    @Test
    void the_api_answers_with_what_was_found_right_or_wrong() throws Exception {
        simulator.faults().add(Fault.status(403).on("task_sla"));
        var body = getJson("/api/check");
        assertThat(body.path("ok").asBoolean(true)).isFalse();
        assertThat(body.path("checks"))
                .hasSize(21)
                .allSatisfy(check ->
                        assertThat(check.fieldNames()).toIterable().containsExactly("name", "ok", "detail", "advice"));
    }

    private static Map<String, Finding> byName(Report report) {
        return report.checks().stream().collect(Collectors.toMap(Finding::name, finding -> finding));
    }
}
