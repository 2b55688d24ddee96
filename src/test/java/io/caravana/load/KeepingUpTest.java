package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.execution.log.ExecutionView;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.simulator.Request;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.AdviceWith;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

/** Loads without dates, as a timer starts them night after night: no row becomes stale, on whatever day it was created. */
@Import(KeepingUpTest.Time.class)
class KeepingUpTest extends LoadTest {

    /** The time here and in the simulator, which a test moves on. */
    private static final class Days extends Clock {

        private volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return new Clock() {
                @Override
                public ZoneId getZone() {
                    return zone;
                }

                @Override
                public Clock withZone(ZoneId other) {
                    return Days.this.withZone(other);
                }

                @Override
                public Instant instant() {
                    return Days.this.instant();
                }
            };
        }

        LocalDate today() {
            return LocalDate.ofInstant(instant(), ZoneOffset.UTC);
        }
    }

    @TestConfiguration
    static class Time {
        @Bean
        @Primary
        Days days() {
            return new Days();
        }
    }

    @Autowired
    private Days days;

    @Autowired
    private CamelContext camel;

    private static boolean isAdvised;

    /** The HTTP server stamps its answers by the machine's clock. */
    @BeforeEach
    void answersAreStampedByTheSimulatorsTime() throws Exception {
        if (!isAdvised) {
            isAdvised = true;
            AdviceWith.adviceWith(
                    camel,
                    "request-page",
                    route -> route.weaveById("receive-answer")
                            .before()
                            .process(exchange -> exchange.getMessage()
                                    .setHeader(
                                            "Date",
                                            DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                                    days.instant().atOffset(ZoneOffset.UTC)))));
        }
    }

    @BeforeEach
    void nothingIsRead() {
        jdbc.sql("DELETE FROM caravana.watermark").update();
        for (var table : windowTables()) {
            jdbc.sql("DROP TABLE IF EXISTS servicenow." + table.target() + " CASCADE")
                    .update();
        }
    }

    @Test
    void night_after_night_replica_and_source_are_equal() {
        backfill();
        for (int day = 0; day < 5; day++) {
            simulator.change(40);
            days.ahead = days.ahead.plusHours(20);
            simulator.change(40);
            var old = resolve(10);
            days.ahead = days.ahead.plusHours(4);
            night();
            assertThat(state(old)).as("day %s", day).isEqualTo("6");
        }
        days.ahead = days.ahead.plusHours(1);
        deleteTasksOfDeletedIncidents();
        // SLAs that went along with a deleted incident leave no trace, and lie in no period that was read
        loaded("comparison", null, null);
        var whole = new Window(days.today().minusDays(400), days.today(), ZoneOffset.UTC);
        for (var table : windowTables()) {
            assertThat(comparison().assertEqual(table, whole))
                    .as(table.target())
                    .isPositive();
        }
    }

    /** ServiceNow empties the label of a deleted record in those that refer to it, and stamps none of them as changed. */
    private void deleteTasksOfDeletedIncidents() {
        var incidents = simulator.rows("incident").stream()
                .map(row -> row.get("sys_id"))
                .toList();
        for (var task : List.copyOf(simulator.rows("incident_task"))) {
            if (!incidents.contains(task.get("incident")) || !incidents.contains(task.get("parent"))) {
                simulator.delete("incident_task", task.get("sys_id"));
            }
        }
    }

    @Test
    void a_timer_brings_what_was_resolved_long_after_it_was_opened() {
        backfill();
        var old = resolve(10);
        days.ahead = days.ahead.plusDays(1);
        jobs.startByTimer("incidents");
        end(executions.list("incidents", null, 1).get(0).executionId());
        assertThat(state(old)).isEqualTo("6");
    }

    @Test
    void a_night_that_failed_is_made_up_for_by_the_next_one() {
        backfill();
        var old = resolve(10);
        days.ahead = days.ahead.plusDays(1);
        simulator.faults().add(Fault.status(403).on("incident"));
        assertThat(load("incidents", null, null).status()).isEqualTo("error");
        simulator.faults().clear();
        days.ahead = days.ahead.plusDays(1);
        night();
        assertThat(state(old)).isEqualTo("6");
    }

    @Test
    void a_record_that_was_deleted_is_taken_whenever_it_was_opened() {
        backfill();
        var old = opened(10);
        night();
        simulator.delete("incident", old.get("sys_id"));
        days.ahead = days.ahead.plusDays(1);
        night();
        assertThat(jdbc.sql("SELECT count(*) FROM servicenow.incident WHERE sys_id = ?")
                        .param(old.get("sys_id"))
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void a_night_without_changes_costs_one_page_of_changes_a_table() {
        backfill();
        days.ahead = days.ahead.plusDays(2);
        night();
        days.ahead = days.ahead.plusDays(1);
        simulator.clearRequests();
        night();
        for (var table : windowTables()) {
            assertThat(requests(table.source()))
                    .as(table.source())
                    .filteredOn(
                            request -> request.parameters().get("sysparm_query").contains(Table.UPDATED + ">="))
                    .hasSize(1);
        }
        assertThat(requests("sys_audit_delete")).hasSize(windowTables().size());
    }

    @Test
    void a_load_of_given_days_reads_those_days_alone() {
        backfill();
        var old = resolve(10);
        var yesterday = days.today().minusDays(1);
        loaded("incidents", yesterday, yesterday);
        assertThat(state(old)).isNotEqualTo("6");
    }

    @Test
    void what_periods_have_left_out_is_not_filled_up() {
        loaded("incidents", days.today().minusDays(90), days.today().minusDays(60));
        var rows = count("incident");
        days.ahead = days.ahead.plusDays(1);
        night();
        var changed = simulator.rows("incident").stream()
                .filter(row -> row.get(Table.UPDATED)
                                .compareTo(Window.raw(Instant.now().minus(Duration.ofHours(24 + 1))))
                        > 0)
                .count();
        assertThat(count("incident"))
                .isLessThanOrEqualTo(rows + changed)
                .isLessThan(simulator.rows("incident").size());
    }

    @Test
    void the_job_live_reads_a_table_whole_that_was_followed_before() {
        loaded("incidents", days.today().minusDays(90), days.today().minusDays(60));
        night();
        assertThat(count("incident")).isLessThan(simulator.rows("incident").size());
        loaded("live", null, null);
        assertThat(count("incident")).isEqualTo(simulator.rows("incident").size());
        night();
        assertThat(jdbc.sql("SELECT bool_and(whole) FROM caravana.watermark")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void changed_fields_do_not_make_it_forget_from_when_on_to_follow() {
        backfill();
        night();
        jdbc.sql("UPDATE caravana.watermark SET definition = 'another'").update();
        var old = resolve(10);
        days.ahead = days.ahead.plusDays(1);
        var incidents = byTable(night()).get("incident");
        assertThat(state(old)).isEqualTo("6");
        assertThat(incidents.recordsExtracted())
                .isLessThan(simulator.rows("incident").size());
    }

    @Test
    void rows_that_are_hidden_among_the_changes_are_told() {
        backfill();
        night();
        var old = resolve(10);
        simulator
                .faults()
                .add(Fault.of(Kind.HIDDEN_ROWS)
                        .with("query", "sys_id=" + old.get("sys_id"))
                        .on("incident"));
        days.ahead = days.ahead.plusDays(1);
        var incidents = byTable(night()).get("incident");
        assertThat(incidents.verdict()).isEqualTo("incomplete");
        assertThat(incidents.hidden()).isEqualTo(1);
    }

    private void backfill() {
        loaded("incidents", days.today().minusDays(100), days.today());
    }

    private ExecutionView night() {
        return loaded("incidents", null, null);
    }

    private List<Table> windowTables() {
        return catalog.tables().stream()
                .filter(table -> table.job().equals("incidents") && table.hasWindow())
                .toList();
    }

    /** An incident that was opened at least so many days ago. */
    private Map<String, String> opened(int daysAgo) {
        var day = days.today().minusDays(daysAgo).toString();
        return simulator.rows("incident").stream()
                .filter(row -> row.get("opened_at").compareTo(day) < 0
                        && !row.get("state").equals("6"))
                .findFirst()
                .orElseThrow();
    }

    /** Has an incident resolved now that was opened at least so many days ago. */
    private Map<String, String> resolve(int daysAgo) {
        var row = new HashMap<>(opened(daysAgo));
        var now = Window.raw(days.instant());
        row.putAll(Map.of("state", "6", "resolved_at", now, Table.UPDATED, now));
        simulator.put("incident", row);
        return row;
    }

    private String state(Map<String, String> row) {
        return jdbc.sql("SELECT CAST(state AS text) FROM servicenow.incident WHERE sys_id = ?")
                .param(row.get("sys_id"))
                .query(String.class)
                .single();
    }

    private List<Request> requests(String table) {
        return simulator.requests().stream()
                .filter(request -> request.table().equals(table))
                .toList();
    }
}
