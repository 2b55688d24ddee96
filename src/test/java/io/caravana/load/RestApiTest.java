package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.caravana.execution.ExecutionView;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

class RestApiTest extends LoadTest {

    private static final String LOADS = "/api/service-now-new/";

    @Autowired
    DataSource dataSource;

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
        assertThat(getJson("/api/executions?type=nothing")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"limit=0", "limit=1001", "limit=x", "status=done"})
    void a_bad_filter_is_refused(String query) throws Exception {
        assertProblem(get("/api/executions?" + query), 400, query.split("=")[0]);
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
    void the_api_has_a_document() throws Exception {
        var document = getJson("/api/openapi.json");
        assertThat(document.path("paths").fieldNames())
                .toIterable()
                .contains("/api/service-now-new/load-{job}", "/api/executions", "/api/executions/{id}");
        assertThat(document.at("/components/schemas/LoadRequest/properties").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("data_inicio", "data_fim");
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
