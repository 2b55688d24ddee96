package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** Codes that run on change events, what they ask for, and what they may ask. */
@TestPropertySource(
        properties = {
            "caravana.actions.javascript=quickjs",
            "caravana.actions.private-hosts=localhost",
            "caravana.actions.retries=20ms,40ms",
            "caravana.actions.secret-key=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
        })
class ActionEventsTest extends ChangesTest {

    private record Received(String method, String path, String authorization, String key, String body) {}

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private HttpServer receiver;
    private String project;

    @BeforeEach
    void project() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", this::receive);
        receiver.start();
        project = json(201, json("POST", "/project", "{\"name\": \"Events\"}"))
                .path("uuid")
                .asText();
        json(200, json("PUT", "/project/%s/hosts".formatted(project), "{\"hosts\": [\"localhost\"]}"));
    }

    @AfterEach
    void stop() throws Exception {
        send(request("/project/" + project).DELETE());
        receiver.stop(0);
    }

    private void receive(HttpExchange call) throws IOException {
        var headers = call.getRequestHeaders();
        received.add(new Received(
                call.getRequestMethod(),
                call.getRequestURI().getPath(),
                headers.getFirst("Authorization"),
                headers.getFirst("Idempotency-Key"),
                new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        var isAway = call.getRequestURI().getPath().equals("/away");
        if (isAway) {
            call.getResponseHeaders()
                    .add("Location", "http://127.0.0.1:" + receiver.getAddress().getPort() + "/");
        }
        var answer = "heard".getBytes(StandardCharsets.UTF_8);
        call.sendResponseHeaders(isAway ? 302 : 200, answer.length);
        call.getResponseBody().write(answer);
        call.close();
    }

    @Test
    void a_code_runs_once_on_each_event_that_fits_however_often_it_is_delivered() throws Exception {
        var id = code(
                "exports.Run = e => e.event.sys_id + ' ' + e.event.changes.short_description[1] + ' ' + e.run.idempotency_key");
        var subscription =
                subscribe(id, "{\"events\": [\"incident:*\"], \"condition\": {\"short_description\": [\"yes\"]}}");
        describe("a", "no");
        describe("a", "yes");
        change("sc_task", "b", "updated", "{\"short_description\": [\"x\", \"yes\"]}");
        describe("c", "yes");
        awaitRuns(id, 2);
        var group = "action." + subscription;
        assertThat(groups.replay(group, java.time.OffsetDateTime.now().minusMinutes(5)))
                .isTrue();
        await().until(() -> state(group).pending() == 0 && state(group).lagSeconds() == 0);
        assertThat(runs(id)).hasSize(2).allSatisfy(run -> {
            assertThat(run.path("cause").asText()).isEqualTo("event");
            assertThat(run.path("result").asText())
                    .isIn(
                            "a yes %s:%s"
                                    .formatted(subscription, run.path("event").asText()),
                            "c yes %s:%s"
                                    .formatted(subscription, run.path("event").asText()));
        });
    }

    @Test
    void a_run_that_fails_is_tried_again_and_then_kept_and_a_replay_has_its_key() throws Exception {
        var id = code("exports.Run = e => { throw new Error(e.run.attempt + ' ' + e.run.idempotency_key) }");
        var subscription = subscribe(id, "{\"events\": [\"incident:*\"]}");
        describe("a", "x");
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            var run = runs(id).path(0);
            return run.path("status").asText().equals("failed")
                    && run.path("attempt").asInt() == 3;
        });
        var failed = runs(id).path(0);
        var key = subscription + ":" + failed.path("event").asText();
        assertThat(failed.path("result").asText()).isEqualTo("Error: 3 " + key);
        send(text("PATCH", "/code/" + id, "exports.Run = e => 'mended ' + e.run.idempotency_key"));
        json(202, post("/coderun/%s/replay".formatted(failed.path("id").asText())));
        awaitRuns(id, 2);
        assertThat(runs(id).path(0).path("cause").asText()).isEqualTo("replay");
        assertThat(runs(id).path(0).path("result").asText()).isEqualTo("mended " + key);
        var event = failed.path("event").asText();
        assertThat(json(202, post("/code/%s/replay?from=%s&to=%s".formatted(id, event, event)))
                        .path("queued")
                        .asInt())
                .isEqualTo(1);
        awaitRuns(id, 3);
    }

    @Test
    void what_a_run_asks_for_is_done_once_after_its_success_and_a_dry_run_only_shows_it() throws Exception {
        var url = address() + "/hook";
        var id = code("""
                exports.Run = e => {
                  e.effects.add('webhook', {url: '%s', body: {of: e.event.sys_id}});
                  e.effects.add('note', {table: 'incident', sys_id: e.event.sys_id, text: 'seen'});
                }""".formatted(url));
        subscribe(id, "{\"events\": [\"incident:*\"]}");
        describe("a", "x");
        await().atMost(Duration.ofSeconds(20)).until(() -> received.size() == 1);
        assertThat(received.get(0).body).isEqualTo("{\"of\":\"a\"}");
        assertThat(received.get(0).key).startsWith(runs(id).path(0).path("id").asText());
        await().until(() -> effects("done").size() == 1);
        assertThat(effects("proposed")).hasSize(1);
        var event = runs(id).path(0).path("event").asText();
        var dry = json(200, post("/code/%s/test?event=%s".formatted(id, event))).path("result");
        assertThat(dry.at("/extra/effects/0/options/url").asText()).isEqualTo(url);
        assertThat(effects("due")).isEmpty();
        assertThat(received).hasSize(1);
        assertThat(post("/code/%s/test?event=1-1".formatted(id)).statusCode()).isEqualTo(404);
    }

    @Test
    void an_effect_that_is_none_is_a_bad_result() throws Exception {
        var id = code("exports.Run = e => e.effects.add('reboot', {})");
        assertThat(JSON.readTree(get("/action/endpoint/" + id).body())
                        .path("detail")
                        .asText())
                .startsWith("there is no effect 'reboot'");
    }

    @Test
    void a_program_asks_only_hosts_that_its_project_allows_and_its_secrets_are_shown_to_nobody() throws Exception {
        json(
                200,
                send(request("/project/%s/secret/TOKEN".formatted(project))
                        .PUT(BodyPublishers.ofString("very-secret-value"))));
        assertThat(get("/project/%s/secret".formatted(project)).body())
                .contains("TOKEN")
                .doesNotContain("very-secret");
        var id = code("""
                exports.Run = async e => {
                  e.log.info('it is ' + e.secrets.get('TOKEN'));
                  const answer = await e.http.request('POST', '%1$s/in', {headers: {Authorization: 'Bearer {{secret.TOKEN}}'}, body: 'b'});
                  const refused = [];
                  for (const url of ['%1$s/away', 'http://127.0.0.1:%2$d/', 'https://example.com/', 'https://user@localhost/']) {
                    try { await e.http.request('GET', url); refused.push('answered') } catch (error) { refused.push(error.message) }
                  }
                  return {status: answer.status, body: [answer.body, ...refused].join('|')};
                }""".formatted(address(), receiver.getAddress().getPort()));
        var answer = get("/action/endpoint/" + id).body().split("\\|");
        assertThat(answer[0]).isEqualTo("heard");
        assertThat(answer).hasSize(5).doesNotContain("answered");
        assertThat(answer[3]).isEqualTo("HTTP: the host 'example.com' is none that the project allows");
        assertThat(received).extracting(Received::path).containsExactly("/in", "/away");
        assertThat(received.get(0).authorization).isEqualTo("Bearer very-secret-value");
        assertThat(getJson("/codelog?code_id=" + id).at("/data/0/content").asText())
                .isEqualTo("it is •••");
        assertThat(jdbc.sql("SELECT encode(sealed, 'escape') FROM caravana.action_secret")
                        .query(String.class)
                        .single())
                .doesNotContain("very-secret");
    }

    @Test
    void a_name_that_is_allowed_may_not_have_a_private_address() throws Exception {
        json(200, json("PUT", "/project/%s/hosts".formatted(project), "{\"hosts\": [\"*.localhost\", \"127.0.0.1\"]}"));
        var id = code("""
                exports.Run = async e => {
                  const refused = [];
                  for (const url of ['https://127.0.0.1/', 'https://a.localhost/']) {
                    try { await e.http.request('GET', url) } catch (error) { refused.push(error.message) }
                  }
                  return refused.join('|');
                }""");
        assertThat(get("/action/endpoint/" + id).body().split("\\|"))
                .hasSize(2)
                .allMatch(message -> message.contains("not public")
                        || message.contains("not known")
                        || message.contains("a.localhost"));
    }

    @Test
    void a_project_with_many_runs_delays_no_other() throws Exception {
        var busy = code("exports.Run = e => 'busy'");
        jdbc.sql("""
                        WITH run AS (
                          INSERT INTO caravana.action_run (id, code, project, version, cause, status, event_data)
                          SELECT gen_random_uuid(), id, project, 1, 'replay', 'queued', '{}' FROM caravana.action_code, generate_series(1, 3000)
                          WHERE id = CAST(? AS uuid) RETURNING id, project
                        ), lane AS (INSERT INTO caravana.action_lane (project) SELECT DISTINCT project FROM run)
                        INSERT INTO caravana.action_queue SELECT id, project, clock_timestamp() - interval '1 hour' FROM run""").param(busy).update();
        await().until(() -> completed(busy) > 0);
        var other = json(201, json("POST", "/project", "{\"name\": \"Other\"}"))
                .path("uuid")
                .asText();
        var id = json(201, send(text("POST", parameters(other), "exports.Run = e => 'other'")))
                .path("id")
                .asText();
        subscribe(id, "{\"events\": [\"incident:*\"]}");
        describe("a", "x");
        awaitRuns(id, 1);
        assertThat(completed(busy)).isLessThan(3000);
        send(request("/project/" + other).DELETE());
    }

    @Test
    void a_run_whose_worker_has_gone_comes_again_if_it_was_on_an_event() throws Exception {
        var id = code("exports.Run = e => 'again'");
        for (var data : new String[] {"NULL", "'{}'"}) {
            jdbc.sql("""
                            INSERT INTO caravana.action_run (id, code, project, version, cause, status, owner, event_data)
                            SELECT gen_random_uuid(), id, project, 1, CASE WHEN %1$s IS NULL THEN 'call' ELSE 'replay' END, 'started', 4711, %1$s
                            FROM caravana.action_code WHERE id = CAST(? AS uuid)""".formatted(data.equals("NULL") ? "CAST(NULL AS jsonb)" : "CAST('{}' AS jsonb)"))
                    .param(id)
                    .update();
        }
        jdbc.sql("INSERT INTO caravana.action_lane (project) VALUES (CAST(? AS uuid)) ON CONFLICT DO NOTHING")
                .param(project)
                .update();
        await().atMost(Duration.ofSeconds(40)).until(() -> completed(id) == 1);
        assertThat(runs(id))
                .extracting(run ->
                        run.path("cause").asText() + " " + run.path("status").asText())
                .containsExactlyInAnyOrder("call failed", "replay completed");
    }

    private long completed(String code) {
        return jdbc.sql("SELECT count(*) FROM caravana.action_run WHERE code = ? AND status = 'completed'")
                .param(UUID.fromString(code))
                .query(Long.class)
                .single();
    }

    private JsonNode effects(String status) throws Exception {
        return getJson("/project/%s/effect?status=%s".formatted(project, status));
    }

    private JsonNode runs(String code) throws Exception {
        return getJson("/coderun?code_id=" + code);
    }

    private void awaitRuns(String code, int count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            var runs = runs(code);
            return runs.size() == count
                    && java.util.stream.StreamSupport.stream(runs.spliterator(), false)
                            .noneMatch(run -> List.of("queued", "started")
                                    .contains(run.path("status").asText()));
        });
    }

    private String subscribe(String code, String body) throws Exception {
        return json(201, json("POST", "/code/%s/subscription".formatted(code), body))
                .path("id")
                .asText();
    }

    private String address() {
        return "http://localhost:" + receiver.getAddress().getPort();
    }

    private static String parameters(String project) {
        return "/code?project_uuid=%s&name=test&type=endpoint&language=javascript".formatted(project);
    }

    private String code(String source) throws Exception {
        return json(201, send(text("POST", parameters(project), source)))
                .path("id")
                .asText();
    }

    private java.net.http.HttpRequest.Builder text(String method, String path, String body) {
        return request(path).header("Content-Type", "text/plain").method(method, BodyPublishers.ofString(body));
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
