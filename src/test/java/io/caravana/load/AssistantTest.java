package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Questions to the assistant without a model: what it says is in the evidence, and what is not there is not said. */
class AssistantTest extends FollowedPlan {

    private static final Pattern EVENT = Pattern.compile("id: \\d+\nevent: (\\w+)\ndata: (.*)\n\n");
    private static boolean isLoaded;

    @BeforeEach
    void something_has_failed() {
        if (!isLoaded) {
            loaded("configurations");
            watch.pass(Duration.ofHours(3));
            pollAll();
            loaded("incidents", BEGINNING, TODAY.plusDays(5));
            // the incidents of the simulator's failures are younger than this machine's time
            jdbc.sql("UPDATE servicenow.incident SET opened_at = least(opened_at, now()), etl_fingerprint = NULL")
                    .update();
            jdbc.sql("DELETE FROM workload.link_place").update();
            isLoaded = true;
        }
        pollAll();
    }

    @Test
    void what_failed_is_told_with_its_runs_and_tickets_in_both_languages() throws Exception {
        var failed = jdbc.sql("SELECT name FROM workload.job_run WHERE state = 'failed'")
                .query(String.class)
                .list();
        assertThat(failed).isNotEmpty();
        var portuguese = ask("O que falhou nas últimas 72 horas?");
        var english = ask("What failed within 72 hours?");
        assertThat(texts(portuguese))
                .first()
                .asString()
                .matches("\\d+ (execução falhou|execuções falharam)(, e mais; as últimas)?:");
        assertThat(texts(english)).first().asString().matches("\\d+ runs? failed(, and more; the latest)?:");
        assertThat(texts(english)).anyMatch(text -> failed.stream().anyMatch(name -> text.startsWith(name + " (")));
        assertThat(portuguese.path("struck").asInt()).isZero();
        assertThat(english.path("struck").asInt()).isZero();
    }

