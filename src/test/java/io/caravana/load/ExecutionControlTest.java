package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.execution.recovery.Shutdown;
import io.caravana.execution.run.Execution;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.test.util.ReflectionTestUtils;

/** Ending, repeating, following and going on with executions. */
class ExecutionControlTest extends LoadTest {

    @Autowired
    ApplicationContext application;

    @Autowired
    ProducerTemplate routes;

    @Test
    void a_cancelled_execution_ends_within_a_page_and_deletes_nothing() throws Exception {
        loaded("incidents");
        var rows = count("incident");
        simulator.delete("incident", simulator.rows("incident").get(0).get("sys_id"));
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "1000").on("incident"));
        var id = jobs.start("incidents", BEGINNING, TODAY).id();
        awaitPages(id, "incident");

        var answer = post("/api/executions/" + id + "/cancel");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(getJson("/api/executions/" + id).path("status").asText())
                .as("seen at once")
                .isEqualTo("cancelling");
        for (var status : List.of("cancelling", "running")) {
            assertThat(getJson("/api/executions?status=" + status))
                    .extracting(listed -> listed.path("execution_id").asText())
                    .contains(id);
        }
        var stored = pages(id, "incident");
        var ended = end(id);
        assertThat(ended.status()).isEqualTo("cancelled");
        var incident = byTable(ended).get("incident");
        assertThat(incident.status()).isEqualTo("cancelled");
        assertThat(incident.error()).isEqualTo("it was cancelled");
        assertThat(incident.pages())
                .as("what was being stored and what was being read, and no more")
                .isLessThanOrEqualTo(stored + 2);
        assertThat(count("incident")).isEqualTo(rows);
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.checkpoint")
                        .query(Long.class)
                        .single())
                .isZero();
        var again = post("/api/executions/" + id + "/cancel");
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.body()).contains("the execution has ended already: cancelled");
    }

    @Test
    void a_wait_for_servicenow_does_not_hold_up_a_cancellation() throws Exception {
        simulator
                .faults()
                .add(Fault.of(Kind.RATE_LIMIT)
                        .with("seconds", "3")
                        .on("sys_choice")
                        .times(1));
        var id = jobs.start("choices", null, null).id();
        await().until(() -> executions.find(id).orElseThrow().tables().get(0).waitingUntil() != null);
        post("/api/executions/" + id + "/cancel");
        assertThat(end(id).status()).isEqualTo("cancelled");
    }

    @Test
    void a_retry_loads_just_the_tables_that_failed_with_the_same_period() throws Exception {
        simulator.faults().add(Fault.status(403).on("core_company"));
        var failed = load("configurations", BEGINNING, TODAY);
        assertThat(failed.status()).isEqualTo("error");
        simulator.faults().clear();

        var answer = post("/api/executions/" + failed.executionId() + "/retry");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var again = end(JSON.readTree(answer.body()).path("execution_id").asText());
        assertThat(again.executionId()).isNotEqualTo(failed.executionId());
        assertThat(again.status()).isEqualTo("success");
        assertThat(again.startDate()).isEqualTo(BEGINNING);
        assertThat(again.tables()).extracting(table -> table.table()).containsExactly("sys_company");
        var nothing = post("/api/executions/" + again.executionId() + "/retry");
        assertThat(nothing.statusCode()).isEqualTo(409);
        assertThat(post("/api/executions/none/retry").statusCode()).isEqualTo(404);
    }

    @Test
    void an_execution_can_be_followed_by_its_events_to_its_end() throws Exception {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "200").on("incident"));
        var id = jobs.start("incidents", BEGINNING, TODAY).id();
        var lines = get("/api/executions/" + id + "/events").body().lines().toList();
        var events = lines.stream().filter(line -> line.startsWith("event:")).toList();
        assertThat(events).hasSizeGreaterThan(3).endsWith("event:progress", "event:end");
        var data = lines.stream()
                .filter(line -> line.startsWith("data:"))
                .map(line -> tree(line.substring(5)))
                .toList();
        assertThat(data).allSatisfy(event -> assertThat(event.path("tables")).hasSize(4));
        assertThat(data.get(data.size() - 1).path("status").asText()).isEqualTo("success");
        var total = count("incident");
        assertThat(data.stream()
                        .map(event -> event.path("tables").path(0))
                        .filter(table -> table.path("status").asText().equals("running")
                                && table.path("pages").asInt() > 0))
                .isNotEmpty()
                .allSatisfy(table -> {
                    assertThat(table.path("source_count").asLong()).isEqualTo(total);
                    assertThat(table.path("rows_per_second").asLong()).isPositive();
                    assertThat(table.path("seconds_left").isNumber()).isTrue();
                });
        assertThat(get("/api/executions/none/events").statusCode()).isEqualTo(404);
    }

    @Test
    void a_follower_that_does_not_read_holds_up_nobody() throws Exception {
        var id = "followed-" + System.nanoTime();
        jdbc.sql("""
                INSERT INTO caravana.servicenow_execution_log
                  (execution_id, execution_type, started_at, status, error_message, hostname, username, instance_key)
                VALUES (?, 'followed', clock_timestamp(), 'running', repeat('x', 300000), 'here', 'me', 42)""").param(id).update();
        jdbc.sql(
                        "INSERT INTO caravana.table_load (execution_id, table_name, position, status) VALUES (?, 'incident', 0, 'running')")
                .param(id)
                .update();
        try (var deaf = follower(id)) {
            var events = application.getBean("executionEvents");
            assertThat(deaf.isConnected()).isTrue();
            var began = System.nanoTime();
            for (int page = 1; page <= 40; page++) {
                jdbc.sql("UPDATE caravana.table_load SET pages = ? WHERE execution_id = ?")
                        .params(page, id)
                        .update();
                ReflectionTestUtils.invokeMethod(events, "look");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        }
        jdbc.sql(
                        "UPDATE caravana.servicenow_execution_log SET status = 'error', ended_at = now() WHERE execution_id = ?")
                .param(id)
                .update();
    }

    @Test
    void so_many_follow_and_no_more() throws Exception {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "2000").on("sys_choice"));
        var id = jobs.start("choices", null, null).id();
        var followers = new ArrayList<Socket>();
        try {
            for (int number = 0; number < 50; number++) {
                followers.add(follower(id));
            }
            var refused = get("/api/executions/" + id + "/events");
            assertThat(refused.statusCode()).isEqualTo(503);
        } finally {
            for (var follower : followers) {
                follower.close();
            }
            simulator.faults().clear();
            end(id);
        }
    }

    /** Somebody who asks for the events of an execution, and reads no more than the first bytes. */
    private Socket follower(String id) throws IOException {
        var address = request("/").build().uri();
        var socket = new Socket();
        socket.setReceiveBufferSize(1024);
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
        socket.getOutputStream()
                .write("GET /api/executions/%s/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .formatted(id)
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        return socket;
    }

    @Test
    void a_load_that_cannot_be_resumed_does_not_keep_others_from_it() {
        var id = interrupt();
        // an older one, whose end lies before its beginning by now
        jdbc.sql("""
                INSERT INTO caravana.servicenow_execution_log
                  (execution_id, execution_type, start_date, end_date, started_at, ended_at, status, hostname, username, instance_key)
                VALUES ('not-resumable', 'tickets', '2026-02-01', '2026-01-01', now() + interval '1 hour', now(), 'interrupted', 'here', 'me', 42)""").update();
        jdbc.sql(
                        "UPDATE caravana.servicenow_execution_log SET started_at = started_at + interval '2 hours' WHERE execution_id = ?")
                .param(id)
                .update();

        jobs.resume();

        jdbc.sql("DELETE FROM caravana.servicenow_execution_log WHERE execution_id = 'not-resumable'")
                .update();
        assertThat(end(id).status()).isEqualTo("success");
        jdbc.sql("DELETE FROM caravana.servicenow_execution_log WHERE execution_id = ?")
                .param(id)
                .update();
    }

    @Test
    void an_interrupted_load_goes_on_behind_its_last_page_and_counts_on() {
        var id = interrupt();
        var before = byTable(executions.find(id).orElseThrow()).get("incident");
        assertThat(before.status()).isEqualTo("interrupted");
        simulator.clearRequests();

        jobs.resume();

        var ended = end(id);
        assertThat(ended.status()).as(ended.errorMessage()).isEqualTo("success");
        var incident = byTable(ended).get("incident");
        assertThat(incident.recordsExtracted()).isEqualTo(count("incident"));
        assertThat(incident.verdict()).isEqualTo("complete");
        assertThat(firstQuery()).contains("^sys_id>");
        assertEqual();
    }

    @Test
    void the_seconds_of_a_resumed_load_are_those_that_it_ran() {
        var id = interrupt();
        for (var table : List.of("servicenow_execution_log", "table_load")) {
            // all of them: a load after which its job was started again is not resumed
            jdbc.sql(
                            "UPDATE caravana.%s SET started_at = started_at - interval '1 hour', ended_at = ended_at - interval '1 hour'"
                                    .formatted(table))
                    .update();
        }

        jobs.resume();

        var ended = end(id);
        assertThat(ended.status()).as(ended.errorMessage()).isEqualTo("success");
        assertThat(ended.durationSeconds().doubleValue()).isBetween(0.2, 300.0);
        assertThat(byTable(ended).get("incident").seconds().doubleValue()).isBetween(0.2, 300.0);
    }

    @Test
    void a_changed_filter_refuses_an_old_checkpoint() {
        var id = interrupt();
        jdbc.sql("UPDATE caravana.checkpoint SET definition = 'another' WHERE table_name = 'incident'")
                .update();
        simulator.clearRequests();

        jobs.start("incidents", BEGINNING, TODAY);

        var ended = end(id);
        assertThat(ended.status()).as(ended.errorMessage()).isEqualTo("success");
        assertThat(firstQuery()).doesNotContain("sys_id>");
        assertThat(byTable(ended).get("incident").recordsExtracted()).isEqualTo(count("incident"));
        assertEqual();
    }

    @Test
    void a_load_that_is_resumed_keeps_the_zone_that_its_days_were_meant_in() {
        var window = new Window(BEGINNING, TODAY.minusDays(1), ZoneId.of("America/Sao_Paulo"));
        var id = interrupt(() -> start(window));
        simulator.clearRequests();

        jobs.resume();

        var ended = end(id);
        assertThat(ended.status()).as(ended.errorMessage()).isEqualTo("success");
        assertThat(firstQuery())
                .startsWith(window.on("opened_at", Window.Unit.MOMENT))
                .contains("^sys_id>");
        assertThat(byTable(ended).get("incident").verdict()).isEqualTo("complete");
    }

    @Test
    void the_same_days_of_another_zone_are_another_load() {
        var id = interrupt(() -> start(new Window(BEGINNING, TODAY, ZoneId.of("America/Sao_Paulo"))));
        var other = jobs.start("incidents", BEGINNING, TODAY);
        assertThat(other.id()).isNotEqualTo(id);
        assertThat(end(other.id()).status()).isEqualTo("success");
        assertEqual();
        // what it would have been resumed with would be left to the other tests
        jdbc.sql("DELETE FROM caravana.servicenow_execution_log WHERE execution_id = ?")
                .param(id)
                .update();
    }

    /** As a process would whose {@code caravana.time-zone} is the window's. */
    private String start(Window window) {
        var job = catalog.job("incidents").orElseThrow();
        var execution =
                new Execution(UUID.randomUUID().toString(), job.name(), job.syncMode(), window, catalog.tablesOf(job));
        routes.sendBody("direct:start-job", execution);
        return execution.id();
    }

    private String interrupt() {
        return interrupt(() -> jobs.start("incidents", BEGINNING, TODAY).id());
    }

    /** Starts a load and stops it as the end of the process would. */
    private String interrupt(Supplier<String> load) {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "200").on("incident"));
        var id = load.get();
        awaitPages(id, "incident");
        application.getBean(Shutdown.class).interruptLoads();
        simulator.faults().clear();
        assertThat(end(id).status()).isEqualTo("interrupted");
        return id;
    }

    private void awaitPages(String id, String table) {
        await().until(() -> pages(id, table) > 0);
    }

    private long pages(String id, String table) {
        return byTable(executions.find(id).orElseThrow()).get(table).pages();
    }

    private String firstQuery() {
        return simulator.requests().stream()
                .filter(request -> request.table().equals("incident"))
                .findFirst()
                .orElseThrow()
                .parameters()
                .get("sysparm_query");
    }

    private void assertEqual() {
        Table incident = table("incident");
        assertThat(comparison().assertEqual(incident, new Window(BEGINNING, TODAY, ZoneOffset.UTC)))
                .isPositive();
    }

    private JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(List.of(text).toString(), e);
        }
    }
}
