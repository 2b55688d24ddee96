package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.console.Chromium;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** The page of actions in a browser, as somebody uses it who writes a code for the first time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestPropertySource(properties = "caravana.actions.javascript=quickjs")
class ActionsPageIT extends LoadTest {

    private Chromium chromium;
    private List<String> errors;

    @LocalServerPort
    private int port;

    @BeforeAll
    void start() throws Exception {
        chromium = Chromium.start(1440, 1000);
        errors = chromium.errors();
    }

    @AfterAll
    void stop() throws Exception {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void forget() throws Exception {
        for (var project : getJson("/project")) {
            send(request("/project/" + project.path("uuid").asText()).DELETE());
        }
        errors.clear();
    }

    @AfterEach
    void nothing_is_wrong_in_the_console() {
        assertThat(errors).isEmpty();
    }

    @Test
    void somebody_makes_a_code_sees_its_error_mends_it_and_publishes_it() throws Exception {
        open("en");
        fill("#project-name", "Routing");
        chromium.ask("document.querySelector('#projects button').click()");
        chromium.await("document.querySelector('#project').selectedOptions[0]?.textContent == 'Routing'");
        fill("#new-code [name=name]", "greet");
        chromium.ask("document.querySelector('#new-code button').click()");
        chromium.await("!document.querySelector('#editor').hidden");
        fill("#source", "exports.Run = engine => {\n  null.x;\n};");
        chromium.ask("document.querySelector('#try button').click()");
        chromium.await("document.querySelector('#run-failure').textContent == 'user_error · line 2'");
        assertThat(chromium.ask(
                                "(() => { const s = document.querySelector('#source'); return s.value.slice(s.selectionStart, s.selectionEnd) })()")
                        .asText())
                .isEqualTo("  null.x;");
        fill(
                "#source",
                "exports.Run = engine => {\n  engine.log.info('seen');\n  return 'hello ' + engine.params.get('name');\n};");
        fill("#try [name=params]", "name=world");
        chromium.ask("document.querySelector('#try button').click()");
        chromium.await("document.querySelector('#run-result').textContent == 'hello world'");
        chromium.await("document.querySelector('#run-log').textContent == 'info    seen'");
        chromium.ask("document.querySelector('#compare').click()");
        chromium.await("document.querySelectorAll('#diff .came').length == 3");
        var id = chromium.ask("document.querySelector('#code-place').textContent")
                .asText();
        assertThat(get(id + "?name=x").body()).isEqualTo("{\"hello\":\"x\"}");
        chromium.ask("document.querySelector('#publish').click()");
        chromium.await("document.querySelector('#versions').selectedOptions[0].textContent == '3 · live · tested'");
        assertThat(get(id + "?name=x").body()).isEqualTo("hello x");
        chromium.await("document.querySelectorAll('#runs tr').length == 2");
    }

    @Test
    void the_page_speaks_portuguese() {
        open("pt-BR");
        assertThat(chromium.ask("document.querySelector('h1').textContent").asText())
                .isEqualTo("Ações");
        assertThat(chromium.ask("document.querySelector('#publish').textContent")
                        .asText())
                .isEqualTo("Publicar");
    }

    private void open(String language) {
        chromium.speak(language);
        chromium.open("http://localhost:%d/actions".formatted(port));
        chromium.await("document.readyState == 'complete' && location.pathname == '/actions'"
                + " && document.querySelector('#engines').textContent.includes('quickjs')");
    }

    private void fill(String field, String text) {
        chromium.ask(
                "(() => { const f = document.querySelector(%1$s); f.value = %2$s; f.dispatchEvent(new Event('input', {bubbles: true})); })()"
                        .formatted(JSON.valueToTree(field), JSON.valueToTree(text)));
    }
}
