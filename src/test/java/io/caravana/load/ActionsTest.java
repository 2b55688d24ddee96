package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravana.action.ActionRetention;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** Codes as somebody writes, calls and looks at them over HTTP, on a server that nobody has to sign in to. */
@TestPropertySource(properties = "caravana.actions.javascript=quickjs")
class ActionsTest extends LoadTest {

    @Autowired
    ActionRetention retention;

    private String project;

    @BeforeEach
    void project() throws Exception {
        project = json(201, json("POST", "/project", "{\"name\": \"Routing\"}"))
                .path("uuid")
                .asText();
    }

    @Test
    void a_code_answers_with_the_status_type_headers_and_body_that_it_says() throws Exception {
        var id = code("""
                exports.Run = async engine => ({
                  status: 201,
                  content_type: 'text/csv',
                  headers: {'X-Mine': engine.header.get('x-yours')},
                  body: `${engine.method} ${engine.params.get('a')} ${engine.json.b} ${engine.params.get('none')}|`,
                });""");
        var answer = send(request("/action/endpoint/%s?a=1&a=2".formatted(id))
                .header("X-Yours", "seen")
                .PUT(BodyPublishers.ofString("{\"b\": \"ü\"}")));
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("PUT 1 ü |");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/csv");
        assertThat(answer.headers().firstValue("X-Mine")).hasValue("seen");
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("sandbox");
    }

    @Test
    void a_form_and_odd_headers_reach_the_code_as_they_were_sent() throws Exception {
        var id = code("function Run(engine) { return engine.body + ' ' + engine.header.get('X-CAMEL') }");
        var answer = send(request("/action/endpoint/" + id)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("x-camel", "yes")
                .POST(BodyPublishers.ofString("a=1&b=%20")));
        assertThat(answer.body()).isEqualTo("a=1&b=%20 yes");
    }

