package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.zaxxer.hikari.HikariDataSource;
import io.caravana.change.ChangeEvent;
import io.caravana.change.ConsumerGroups;
import io.caravana.check.Finding;
import io.caravana.check.Report;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.TableLoadView;
import io.caravana.replica.RejectedView;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.webhook.Webhook;
import io.swagger.v3.parser.OpenAPIV3Parser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

class RestApiTest extends LoadTest {

    private static final String LOADS = "/api/service-now-new/";

    @Autowired
    DataSource dataSource;

    @Autowired
    CamelContext camel;

    @ParameterizedTest
    @ValueSource(strings = {"load-choices/", "load-choices"})
    void a_load_is_accepted_at_once_and_can_be_followed(String path) throws Exception {
        var answer =
                post(LOADS + path, "application/json", "{\"data_inicio\":\"2025-01-01\",\"data_fim\":\"2025-01-31\"}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        var body = JSON.readTree(answer.body());
        var id = body.path("execution_id").asText();
        assertThat(body.path("status").asText()).isEqualTo("accepted");
        assertThat(body.path("message").asText()).isEqualTo("Processing started in background");
        assertThat(body.size()).isEqualTo(3);
        assertThat(answer.headers().firstValue("Location")).hasValue("/api/executions/" + id);

        end(id);
        var execution = getJson("/api/executions/" + id);
        assertThat(execution.path("execution_type").asText()).isEqualTo("choices");
        assertThat(execution.path("start_date").asText()).isEqualTo("2025-01-01");
        assertThat(execution.path("end_date").asText()).isEqualTo("2025-01-31");
        assertThat(execution.path("time_zone").asText()).isEqualTo("UTC");
        assertThat(execution.path("status").asText()).isEqualTo("success");
        var table = execution.path("tables").path(0);
        assertThat(table.fieldNames())
                .toIterable()
                .contains(
                        "table",
                        "status",
                        "records_extracted",
                        "inserted",
                        "updated",
                        "unchanged",
                        "deleted",
                        "rejected",
                        "pages",
                        "api_requests",
                        "seconds");
        assertThat(table.path("table").asText()).isEqualTo("sys_choice");
        assertThat(table.path("records_extracted").asLong()).isEqualTo(count("sys_choice"));
    }

    @Test
    void a_load_without_dates_is_for_yesterday() throws Exception {
        for (var body : new String[] {null, "{}"}) {
            var yesterday = LocalDate.now(ZoneOffset.UTC).minusDays(1);
            var answer = post(LOADS + "load-choices", body == null ? null : "application/json", body);
            assertThat(answer.statusCode()).isEqualTo(200);
            ExecutionView execution =
                    end(JSON.readTree(answer.body()).path("execution_id").asText());
            assertThat(execution.startDate()).isEqualTo(yesterday);
            assertThat(execution.endDate()).isEqualTo(yesterday);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"data_inicio\":\"31/01/2025\"}|data_inicio is '31/01/2025', which is not a date of the form YYYY-MM-DD",
                "{\"data_inicio\":\"2025-02-01\",\"data_fim\":\"2025-01-01\"}|the period ends (2025-01-01) before it starts (2025-02-01)",
                "{\"from\":\"2025-01-01\"}|unknown field 'from'; the fields are data_inicio and data_fim",
                "{\"data_fim\":7}|data_fim must be a text of the form YYYY-MM-DD, not 7",
                "{|the body is not valid JSON"
            })
    void a_bad_request_is_told_what_is_wrong(String body, String detail) throws Exception {
        var answer = post(LOADS + "load-incidents/", "application/json", body);
        assertProblem(answer, 400, detail);
    }

    @Test
    void a_body_of_another_type_is_refused() throws Exception {
        assertThat(post(LOADS + "load-incidents", "application/x-www-form-urlencoded", "data_inicio=2025-01-01")
                        .statusCode())
                .isEqualTo(415);
        assertProblem(post(LOADS + "load-incidents", "text/plain", "{}"), 415, "application/json");
    }

    @Test
    void a_body_that_is_too_large_is_refused() throws Exception {
        var body = "{\"data_inicio\":\"" + " ".repeat(64 * 1024) + "\"}";
        assertProblem(post(LOADS + "load-incidents", "application/json", body), 413, "larger than 64 kB");
    }

    @Test
    void a_job_that_runs_already_is_refused_with_the_id_of_its_execution() throws Exception {
        var first = startSlowly();
        var second = post(LOADS + "load-choices", null, null);
        assertProblem(second, 409, "the job 'choices' is running already");
        assertThat(JSON.readTree(second.body()).path("execution_id").asText()).isEqualTo(first);
        assertThat(end(first).status()).isEqualTo("success");
    }

    @Test
    void a_job_that_runs_already_is_refused_without_waiting_for_the_execution_log() throws Exception {
        var first = startSlowly();
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE caravana.servicenow_execution_log");
            var second = new FutureTask<>(() -> post(LOADS + "load-choices", null, null));
            new Thread(second).start();
            assertThat(second.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(409);
            connection.rollback();
        }
        assertThat(end(first).status()).isEqualTo("success");
    }

    /** Starts choices, which then run for a while. */
    private String startSlowly() throws Exception {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "300").on("sys_choice"));
        return JSON.readTree(post(LOADS + "load-choices", null, null).body())
                .path("execution_id")
                .asText();
    }

    @Test
    void a_load_is_accepted_without_waiting_for_the_disk_which_what_it_commits_then_waits_for() throws Exception {
        // the server that tests share waits for no commit
        commitsWait("SET synchronous_commit = on");
        jdbc.sql("""
                CREATE TABLE commit_waits (event text PRIMARY KEY, setting text);
                CREATE FUNCTION note_commit_waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                  INSERT INTO commit_waits VALUES (TG_OP, current_setting('synchronous_commit')) ON CONFLICT DO NOTHING;
                  RETURN NULL;
                END $$;
                CREATE TRIGGER note_commit_waits AFTER INSERT ON caravana.servicenow_execution_log
                  EXECUTE FUNCTION note_commit_waits();
                CREATE TRIGGER note_commit_waits AFTER UPDATE ON caravana.table_load EXECUTE FUNCTION note_commit_waits()""").update();
        try {
            loaded("choices");
            assertThat(jdbc.sql("SELECT event || ' ' || setting FROM commit_waits ORDER BY event")
                            .query(String.class)
                            .list())
                    .containsExactly("INSERT off", "UPDATE on");
        } finally {
            jdbc.sql("DROP FUNCTION note_commit_waits() CASCADE; DROP TABLE commit_waits")
                    .update();
            commitsWait("RESET synchronous_commit");
        }
    }

    /** Of the connections that are made from now on. */
    private void commitsWait(String setting) throws SQLException {
        jdbc.sql("DO $$ BEGIN EXECUTE format('ALTER DATABASE %%I %s', current_database()); END $$".formatted(setting))
                .update();
        dataSource.unwrap(HikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
    }

    @Test
    void what_is_not_there_is_not_found() throws Exception {
        assertProblem(post(LOADS + "load-nothing", null, null), 404, "there is no job 'nothing'");
        assertProblem(get("/api/executions/nothing"), 404, "there is no execution 'nothing'");
    }

    @Test
    void executions_are_listed_the_latest_first() throws Exception {
        var first = loaded("choices").executionId();
        var second = loaded("choices").executionId();
        loaded("configurations");
        var listed = getJson("/api/executions/?type=choices&status=success&limit=2");
        assertThat(listed).hasSize(2);
        assertThat(listed.path(0).path("execution_id").asText()).isEqualTo(second);
        assertThat(listed.path(1).path("execution_id").asText()).isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "executions?limit=0 | limit is 0, which is not between 1 and 1000",
                "executions?limit=1001 | limit is 1001",
                "executions?limit=x | limit is 'x', which is not a number",
                "executions?limit=5&limit=6 | the parameter 'limit' is given twice",
                "executions?status=done | status is 'done', which is none of running, cancelling, success",
                "executions?status=sucess | Did you mean 'success'?",
                "executions?type=incident | type is 'incident', which is none of incidents",
                "executions?before=nothing | there is no such execution",
                "executions?typ=incidents | there is no parameter 'typ'; the parameters are type, status, before, limit. Did you mean 'type'?",
                "executions?offset=10 | there is no parameter 'offset'",
                "executions/nothing?full=1 | there is no parameter 'full'; this takes none",
                "executions/nothing/events?full=1 | there is no parameter 'full'",
                "rejected?table=incidents | table is 'incidents', which is none of incident",
                "rejected?execution=nothing | execution is 'nothing', and there is no such execution",
                "rejected?before=x | before is 'x', which is not a number",
                "rejected?status=x | there is no parameter 'status'; the parameters are table, execution, before, limit",
                "check?quick=1 | there is no parameter 'quick'; this takes none",
                "openapi.json?version=3 | there is no parameter 'version'"
            })
    void a_filter_that_is_not_known_is_refused_and_so_is_its_value(String query, String detail) throws Exception {
        assertProblem(get("/api/" + query), 400, detail);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                LOADS + "load-choices?from=2025-01-01",
                "/api/executions/nothing/cancel?force=true",
                "/api/executions/nothing/retry?tables=incident",
                "/api/rejected/retry?tables=incident"
            })
    void a_parameter_that_is_not_known_starts_and_ends_nothing(String path) throws Exception {
        var before = executions.list(null, null, 1_000).size();
        assertProblem(post(path, null, null), 400, "there is no parameter");
        assertThat(executions.list(null, null, 1_000)).hasSize(before);
    }

    @Test
    void pages_of_executions_lead_to_each_other_and_what_begins_meanwhile_moves_none() throws Exception {
        for (int i = 0; i < 5; i++) {
            loaded("choices");
        }
        var all = executions.list("choices", "success", 1_000).stream()
                .map(ExecutionView::executionId)
                .toList();
        var found = new ArrayList<String>();
        var path = Optional.of("/api/executions?type=choices&status=success&limit=2");
        while (path.isPresent()) {
            var answer = get(path.get());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JSON.readTree(answer.body())
                    .forEach(one -> found.add(one.path("execution_id").asText()));
            path = answer.headers().firstValue("Link").map(link -> link.replaceFirst("^<(.*)>; rel=\"next\"$", "$1"));
            assertThat(path.orElse("&before=")).contains("&before=");
            loaded("choices");
        }
        assertThat(found).containsExactlyElementsOf(all);
        assertThat(get("/api/executions?type=choices&limit=1000").headers().firstValue("Link"))
                .isEmpty();
    }

    @Test
    void head_tries_nothing_and_follows_nothing() throws Exception {
        var id = loaded("choices").executionId();
        simulator.clearRequests();
        for (var path : List.of("/api/check", "/api/executions/" + id + "/events")) {
            var answer = send(request(path).method("HEAD", BodyPublishers.noBody()));
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.body()).isEmpty();
        }
        assertThat(simulator.requests()).isEmpty();
        assertThat(send(request("/api/executions/nothing/events").method("HEAD", BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(404);
        for (var path : List.of("/api/executions", "/api/executions/" + id, "/api/rejected", "/api/openapi.json")) {
            assertThat(send(request(path).method("HEAD", BodyPublishers.noBody()))
                            .statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                LOADS + "load-choices",
                "/api/executions/nothing/cancel",
                "/api/executions/nothing/retry",
                "/api/rejected/retry"
            })
    void a_packed_body_is_refused_as_one(String path) throws Exception {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write("{}".getBytes(StandardCharsets.UTF_8));
        }
        var request = request(path)
                .header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(packed.toByteArray()));
        assertProblem(send(request), 415, "without a Content-Encoding");
    }

    @Test
    void a_body_that_is_no_text_is_refused() throws Exception {
        var request = request(LOADS + "load-incidents")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray("{\"from\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1)));
        assertProblem(send(request), 400, "UTF-8");
    }

    @Test
    void a_header_of_the_caller_reaches_neither_the_answer_nor_the_statement() throws Exception {
        var answer = send(request("/api/executions?limit=1")
                .header("CamelSqlQuery", "SELECT 1")
                .header("X-Mine", "1"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().map()).doesNotContainKeys("x-mine", "camelsqlquery");
    }

    @Test
    void the_document_is_valid_openapi_and_has_every_operation() throws Exception {
        var document = getJson("/api/openapi.json");
        var parsed = new OpenAPIV3Parser().readContents(document.toString());
        assertThat(parsed.getMessages()).isEmpty();
        var documented = new TreeSet<String>();
        parsed.getOpenAPI()
                .getPaths()
                .forEach((path, item) ->
                        item.readOperationsMap().forEach((method, operation) -> documented.add(method + " " + path)));
        var served = ((ModelCamelContext) camel)
                .getRestDefinitions().stream()
                        // the desk's pages are no API, and neither is the document itself
                        .filter(rest -> rest.getTag() != null)
                        .flatMap(rest -> rest.getVerbs().stream()
                                .map(verb -> "%s %s%s"
                                        .formatted(
                                                verb.asVerb().toUpperCase(Locale.ROOT),
                                                rest.getPath(),
                                                verb.getPath() == null ? "" : verb.getPath())))
                        .collect(Collectors.toCollection(TreeSet::new));
        served.add("GET /api/executions/{id}/events");
        served.add("POST /api/chat");
        for (var method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
            served.add(method + " /action/endpoint/{id}");
        }
        assertThat(documented).isEqualTo(served);
        assertThat(document.at("/components/schemas/Job/enum"))
                .extracting(JsonNode::asText)
                .contains("incidents", "choices", "live");
        assertThat(document.at("/components/schemas/Table/enum"))
                .extracting(JsonNode::asText)
                .contains("incident", "groups");
        assertThat(document.at("/paths/~1api~1service-now-new~1load-{job}/post/requestBody/required")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void the_document_names_every_part_of_an_answer_and_no_other() throws Exception {
        var schemas = getJson("/api/openapi.json").at("/components/schemas");
        assertSchema(schemas, "Execution", ExecutionView.class, Set.of());
        assertSchema(schemas, "TableLoad", TableLoadView.class, Set.of("rows_per_second", "seconds_left"));
        assertSchema(schemas, "RejectedRecord", RejectedView.class, Set.of());
        assertSchema(schemas, "ConsumerGroup", ConsumerGroups.State.class, Set.of());
        assertSchema(schemas, "DeadLetter", ConsumerGroups.DeadLetter.class, Set.of());
        assertSchema(schemas, "ChangeEvent", ChangeEvent.class, Set.of());
        assertSchema(schemas, "Webhook", Webhook.class, Set.of());
        assertSchema(schemas, "Report", Report.class, Set.of());
        assertSchema(schemas, "Finding", Finding.class, Set.of());
    }

    private static void assertSchema(JsonNode schemas, String name, Class<?> answer, Set<String> computed) {
        var parts = Arrays.stream(answer.getRecordComponents())
                .map(part -> part.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        parts.addAll(computed);
        assertThat(schemas.at("/" + name + "/properties").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrderElementsOf(parts);
    }

    @Test
    void answers_are_as_the_document_says() throws Exception {
        var id = loaded("choices").executionId();
        assertAnswer("Execution", getJson("/api/executions/" + id));
        assertAnswer("Execution", getJson("/api/executions").path(0));
        assertAnswer("Report", getJson("/api/check"));
        assertAnswer("Found", getJson("/api/v1/search?q=acesso"));
        assertAnswer("Problem", JSON.readTree(get("/api/executions/nothing").body()));
        var accepted = JSON.readTree(post(LOADS + "load-choices", null, null).body());
        assertAnswer("Accepted", accepted);
        end(accepted.path("execution_id").asText());
    }

    @Test
    void a_loaded_ticket_is_found_once_somebody_has_searched() throws Exception {
        loaded("incidents");
        var number = simulator.rows("incident").get(0).get("number");
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        getJson("/api/v1/search?q=" + number).path("complete").asBoolean());
        var hits = getJson("/api/v1/search?limit=1&q=" + number).path("hits");
        assertThat(hits).hasSize(1);
        assertThat(hits.path(0).path("number").asText()).isEqualTo(number);
        assertThat(get("/api/v1/search").statusCode()).isEqualTo(400);
    }

    private void assertAnswer(String name, JsonNode answer) throws Exception {
        var document = (ObjectNode) getJson("/api/openapi.json");
        document.put("$ref", "#/components/schemas/" + name);
        var schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(document);
        assertThat(schema.validate(answer)).as(answer.toString()).isEmpty();
    }

    private void assertProblem(HttpResponse<String> answer, int status, String detail) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        var problem = JSON.readTree(answer.body());
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asText()).isNotEmpty();
        assertThat(problem.path("detail").asText()).contains(detail);
    }

    private HttpResponse<String> post(String path, String contentType, String body) throws Exception {
        var request = request(path).POST(body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        return send(request);
    }
}
