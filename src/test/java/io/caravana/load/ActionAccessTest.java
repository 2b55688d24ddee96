package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.console.Browser;
import io.caravana.security.Secrets;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

/** What each call of the API of actions answers to whom. All but the administrator have Caravana's least role. */
@TestPropertySource(
        properties = {
            "caravana.actions.javascript=quickjs",
            "caravana.actions.secret-key=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
        })
class ActionAccessTest extends LoadTest {

    private static final List<String> CALLERS =
            List.of("nobody", "stranger", "viewer", "contributor", "moderator", "admin");

    private String project;
    private String code;
    private String run;

    @DynamicPropertySource
    static void callers(DynamicPropertyRegistry registry) {
        for (int place = 1; place < CALLERS.size(); place++) {
            var name = CALLERS.get(place);
            var entry = "caravana.security.tokens[%d].".formatted(place - 1);
            registry.add(entry + "name", () -> name + "@example.com");
            registry.add(entry + "role", () -> name.equals("admin") ? "admin" : "viewer");
            registry.add(entry + "token", () -> Secrets.hashToken(token(name)));
        }
    }

    private static String token(String name) {
        return "5f0c2d7f9a1b4c3d8e6f7a8b9c0d1e2f-" + name;
    }

    @BeforeEach
    void project() throws Exception {
        project = JSON.readTree(call("moderator", "POST", "/project", "{\"name\": \"Access\"}")
                        .body())
                .path("uuid")
                .asText();
        for (var role : List.of(1, 2)) {
            assertThat(call(
                                    "moderator",
                                    "PUT",
                                    "/project/%s/permission/%s@Example.com".formatted(project, CALLERS.get(role + 1)),
                                    "{\"role\": %d}".formatted(role))
                            .statusCode())
                    .isEqualTo(200);
        }
        code = JSON.readTree(call(
                                "moderator",
                                "POST",
                                "/code?type=endpoint&language=javascript&name=x&project_uuid=" + project,
                                "exports.Run = e => 'ran'")
                        .body())
                .path("id")
                .asText();
        run = JSON.readTree(call("moderator", "POST", "/run/" + code, "").body())
                .at("/result/id")
                .asText();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    GET    /project/PROJECT                            |                          | 401 403 200 200 200 200
                    GET    /project/PROJECT/permission                 |                          | 401 403 200 200 200 200
                    GET    /code?project_uuid=PROJECT                  |                          | 401 403 200 200 200 200
                    GET    /code/CODE                                  |                          | 401 403 200 200 200 200
                    GET    /code/CODE/version                          |                          | 401 403 200 200 200 200
                    GET    /code/CODE/version/1                        |                          | 401 403 200 200 200 200
                    GET    /code/CODE/subscription                     |                          | 401 403 200 200 200 200
                    GET    /coderun?code_id=CODE                       |                          | 401 403 200 200 200 200
                    GET    /coderun/RUN                                |                          | 401 403 200 200 200 200
                    GET    /codelog?code_id=CODE                       |                          | 401 403 200 200 200 200
                    GET    /codelog?run_id=RUN                         |                          | 401 403 200 200 200 200
                    GET    /project/PROJECT/effect                     |                          | 401 403 200 200 200 200
                    GET    /action/endpoint/CODE                       |                          | 401 403 200 200 200 200
                    POST   /action/endpoint/CODE                       | x                        | 401 403 200 200 200 200
                    GET    /project/PROJECT/secret                     |                          | 401 403 403 200 200 200
                    POST   /run/CODE                                   | x                        | 401 403 403 200 200 200
                    POST   /code/CODE/test                             | x                        | 401 403 403 200 200 200
                    POST   /code/CODE/version                          | exports.Run = e => 2     | 401 403 403 201 201 201
                    PUT    /code/CODE/alias/live                       | {"version": 1}           | 401 403 403 200 200 200
                    PATCH  /code/CODE?name=y                           | x                        | 401 403 403 200 200 200
                    PATCH  /admin/code/CODE?name=y                     | x                        | 401 403 403 200 200 200
                    POST   /code?type=flow&language=javascript&name=z&project_uuid=PROJECT | x    | 401 403 403 201 201 201
                    POST   /code/CODE/subscription                     | {"events": ["sla:none"]} | 401 403 403 201 201 201
                    POST   /code/CODE/replay?from=1-1&to=1-1           |                          | 401 403 403 202 202 202
                    POST   /coderun/RUN/replay                         |                          | 401 403 403 409 409 409
                    PATCH  /code/CODE?protected=false                  | x                        | 401 403 403 403 200 200
                    PUT    /project/PROJECT/hosts                      | {"hosts": []}            | 401 403 403 403 200 200
                    PUT    /project/PROJECT/secret/NAME                | x                        | 401 403 403 403 200 200
                    DELETE /project/PROJECT/secret/NONE                |                          | 401 403 403 403 404 404
                    PUT    /project/PROJECT/permission/a@b             | {"role": 1}              | 401 403 403 403 200 200
                    DELETE /project/PROJECT/permission/none            |                          | 401 403 403 403 404 404
                    GET    /project                                    |                          | 401 200 200 200 200 200
                    GET    /action/limits                              |                          | 401 200 200 200 200 200""")
    void a_call_is_answered_to_whom_it_may_be(String call, String body, String statuses) throws Exception {
        var parts = call.split(" +");
        var path = parts[1].replace("PROJECT", project).replace("CODE", code).replace("RUN", run);
        var expected = statuses.split(" ");
        for (int place = 0; place < CALLERS.size(); place++) {
            var answer = call(CALLERS.get(place), parts[0], path, body == null ? "" : body);
            assertThat(answer.statusCode())
                    .as("%s by %s: %s".formatted(call, CALLERS.get(place), answer.body()))
                    .isEqualTo(Integer.parseInt(expected[place]));
        }
    }

    @Test
    void only_moderators_and_administrators_forget_a_project() throws Exception {
        for (var caller : CALLERS.subList(0, 4)) {
            assertThat(call(caller, "DELETE", "/project/" + project, "").statusCode())
                    .isIn(401, 403);
        }
        assertThat(call("contributor", "DELETE", "/code/" + code, "").statusCode())
                .isEqualTo(200);
        assertThat(call("moderator", "DELETE", "/project/" + project, "").statusCode())
                .isEqualTo(200);
        assertThat(call("moderator", "GET", "/project/" + project, "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void a_list_of_projects_has_those_of_the_caller() throws Exception {
        assertThat(call("stranger", "GET", "/project", "").body()).isEqualTo("[]");
        assertThat(call("viewer", "GET", "/project", "").body()).contains(project);
        call("moderator", "DELETE", "/project/%s/permission/VIEWER@example.com".formatted(project), "");
        assertThat(call("viewer", "GET", "/project", "").body()).doesNotContain(project);
        assertThat(call("viewer", "GET", "/code/" + code, "").statusCode()).isEqualTo(403);
    }

    @Test
    void an_endpoint_that_is_not_protected_answers_everybody_and_a_code_sees_no_credentials() throws Exception {
        var headers = "exports.Run = e => e.header.keys().join()";
        assertThat(call("moderator", "PATCH", "/code/%s?protected=false".formatted(code), headers)
                        .statusCode())
                .isEqualTo(200);
        for (var caller : CALLERS) {
            var answer = call(caller, "GET", "/action/endpoint/" + code, "");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("host").doesNotContain("authorization", "cookie");
        }
    }

    @Test
    void a_code_that_is_called_too_often_is_refused_and_others_are_not() throws Exception {
        jdbc.sql(
                        "INSERT INTO caravana.action_rate (code, since, calls) VALUES (CAST(? AS uuid), clock_timestamp(), 598)"
                                + " ON CONFLICT (code) DO UPDATE SET since = EXCLUDED.since, calls = EXCLUDED.calls")
                .param(code)
                .update();
        var statuses = IntStream.range(0, 4)
                .mapToObj(n -> answer("/action/endpoint/" + code))
                .toList();
        assertThat(statuses).extracting(HttpResponse::statusCode).containsExactly(200, 200, 429, 429);
        assertThat(statuses.get(2).headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(1L, 60L);
        assertThat(statuses.get(2).body()).contains("\"failure\":\"rate_limited\"");
    }

    private HttpResponse<String> answer(String path) {
        try {
            return call("viewer", "GET", path, "");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> call(String caller, String method, String path, String body) throws Exception {
        var isJson = body.startsWith("{");
        var call = request(path)
                .header("Content-Type", isJson ? "application/json" : "text/plain")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        return send(caller.equals("nobody") ? call : call.headers(Browser.token(token(caller))));
    }
}
