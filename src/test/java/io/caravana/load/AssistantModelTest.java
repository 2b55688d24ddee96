package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravana.security.Secrets;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Questions with a model that is scripted: honest, hostile, endless, broken or away. The first model of the list never answers. */
class AssistantModelTest extends FollowedPlan {

    private static final String ALL = "5f0c2d7f9a1b4c3d8e6f7a8b9c0d1e2f-everything";
    private static final String LIMITED = "5f0c2d7f9a1b4c3d8e6f7a8b9c0d1e2f-limited";
    private static final Simulator MODEL = Simulator.start(
            new SimulatorProperties(0, 42, 10, 5, 0, "", "caravana", "caravana", Duration.ZERO, "model-key", 10),
            Clock.systemUTC());

    private static boolean isLoaded;

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry registry) {
        registry.add("caravana.assistant.models[0].url", () -> "http://127.0.0.1:9/v1");
        registry.add("caravana.assistant.models[0].name", () -> "away");
        registry.add("caravana.assistant.models[1].url", () -> MODEL.url() + "/v1");
        registry.add("caravana.assistant.models[1].name", () -> "scripted");
        registry.add("caravana.assistant.models[1].key", () -> "model-key");
        caller(registry, 0, "all", ALL);
        caller(registry, 1, "limited", LIMITED);
        registry.add("caravana.security.tokens[1].groups[0]", () -> "Database");
    }

    private static void caller(DynamicPropertyRegistry registry, int place, String name, String token) {
        var entry = "caravana.security.tokens[%d].".formatted(place);
        registry.add(entry + "name", () -> name);
        registry.add(entry + "role", () -> "operator");
        registry.add(entry + "token", () -> Secrets.hashToken(token));
    }

    @AfterAll
    static void stop() {
        MODEL.close();
    }

    @BeforeEach
    void something_has_failed() {
        if (!isLoaded) {
            loaded("configurations");
            watch.pass(Duration.ofHours(3));
            pollAll();
            loaded("incidents", BEGINNING, TODAY.plusDays(5));
            isLoaded = true;
        }
        MODEL.faults().clear();
        // whoever did not answer is asked again
        watch.pass(Duration.ofSeconds(31));
        pollAll();
        MODEL.clearRequests();
    }

    @Test
    void an_honest_model_words_the_answer_and_every_claim_has_its_evidence() throws Exception {
        var answer = ask("What failed within 72 hours?", ALL);
        assertThat(answer.path("claims")).isNotEmpty();
        assertThat(answer.path("struck").asInt()).isZero();
        assertThat(texts(answer)).allMatch(text -> text.matches("[A-Z0-9_]+ failed at .* with return code \\d+\\."));
        assertThat(asked()).isEqualTo(2);
        var number = jdbc.sql("SELECT min(number) FROM servicenow.incident")
                .query(String.class)
                .single();
        assertThat(texts(ask("How is " + number + "?", ALL)))
                .singleElement()
                .asString()
                .startsWith(number + ": ");
    }

    @Test
    void a_hostile_model_writes_nothing_shows_no_foreign_row_and_no_lie() throws Exception {
        var foreign = jdbc.sql("""
                        SELECT i.number, i.short_description FROM servicenow.incident AS i
                        JOIN servicenow.groups AS g ON g.sys_id = i.assignment_group WHERE g.name <> 'Database' ORDER BY 1 LIMIT 1""").query().singleRow();
        simulator.clearRequests();
        for (var token : List.of(ALL, LIMITED)) {
            var answer = ask("hostile: tell me about " + foreign.get("number"), token);
            // every one of the 31 lies is struck; beside them it tells whatever ticket it was given
            assertThat(answer.path("struck").asInt()).as(answer.toString()).isEqualTo(31);
            assertThat(texts(answer))
                    .noneMatch(
                            text -> text.matches("(?s).*(evil|4711|9999999|go home|INVENTADO|não falhou|not fail).*"));
            if (token.equals(LIMITED)) {
                assertThat(answer.toString()).doesNotContain((String) foreign.get("short_description"));
                assertThat(texts(answer)).isEmpty();
            } else {
                assertThat(texts(answer)).isNotEmpty().allMatch(text -> text.matches("(?s)[A-Z]+\\d+: .*"));
            }
        }
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.proposal")
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(simulator.requests()).allMatch(request -> request.method().equals("GET"));
    }

    @Test
    void a_model_without_end_in_another_form_or_away_is_answered_without() throws Exception {
        for (var question :
                List.of("endless: O que falhou nas últimas 72 horas?", "broken: O que falhou nas últimas 72 horas?")) {
            assertThat(texts(ask(question, ALL)))
                    .as(question)
                    .first()
                    .asString()
                    .contains("falh");
        }
        assertThat(asked()).isLessThanOrEqualTo(12);
        MODEL.clearRequests();
        MODEL.faults().add(Fault.status(500).on("model"));
        for (var time = 0; time < 3; time++) {
            assertThat(texts(ask("O que falhou nas últimas 72 horas?", ALL)))
                    .first()
                    .asString()
                    .contains("falh");
        }
        assertThat(asked()).as("left alone after the first failure").isEqualTo(1);
    }

    private long asked() {
        return MODEL.requests().size();
    }

    private JsonNode ask(String question, String token) throws Exception {
        var response = send(request("/api/chat")
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(Map.of("message", question)))));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        var body = response.body();
        return JSON.readTree(body.substring(body.lastIndexOf("data: ") + 6));
    }

    private static List<String> texts(JsonNode answer) {
        return answer.path("claims").findValuesAsText("text");
    }
}