    @Test
    void a_run_is_kept_with_what_it_got_answered_and_logged() throws Exception {
        var id = code("""
                exports.Run = engine => {
                  engine.log.warning('a', {b: 1});
                  console.log('NUL \\u0000 and half a pair \\ud800');
                  engine.result.set('first');
                  engine.result.set({n: 2}, 202);
                };""");
        assertThat(get("/action/endpoint/%s?p=%%00".formatted(id)).statusCode()).isEqualTo(202);
        var run = getJson("/coderun?code_id=" + id).path(0);
        assertThat(run.path("status").asText()).isEqualTo("completed");
        assertThat(run.path("result").asText()).isEqualTo("{\"n\":2}");
        assertThat(run.at("/extra/status_code").asInt()).isEqualTo(202);
        assertThat(run.at("/params/p").asText()).isEqualTo("\\u0000");
        assertThat(run.path("engine").asText()).isEqualTo("quickjs");
        var log = getJson("/codelog?run_id=" + run.path("id").asText());
        assertThat(log.path("total").asInt()).isEqualTo(2);
        assertThat(log.at("/data/0/type").asText()).isEqualTo("warning");
        assertThat(log.at("/data/0/content").asText()).isEqualTo("a {\"b\":1}");
        assertThat(log.at("/data/1/content").asText()).isEqualTo("NUL \\u0000 and half a pair \\ud800");
        assertThat(getJson("/coderun/" + run.path("id").asText())).isEqualTo(run);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    exports.Run = engine => { throw new TypeError('no') }                     | 500 | user_error    | TypeError: no
                    exports.Run = engine => { ; let a = ; }                                   | 500 | compile_error | unexpected token
                    const other = 1                                                           | 500 | compile_error | there is no function Run
                    exports.Run = (a, b) => 1                                                 | 500 | compile_error | Run takes 2 parameters
                    exports.Run = engine => ({status: 999, body: ''})                         | 502 | bad_result    | the status is 999
                    exports.Run = engine => ({status: 200, headers: {'X-A': 'b\\r\\nSet-Cookie: c'}}) | 502 | bad_result | a header has a name or a value
                    exports.Run = engine => ({status: 200, headers: {'Set-Cookie': 'c'}})     | 502 | bad_result    | the header Set-Cookie is not a code's
                    exports.Run = engine => { const a = {}; a.a = a; return a }               | 502 | bad_result    | the result is no JSON
                    exports.Run = engine => ({n: NaN})                                        | 502 | bad_result    | n is NaN
                    exports.Run = engine => 'x'.repeat(2000000)                               | 502 | bad_result    | the answer is larger
                    exports.Run = async engine => new Promise(() => {})                       | 408 | timeout       | its promise never settles
                    exports.Run = engine => { const f = () => f() + 1; return f() }           | 500 | user_error    | InternalError
                    exports.Run = engine => require('fs')                                     | 500 | user_error    | ReferenceError
                    exports.Run = engine => { const a = []; for (;;) a.push('x'.repeat(99999) + a.length) } | 500 | memory | out of memory""")
    void a_failure_says_its_kind(String source, int status, String kind, String detail) throws Exception {
        var id = code(source);
        var answer = get("/action/endpoint/" + id);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        var problem = JSON.readTree(answer.body());
        assertThat(problem.path("failure").asText()).as(answer.body()).isEqualTo(kind);
        assertThat(problem.path("detail").asText()).contains(detail);
        var run = getJson("/coderun/" + problem.path("run_id").asText());
        assertThat(run.path("status").asText()).isEqualTo("failed");
        assertThat(run.path("failure").asText()).isEqualTo(kind);
    }

    @Test
    void a_failure_names_the_line_of_the_source() throws Exception {
        for (var source : new String[] {
            "\n\nexports.Run = e => null.x",
            "\n\nlet let = 1;",
            "const a = 1;\n\nb();\n",
            "\n\nasync function Run(e) { await 1; x() }"
        }) {
            var problem = JSON.readTree(get("/action/endpoint/" + code(source)).body());
            assertThat(problem.path("line").asInt()).as(problem.toString()).isEqualTo(3);
        }
    }

    @Test
    void a_change_is_live_at_once_and_a_version_is_first_tested() throws Exception {
        var id = code("exports.Run = engine => 'one'");
        var changed = json(
                200, text("PATCH", "/code/%s?name=renamed&timeout=7".formatted(id), "exports.Run = engine => 'two'"));
        assertThat(changed.path("name").asText()).isEqualTo("renamed");
        assertThat(changed.path("timeout").asInt()).isEqualTo(7);
        assertThat(changed.path("live").asInt()).isEqualTo(2);
        assertThat(get("/action/endpoint/" + id).body()).isEqualTo("two");
        json(201, text("POST", "/code/%s/version".formatted(id), "exports.Run = engine => engine.run.dry + ' three'"));
        assertThat(get("/action/endpoint/" + id).body()).isEqualTo("two");
        assertThat(json(200, post("/code/%s/test".formatted(id)))
                        .at("/result/result")
                        .asText())
                .isEqualTo("true three");
        json(200, json("PUT", "/code/%s/alias/live".formatted(id), "{\"version\": 1}"));
        assertThat(get("/action/endpoint/" + id).body()).isEqualTo("one");
        assertThat(json("PUT", "/code/%s/alias/live".formatted(id), "{\"version\": 9}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(getJson("/code/%s/version".formatted(id)))
                .extracting(version -> version.path("number").asInt())
                .containsExactly(3, 2, 1);
        assertThat(getJson("/code/%s/version/2".formatted(id)).path("source").asText())
                .isEqualTo("exports.Run = engine => 'two'");
    }

    @Test
    void a_flow_has_no_endpoint_but_can_be_run() throws Exception {
        var id = json(201, text("POST", parameters("flow", "javascript"), "exports.Run = engine => 'flowed'"))
                .path("id")
                .asText();
        assertThat(get("/action/endpoint/" + id).statusCode()).isEqualTo(404);
        var answer = json(200, post("/run/" + id));
        assertThat(answer.path("code_id").asText()).isEqualTo(id);
        assertThat(answer.at("/result/result").asText()).isEqualTo("flowed");
        assertThat(getJson("/code?project_uuid=%s&code_type=flow".formatted(project)))
                .hasSize(1);
        assertThat(getJson("/code?project_uuid=%s&code_type=endpoint".formatted(project)))
                .isEmpty();
    }

    @Test
    void what_is_wrong_with_a_request_is_said() throws Exception {
        assertThat(text("POST", parameters("endpoint", "go"), "x").statusCode()).isEqualTo(501);
        assertThat(text("POST", parameters("endpoint", "perl"), "x").body()).contains("it takes python or javascript");
        assertThat(text("POST", parameters("endpoint", "javascript") + "&timeout=4", "x")
                        .body())
                .contains("timeout is 4, which is not between 5 and 120 seconds");
        assertThat(text("POST", parameters("endpoint", "javascript"), "").body())
                .contains("it takes the source");
        assertThat(text("POST", parameters("endpoint", "javascript"), "x".repeat(1_048_577))
                        .statusCode())
                .isEqualTo(413);
        assertThat(get("/code").body()).contains("the parameter project_uuid is missing");
        assertThat(get("/code?project_uuid=" + UUID.randomUUID()).statusCode()).isEqualTo(404);
        assertThat(get("/action/endpoint/1").statusCode()).isEqualTo(404);
        assertThat(get("/codelog?page=0&run_id=" + UUID.randomUUID()).statusCode())
                .isEqualTo(400);
        assertThat(json("POST", "/project", "{\"nam\": \"x\"}").body()).contains("Did you mean 'name'?");
        assertThat(json("POST", "/project", "{\"name\": \"x\", \"uuid\": \"%s\"}".formatted(project))
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void a_code_in_python_answers_from_its_sandbox() throws Exception {
        var engine = getJson("/action/limits").at("/engines/python").asText();
        assumeTrue(engine.equals("python"), engine);
        var id = json(201, text("POST", parameters("endpoint", "python"), """
                        def Run(engine):
                            print("seen")
                            engine.log.error({"a": 1})
                            return {"n": engine.params.get("n"), "body": engine.json["b"], "none": engine.header.get("X-None")}"""))
                .path("id")
                .asText();
        var answer =
                send(request("/action/endpoint/%s?n=1".formatted(id)).POST(BodyPublishers.ofString("{\"b\": \"ü\"}")));
        assertThat(answer.body()).isEqualTo("{\"n\": \"1\", \"body\": \"ü\", \"none\": \"\"}");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        var log = getJson("/codelog?code_id=" + id).path("data");
        assertThat(log)
                .extracting(line -> line.path("content").asText())
                .containsExactlyInAnyOrder("seen", "{\"a\": 1}");
    }

    @Test
    void runs_are_paged_from_the_newest_on() throws Exception {
        var id = code("exports.Run = engine => engine.params.get('n')");
        for (int n = 1; n <= 3; n++) {
            get("/action/endpoint/%s?n=%d".formatted(id, n));
        }
        var page = get("/coderun?limit=2&code_id=" + id);
        assertThat(JSON.readTree(page.body()))
                .extracting(run -> run.path("result").asText())
                .containsExactly("3", "2");
        var next = page.headers().firstValue("Link").orElseThrow().replaceFirst("<(.*)>.*", "$1");
        assertThat(getJson(next)).extracting(run -> run.path("result").asText()).containsExactly("1");
    }

    @Test
    void lines_are_in_the_partition_of_their_day_and_old_runs_and_lines_go() throws Exception {
        var id = code("exports.Run = engine => console.log('said')");
        get("/action/endpoint/" + id);
        assertThat(partitions(id)).containsExactly(today());
        get("/action/endpoint/" + id);
        var runs = getJson("/coderun?code_id=" + id);
        var old = runs.path(1).path("id").asText();
        jdbc.sql("UPDATE caravana.action_run SET created_at = now() - interval '31 days' WHERE id = CAST(? AS uuid)")
                .param(old)
                .update();
        jdbc.sql("UPDATE caravana.action_log SET created_at = now() - interval '31 days' WHERE run = CAST(? AS uuid)")
                .param(old)
                .update();
        assertThat(partitions(id)).containsExactlyInAnyOrder(today(), "action_log_other");
        retention.cleanUp();
        assertThat(partitions(id)).containsExactly(today());
        assertThat(getJson("/coderun?code_id=" + id)).containsExactly(runs.path(0));
    }

    @Test
    void a_day_that_had_no_partition_gets_one_with_the_lines_that_it_has() throws Exception {
        var id = code("exports.Run = engine => console.log('said')");
        jdbc.sql("DROP TABLE caravana." + today()).update();
        get("/action/endpoint/" + id);
        assertThat(partitions(id)).containsExactly("action_log_other");
        var log = getJson("/codelog?code_id=" + id);
        retention.cleanUp();
        assertThat(partitions(id)).containsExactly(today());
        assertThat(getJson("/codelog?code_id=" + id)).isEqualTo(log);
        get("/action/endpoint/" + id);
        assertThat(partitions(id)).containsExactly(today(), today());
    }

    @Test
    void a_project_goes_with_all_that_it_has() throws Exception {
        var id = code("exports.Run = engine => 1");
        get("/action/endpoint/" + id);
        json(200, send(request("/project/" + project).DELETE()));
        assertThat(get("/code/" + id).statusCode()).isEqualTo(404);
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.action_run WHERE code = CAST(? AS uuid)")
                        .param(id)
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private static String today() {
        return "action_log_" + LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.BASIC_ISO_DATE);
    }

    /** The partition of each line that a code has logged. */
    private List<String> partitions(String code) {
        return jdbc.sql("SELECT relname FROM caravana.action_log AS l JOIN pg_class ON pg_class.oid = l.tableoid"
                        + " WHERE code = CAST(? AS uuid)")
                .param(code)
                .query(String.class)
                .list();
    }

    private String code(String source) throws Exception {
        return json(201, text("POST", parameters("endpoint", "javascript"), source))
                .path("id")
                .asText();
    }

    private String parameters(String type, String language) {
        return "/code?project_uuid=%s&name=test&type=%s&language=%s".formatted(project, type, language);
    }

    private HttpResponse<String> text(String method, String path, String body) throws Exception {
        return send(request(path).header("Content-Type", "text/plain").method(method, BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> json(String method, String path, String body) throws Exception {
        return send(
                request(path).header("Content-Type", "application/json").method(method, BodyPublishers.ofString(body)));
    }

    private static JsonNode json(int status, HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }
}
