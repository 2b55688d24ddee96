package io.caravana.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ServiceDeskTest {
    private static final List<String> TABLES = List.of(
            "incident",
            "task_sla",
            "incident_task",
            "task_time_worked",
            "change_request",
            "change_task",
            "sc_task",
            "problem",
            "contract_sla",
            "sys_user",
            "sys_user_group",
            "core_company",
            "cmdb_ci_network_link",
            "sys_choice");

    @Test
    void a_restart_on_the_same_day_serves_the_same_rows() {
        try (var one = Desk.busy();
                var other = Desk.busy()) {
            for (var table : TABLES) {
                assertThat(one.rows(table)).as(table).isNotEmpty().isEqualTo(other.rows(table));
            }
        }
    }

    @Test
    void the_next_day_goes_on_with_the_same_incidents() {
        var saturday = Clock.offset(Desk.FRIDAY, Duration.ofDays(1));
        try (var today = Desk.busy();
                var tomorrow = Simulator.start(SimulatorProperties.defaults().withIncidents(600), saturday)) {
            var later = tomorrow.rows("incident").stream()
                    .collect(Collectors.toMap(
                            row -> row.get("sys_id"), row -> row.get("number") + row.get("opened_at")));
            var kept = today.rows("incident").stream()
                    .filter(row -> row.get("opened_at").compareTo("2025-12-07") > 0)
                    .toList();
            assertThat(kept)
                    .isNotEmpty()
                    .allSatisfy(row -> assertThat(later)
                            .containsEntry(row.get("sys_id"), row.get("number") + row.get("opened_at")));
            assertThat(later).hasSizeGreaterThan(kept.size());
        }
    }

    @Test
    void an_incident_s_times_follow_each_other_and_none_is_in_the_future() {
        try (var desk = Desk.busy()) {
            assertThat(desk.rows("incident")).allSatisfy(row -> {
                assertThat(row.get("sys_created_on")).isGreaterThanOrEqualTo(row.get("opened_at"));
                assertThat(row.get("sys_updated_on"))
                        .isGreaterThanOrEqualTo(row.get("sys_created_on"))
                        .isLessThan("2026-03-06 00:00:00");
                if (row.get("state").equals("7")) {
                    assertThat(row.get("closed_at")).isGreaterThanOrEqualTo(row.get("resolved_at"));
                    assertThat(row.get("resolved_at")).isGreaterThanOrEqualTo(row.get("sys_created_on"));
                    assertThat(row.get("active")).isEqualTo("false");
                }
            });
        }
    }

    @Test
    void every_state_occurs_and_references_lead_somewhere() {
        try (var desk = Simulator.start(SimulatorProperties.defaults().withIncidents(3_000), Desk.FRIDAY)) {
            var incidents = desk.rows("incident");
            assertThat(incidents.stream().map(row -> row.get("state")).collect(Collectors.toSet()))
                    .containsExactlyInAnyOrder("1", "2", "3", "6", "7", "8");
            assertThat(incidents)
                    .allSatisfy(row -> assertThat(desk.row("sys_user", row.get("caller_id")))
                            .isPresent());
            assertThat(desk.rows("task_sla"))
                    .filteredOn(row -> desk.row("sc_task", row.get("task")).isEmpty())
                    .hasSize(incidents.size() * 2)
                    .allSatisfy(row ->
                            assertThat(desk.row("incident", row.get("task"))).isPresent());
            assertLeads(desk, "task_sla", "sla", "contract_sla");
            assertLeads(desk, "sc_task", "request_item", "sc_req_item");
            assertLeads(desk, "sc_req_item", "requested_for", "sys_user");
            assertLeads(desk, "sys_user_grmember", "user", "sys_user");
            assertLeads(desk, "sys_user_grmember", "group", "sys_user_group");
            assertLeads(desk, "sys_journal_field", "element_id", "incident");
            var parents = incidents.stream()
                    .filter(row -> !row.get("parent_incident").isEmpty())
                    .toList();
            assertThat(parents)
                    .isNotEmpty()
                    .allSatisfy(row -> assertThat(desk.row("incident", row.get("parent_incident")))
                            .isPresent());
        }
    }

    private static void assertLeads(Simulator desk, String table, String column, String to) {
        assertThat(desk.rows(table))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(desk.row(to, row.get(column))).isPresent());
    }

    @Test
    void changes_are_the_same_for_the_same_seed() {
        try (var one = Desk.busy();
                var other = Desk.busy()) {
            var before = one.rows("incident");
            one.change(300);
            other.change(300);
            assertThat(one.rows("incident")).isNotEqualTo(before).isEqualTo(other.rows("incident"));
            assertThat(one.rows("sys_audit_delete")).isNotEmpty().isEqualTo(other.rows("sys_audit_delete"));
        }
    }

    @Test
    void a_row_that_is_put_is_served_as_it_is() {
        try (var desk = Desk.empty()) {
            desk.put("incident", Map.of("sys_id", "a1", "state", "-100", "sys_updated_on", "2026-01-01 00:00:00"));
            desk.put("incident", Map.of("sys_id", "a1", "state", "2"));
            assertThat(desk.row("incident", "a1").orElseThrow())
                    .containsEntry("state", "2")
                    .containsEntry("sys_updated_on", "");
            desk.delete("incident", "a1");
            assertThat(desk.rows("incident")).isEmpty();
        }
    }

    @Test
    void the_order_by_update_follows_every_change() throws IOException, InterruptedException {
        try (var desk = Desk.empty()) {
            var query = "sys_updated_on>2026-01-01 00:00:00^ORDERBYsys_updated_on^ORDERBYsys_id";
            Desk.incident(desk, "a1", "sys_updated_on", "2026-01-02 00:00:00");
            Desk.incident(desk, "a2", "sys_updated_on", "2026-01-02 00:00:00");
            Desk.incident(desk, "a3");
            assertThat(new Client(desk).column("sys_id", "incident", query)).containsExactly("a1", "a2");

            Desk.incident(desk, "a1", "sys_updated_on", "2026-01-03 00:00:00");
            Desk.incident(desk, "a3", "sys_updated_on", "2026-01-01 00:00:01");
            assertThat(new Client(desk).column("sys_id", "incident", query)).containsExactly("a3", "a2", "a1");

            desk.delete("incident", "a2");
            assertThat(new Client(desk).column("sys_id", "incident", query)).containsExactly("a3", "a1");
        }
    }

    @Test
    void time_passes_by_itself_where_that_is_set() {
        var settings =
                new SimulatorProperties(0, 42, 100, 90, 60_000, "", "caravana", "caravana", Duration.ZERO, "", 400);
        try (var desk = Simulator.start(settings, Desk.FRIDAY)) {
            await().until(() -> desk.rows("incident").stream()
                    .anyMatch(row -> row.get("sys_updated_on").equals("2026-03-06 15:00:00")));
        }
    }
}
