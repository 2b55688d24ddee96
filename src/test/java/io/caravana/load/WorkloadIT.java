package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.console.Chromium;
import io.caravana.security.Secrets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The pages of the workload engine and of the assistant in a browser. */
class WorkloadIT extends FollowedPlan {

    private static final String ANA = "5f0c2d7f9a1b4c3d8e6f7a8b9c0d1e2f-ana";
    private static final String BRUNO = "5f0c2d7f9a1b4c3d8e6f7a8b9c0d1e2f-bruno";
    private static final Path PICTURES = Path.of("target/pictures");

    private static Chromium chromium;
    private static List<String> errors;

    @LocalServerPort
    private int port;

    private String job;

    @DynamicPropertySource
    static void operators(DynamicPropertyRegistry registry) {
        operator(registry, 0, "ana", ANA);
        operator(registry, 1, "bruno", BRUNO);
    }

    private static void operator(DynamicPropertyRegistry registry, int place, String name, String token) {
        var entry = "caravana.security.tokens[%d].".formatted(place);
        registry.add(entry + "name", () -> name);
        registry.add(entry + "role", () -> "operator");
        registry.add(entry + "token", () -> Secrets.hashToken(token));
    }

    @BeforeAll
    static void start() throws Exception {
        chromium = Chromium.start(1440, 900);
        errors = chromium.errors();
    }

    @AfterAll
    static void stop() throws Exception {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void a_job_has_failed() {
        job = failedJob(null);
        chromium.look("light", 1440, 900);
        chromium.carry(ANA, "en");
        errors.clear();
    }

    @AfterEach
    void nothing_is_wrong_in_the_console() {
        assertThat(errors).isEmpty();
    }

    private void open(String path) {
        chromium.visit(port, path);
    }

    @Test
    void what_a_job_waits_for_is_said_in_words_and_by_name() {
        chromium.carry(ANA, "pt-BR");
        open("/jobs?state=waiting");
        chromium.await("document.querySelectorAll('.jobrows .why').length > 5");
        var why = chromium.ask("[...document.querySelectorAll('.jobrows .why')].map(one => one.textContent).join('|')")
                .asText();
        assertThat(why)
                .contains("Espera por")
                .containsPattern("um job do seu stream: [A-Z0-9_]+")
                .doesNotContain("INTERNAL", "EXTERNAL_JOB", "PROMPT");
    }

    @Test
    void a_question_is_answered_with_evidence_that_unfolds() {
        open("/assistant");
        chromium.ask("document.querySelector('#ask [name=message]').focus()");
        chromium.ask("document.querySelector('#ask [name=message]').value = 'What failed within 72 hours?'");
        chromium.press("Enter");
        chromium.await("document.querySelectorAll('.turn .claims li').length > 1");
        chromium.ask("document.querySelector('.turn summary').click()");
        chromium.await("document.querySelector('.turn .evidence').offsetHeight > 0");
        assertThat(chromium.ask("document.querySelector('.turn .claims .cite').getAttribute('href')")
                        .asText())
                .startsWith("/job/");
    }

    @Test
    void a_rerun_that_one_operator_proposes_another_approves_by_buttons() {
        simulator.clearRequests();
        open("/job/" + job);
        chromium.ask("document.querySelector('[name=action]').value = 'rerun';"
                + " document.querySelector('[name=ticket]').value = 'INC0010001';"
                + " document.querySelector('[name=reason]').value = 'disk enlarged';"
                + " document.querySelector('form[hx-post$=propose] button').click()");
        chromium.await("document.querySelector('#proposed').textContent.length > 5");
        open("/jobs");
        chromium.await("document.body.textContent.includes('disk enlarged')");
        assertThat(chromium.ask("document.querySelectorAll('[hx-post*=approve]').length")
                        .asInt())
                .as("nobody approves their own")
                .isZero();
        chromium.carry(BRUNO, "en");
        open("/jobs");
        chromium.await("document.querySelectorAll('[hx-post*=approve]').length == 1");
        chromium.ask("document.querySelector('[hx-post*=approve]').click()");
        chromium.await("document.querySelectorAll('[hx-post*=approve]').length == 0");
        assertThat(jdbc.sql("SELECT state, decided_by FROM caravana.proposal")
                        .query()
                        .singleRow())
                .containsEntry("state", "done")
                .containsEntry("decided_by", "bruno");
        assertThat(simulator.justifications(job))
                .last()
                .asString()
                .contains("rerun", "approved by bruno: disk enlarged", "INC0010001");
    }

    @Test
    void the_pages_keep_nobody_out() throws Exception {
        for (var path : List.of("/jobs", "/job/" + job, "/assistant?q=What+failed+within+72+hours%3F")) {
            for (var theme : List.of("light", "dark")) {
                for (var width : List.of(1440, 390)) {
                    chromium.look(theme, width, 900);
                    open(path);
                    if (path.startsWith("/assistant")) {
                        chromium.await("document.querySelectorAll('.turn .claims li').length > 1");
                        chromium.ask("document.querySelector('.turn summary').click()");
                    }
                    if (Boolean.getBoolean("update.pictures")) {
                        Files.createDirectories(PICTURES);
                        Files.write(
                                PICTURES.resolve("%s-%s-%d.png".formatted(path.split("[/?]")[1], theme, width)),
                                chromium.picture(0, 0, width, 1400, 1));
                    }
                    chromium.assertKeepsNobodyOut("%s, %s, %d".formatted(path, theme, width));
                }
            }
        }
    }
}
