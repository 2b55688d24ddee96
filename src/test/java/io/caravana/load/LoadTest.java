package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.Caravana;
import io.caravana.catalog.Catalog;
import io.caravana.catalog.Job;
import io.caravana.catalog.SyncMode;
import io.caravana.catalog.Table;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.database.TestDatabase;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.execution.log.TableLoadView;
import io.caravana.job.JobService;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.simulator.Simulator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * The whole of Caravana on an embedded PostgreSQL and the simulator over real HTTP. The application and its data are
 * shared by the classes that extend this one; a test that needs a known state makes it.
 */
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "caravana.simulator.incidents=400",
            "caravana.servicenow.page-size=100",
            "caravana.servicenow.max-page-size=100",
            "caravana.servicenow.rate-limit=1000",
            "resume.every=1h",
            "batch.size=40",
            "caravana.retry.attempts=3",
            "caravana.retry.first-delay-millis=1",
            "caravana.retry.longest-delay-millis=5"
        })
abstract class LoadTest {

    static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);
    static final LocalDate BEGINNING = TODAY.minusDays(90);

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        // a class with a server of its own names it
        registry.add("caravana.database.url", () -> "${test.database.url:" + TestDatabase.url() + "}");
    }

    static final ObjectMapper JSON = new ObjectMapper();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    Simulator simulator;

    @Autowired
    ServiceNowAccess access;

    @Autowired
    JobService jobs;

    @Autowired
    Executions executions;

    @Autowired
    Catalog catalog;

    @Autowired
    JdbcClient jdbc;

    @AfterEach
    void heal() {
        simulator.faults().clear();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    HttpResponse<String> post(String path) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    JsonNode getJson(String path) throws IOException, InterruptedException {
        var answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    /** A request to this Caravana. */
    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    /** Has a record come with a value that cannot be stored. */
    void spoil(String table, String key, String column, String value) {
        simulator
                .faults()
                .add(Fault.of(Kind.BAD_VALUE)
                        .on(table)
                        .with("sys_id", key)
                        .with("column", column)
                        .with("value", value));
    }

    /** Has one of a table's records come with a number that is none, and answers with its key. */
    String spoil(String table, int place) {
        var key = simulator.rows(table).get(place).get("sys_id");
        spoil(table, key, "sys_mod_count", "many");
        return key;
    }

    /** Runs a job over the simulator's whole period, to its end. */
    ExecutionView load(String job) {
        return load(job, BEGINNING, TODAY);
    }

    ExecutionView load(String job, LocalDate from, LocalDate to) {
        return end(jobs.start(job, from, to).id());
    }

    /** Waits for the end of an execution. */
    ExecutionView end(String id) {
        return await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> executions.find(id).orElseThrow(), ExecutionView::hasEnded);
    }

    ExecutionView loaded(String job) {
        return loaded(job, BEGINNING, TODAY);
    }

    ExecutionView loaded(String job, LocalDate from, LocalDate to) {
        var execution = load(job, from, to);
        assertThat(execution.status()).as(execution.errorMessage()).isEqualTo("success");
        return execution;
    }

    /** The jobs that load periods; between them they have every table. */
    List<String> periodJobs() {
        return catalog.jobs().stream()
                .filter(job -> job.syncMode() == SyncMode.WINDOW)
                .map(Job::name)
                .toList();
    }

    Table table(String target) {
        return catalog.tables().stream()
                .filter(table -> table.target().equals(target))
                .findFirst()
                .orElseThrow();
    }

    static Map<String, TableLoadView> byTable(ExecutionView execution) {
        return execution.tables().stream().collect(Collectors.toMap(TableLoadView::table, Function.identity()));
    }

    long count(String table) {
        return jdbc.sql("SELECT count(*) FROM servicenow." + table)
                .query(Long.class)
                .single();
    }

    /** The physical versions of a table's rows: equal before and after means that no row was written. */
    String versions(String table) {
        return jdbc.sql("SELECT md5(string_agg(sys_id || ctid || xmin, ',' ORDER BY sys_id)) FROM servicenow." + table)
                .query(String.class)
                .single();
    }

    /** The replica tables beside what the simulator answers to a client that is not Caravana's. */
    Comparison comparison() {
        return new Comparison(jdbc, access);
    }
}