    @Test
    void every_claim_has_evidence_whose_hash_is_right() throws Exception {
        var answer = ask("What failed within 72 hours?");
        var evidence = new java.util.HashMap<String, JsonNode>();
        answer.path("evidence").forEach(one -> evidence.put(one.path("id").asText(), one));
        assertThat(answer.path("claims")).isNotEmpty().allSatisfy(claim -> {
            assertThat(claim.path("evidence")).isNotEmpty();
            claim.path("evidence").forEach(id -> assertThat(evidence).containsKey(id.asText()));
        });
        for (var one : evidence.values()) {
            var digest = MessageDigest.getInstance("SHA-256")
                    .digest(one.path("excerpt").asText().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertThat(one.path("sha256").asText()).isEqualTo(HexFormat.of().formatHex(digest));
            assertThat(one.path("excerpt").asText().length()).isLessThan(8_001);
        }
    }

    @Test
    void a_ticket_a_job_its_neighbours_and_its_log_are_told_when_asked_for() throws Exception {
        var number = jdbc.sql(
                        "SELECT number FROM servicenow.incident WHERE state IN (6, 7) AND close_notes IS NOT NULL ORDER BY number LIMIT 1")
                .query(String.class)
                .single();
        assertThat(texts(ask("Como está o " + number + "?"))).anyMatch(text -> text.startsWith(number + ": "));

        var name = jdbc.sql(
                        "SELECT name FROM workload.job WHERE gone_at IS NULL AND state = 'done' AND name LIKE '%CARREGA' ORDER BY name LIMIT 1")
                .query(String.class)
                .single();
        assertThat(texts(ask("Por que " + name + " está parado?")))
                .anyMatch(text -> text.contains(name) && text.contains("concluído"));
        assertThat(texts(ask("What depends on " + name + "?")))
                .anyMatch(text -> text.contains("comes before it"))
                .anyMatch(text -> text.contains("comes after it"));
        var log = ask("Show the log of " + name);
        assertThat(texts(log))
                .singleElement()
                .asString()
                .contains("Exit Status")
                .contains(name);
        assertThat(log.toString()).doesNotContain("Segredo");
    }

    @Test
    void a_group_an_sla_and_a_runbook_are_found() throws Exception {
        assertThat(texts(ask("Quantos chamados abertos por grupo?"))).allMatch(text -> text.contains("abertos: "));
        var slas = ask("Which SLAs run out within 72 hours?");
        assertThat(slas.path("claims").size() + slas.path("not_found").size()).isPositive();
        assertThat(texts(ask("Como reiniciar um job que falhou?"))).anyMatch(text -> text.contains("rerun"));
    }

    @Test
    void nothing_found_is_said_to_be_nothing_found() throws Exception {
        for (var question : List.of(
                "Como está o INC9999999?",
                "Why does NADA_EXISTE wait?",
                "Show the log of NADA_EXISTE",
                "xyzzy qwertzuiop asdfgh")) {
            var answer = ask(question);
            assertThat(answer.path("claims")).as(question).isEmpty();
            assertThat(answer.path("not_found")).as(question).isNotEmpty();
        }
        var nothing = ask("Why does NADA_EXISTE wait?");
        assertThat(nothing.path("not_found").path(0).asText()).isEqualTo("I found no job NADA_EXISTE.");
    }

    @Test
    void what_cannot_be_looked_at_is_told_apart_from_what_is_not_there() throws Exception {
        var name = jdbc.sql(
                        "SELECT name FROM workload.job WHERE gone_at IS NULL AND run_id IS NOT NULL AND ended_at IS NOT NULL LIMIT 1")
                .query(String.class)
                .single();
        simulator.faults().add(io.caravana.simulator.Fault.status(500).on("workload"));
        var answer = ask("Show the log of " + name);
        assertThat(answer.path("claims")).isEmpty();
        assertThat(answer.path("not_found").path(0).asText()).startsWith("I could not look (job_log_tail): ");
    }

    @Test
    void an_answer_comes_as_events_and_stays_in_the_conversation() throws Exception {
        var first = chat("{\"agent_id\": \"operations\", \"message\": \"Which jobs are late?\"}");
        assertThat(first.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        var events = events(first.body());
        assertThat(events)
                .extracting(Map.Entry::getKey)
                .startsWith("call")
                .contains("conversation")
                .endsWith("answer");
        var id = events.stream()
                .filter(event -> event.getKey().equals("conversation"))
                .findFirst()
                .orElseThrow()
                .getValue()
                .path("conversation_id")
                .asText();
        chat("{\"message\": \"And which are running?\", \"conversation_id\": \"%s\"}".formatted(id));
        assertThat(getJson("/api/chat/conversations/" + id)).hasSize(2);
        assertThat(getJson("/api/chat/conversations?q=late").findValuesAsText("id"))
                .contains(id);
        assertThat(send(request("/api/chat/conversations/" + id).DELETE()).statusCode())
                .isEqualTo(204);
        assertThat(get("/api/chat/conversations/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void a_question_that_cannot_be_one_is_refused() throws Exception {
        assertThat(chat("{\"message\": \"\"}").statusCode()).isEqualTo(400);
        assertThat(chat("{\"message\": \"x\", \"agent_id\": \"nobody\"}").statusCode())
                .isEqualTo(400);
        assertThat(chat("{\"message\": \"x\", \"conversation_id\": \"0c2f3f3a-0000-4000-8000-000000000000\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(chat("no json").statusCode()).isEqualTo(400);
        assertThat(chat("{\"message\": \"%s\"}".formatted("x".repeat(3_000))).statusCode())
                .isEqualTo(400);
    }

    @Test
    void an_agent_is_configuration_that_takes_effect_at_once() throws Exception {
        var put = request("/api/agents/slas")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"description\": \"SLAs alone\", \"tools\": [\"sla_at_risk\"]}"));
        assertThat(send(put).statusCode()).isEqualTo(200);
        var answer = answer(chat("{\"agent_id\": \"slas\", \"message\": \"What failed tonight?\"}"));
        assertThat(answer.path("claims")).isEmpty();
        assertThat(answer.path("not_found").path(0).asText()).isEqualTo("I may not use find_jobs here.");
        assertThat(send(request("/api/agents/slas").DELETE()).statusCode()).isEqualTo(204);
    }

    @Test
    void the_page_asks_and_shows_sources() throws Exception {
        var kept = getJson("/api/chat/conversations?q=within+72+hours").size();
        var page = get("/assistant?q=What+failed+within+72+hours%3F");
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        assertThat(page.body())
                .contains("value=\"What failed within 72 hours?\"", "hx-trigger=\"load\"")
                .doesNotContain(" style=", "??");
        assertThat(getJson("/api/chat/conversations?q=within+72+hours").size())
                .as("looking writes nothing")
                .isEqualTo(kept);
        var asked = send(form(page)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("message=Quais+jobs+est%C3%A3o+atrasados%3F")));
        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(200);
        assertThat(asked.body()).contains("Quais jobs estão atrasados?").doesNotContain("<html");
        var failures = send(form(page)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("message=What+failed+within+72+hours%3F")));
        assertThat(failures.body()).contains("class=\"cite\"", "/job/");
    }

    /** As a page sends a form: with the token that came with it. */
    private java.net.http.HttpRequest.Builder form(HttpResponse<String> page) {
        var cookie = page.headers().allValues("Set-Cookie").stream()
                .filter(one -> one.startsWith("XSRF-TOKEN="))
                .findFirst()
                .orElseThrow()
                .split(";")[0];
        return request("/htmx/assistant/ask")
                .header("Cookie", cookie)
                .header("X-XSRF-TOKEN", cookie.substring("XSRF-TOKEN=".length()));
    }

    private JsonNode ask(String question) throws Exception {
        return answer(chat(JSON.writeValueAsString(Map.of("message", question))));
    }

    private JsonNode answer(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        var events = events(response.body());
        return events.get(events.size() - 1).getValue();
    }

    private HttpResponse<String> chat(String body) throws Exception {
        return send(
                request("/api/chat").header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private static List<Map.Entry<String, JsonNode>> events(String body) throws Exception {
        var events = new ArrayList<Map.Entry<String, JsonNode>>();
        for (var matcher = EVENT.matcher(body); matcher.find(); ) {
            events.add(Map.entry(matcher.group(1), JSON.readTree(matcher.group(2))));
        }
        return events;
    }

    private static List<String> texts(JsonNode answer) {
        return answer.path("claims").findValuesAsText("text");
    }
}
