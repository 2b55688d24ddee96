package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.execution.log.ExecutionLog;
import io.caravana.execution.run.ExecutionEvent.Finished;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** How many tables are loaded side by side, and that a small one does not wait for a large one. */
@TestPropertySource(
        properties = {
            "caravana.simulator.incidents=600",
            "caravana.simulator.latency=30ms",
            "caravana.servicenow.page-size=10",
            "caravana.servicenow.max-page-size=10",
            "caravana.servicenow.partition-threshold=200",
            "caravana.servicenow.partitions=6",
            // two threads for the ranges of all tables
            "caravana.servicenow.max-concurrent=1"
        })
class SideBySideTest extends LoadTest {

    private static final List<String> CONFIGURATIONS =
            List.of("contract_sla", "sys_user_group", "core_company", "sys_user", "cmdb_ci_network_link");

    @Autowired
    ExecutionLog log;

    @ParameterizedTest
    @CsvSource({"configurations, 3", "incidents, 4"})
    void a_job_loads_as_many_tables_side_by_side_as_it_has_threads_for_the_whole_load(String job, int threads) {
        CONFIGURATIONS.forEach(table -> grow(table, 40));
        var id = jobs.start(job, BEGINNING, TODAY).id();
        var together = new TreeSet<Integer>();
        var pagesWhileFull = new TreeSet<Long>();
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    var execution = executions.find(id).orElseThrow();
                    var running = execution.tables().stream()
                            .filter(table -> table.status().equals("running"))
                            .toList();
                    together.add(running.size());
                    if (running.size() == threads) {
                        running.forEach(table -> pagesWhileFull.add(table.pages()));
                    }
                    return execution.hasEnded();
                });
        assertThat(executions.find(id).orElseThrow().status()).isEqualTo("success");
        assertThat(together.last()).as("most tables under way").isEqualTo(threads);
        assertThat(pagesWhileFull.last()).as("pages of a table under way").isGreaterThan(3);
    }

    @Test
    void a_small_table_does_not_wait_for_the_ranges_of_a_large_one() {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "150").on("incident"));
        var large = jobs.start("incidents", BEGINNING, TODAY).id();
        await().atMost(Duration.ofSeconds(30)).until(() -> pages(large, "incident") > 3);

        var small = loaded("choices");

        assertThat(small.tables().get(0).pages()).isGreaterThan(20);
        assertThat(byTable(executions.find(large).orElseThrow()).get("incident").status())
                .isEqualTo("running");
        simulator.faults().clear();
        assertThat(end(large).status()).isEqualTo("success");
    }

    @Test
    void a_table_that_never_tells_its_end_is_an_error_and_not_a_success() {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "300").on("sys_choice"));
        var id = jobs.start("choices", null, null).id();
        await().until(() -> pages(id, "sys_choice") > 0);

        log.write(new Finished(id));

        var ended = executions.find(id).orElseThrow();
        assertThat(ended.status()).isEqualTo("error");
        assertThat(ended.errorMessage())
                .isEqualTo("sys_choice: the load ended without saying how; see the log of the process");
        await().atMost(Duration.ofSeconds(60)).until(() -> loadable("choices"));
    }

    /** What writes on is refused, as its table was given back; then the job can be started. */
    private boolean loadable(String job) {
        return Set.of("success").contains(load(job).status());
    }

    private long pages(String id, String table) {
        return byTable(executions.find(id).orElseThrow()).get(table).pages();
    }

    /** Adds records to a table of the simulator, copies of its first one, until it has so many. */
    private void grow(String table, int rows) {
        var first = simulator.rows(table).get(0);
        for (var number = simulator.rows(table).size(); number < rows; number++) {
            var row = new HashMap<>(first);
            row.put("sys_id", "%032x".formatted(0x5eedL * 1_000_003 + number));
            simulator.put(table, row);
        }
    }
}
