package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.catalog.Window;
import io.caravana.console.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The desk in a browser. With {@code -Dupdate.pictures=true} its picture in docs is taken anew. */
class DeskIT extends LoadTest {

    private static final Path PICTURE = Path.of("docs/desk.png");
    private static final int WIDTH = 1440;
    private static final int HEIGHT = 900;
    private static final String ROWS = "document.querySelectorAll('#tickets tr[id]').length";

    private static Chromium chromium;
    private static List<String> errors;

    @LocalServerPort
    private int port;

    @BeforeAll
    static void start() throws Exception {
        chromium = Chromium.start(WIDTH, HEIGHT);
        errors = chromium.errors();
    }

    @AfterAll
    static void stop() throws Exception {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void load() {
        for (var job : List.of("incidents", "configurations", "tickets")) {
            loaded(job);
        }
        loaded("live", null, null);
        chromium.look("light", WIDTH, HEIGHT);
        chromium.speak("en");
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
    void a_change_is_seen_without_a_request_of_the_reader() throws IOException {
        open("/");
        chromium.await("document.querySelector('#live').textContent == 'Live'");
        var key = chromium.ask("document.querySelector('#tickets tr').id.slice(2)")
                .asText();
        var row = new HashMap<>(simulator.rows("incident").stream()
                .filter(one -> one.get("sys_id").equals(key))
                .findFirst()
                .orElseGet(() -> simulator.rows("incident").get(0)));
        row.put("short_description", "Seen at once");
        row.put("sys_updated_on", Window.raw(Instant.now().minusSeconds(10)));
        simulator.put("incident", row);
        loaded("live", null, null);

        chromium.await("document.querySelector('#tickets').textContent.includes('Seen at once')"
                + " || !document.querySelector('#t-%s')".formatted(row.get("sys_id")));
    }

    @Test
    void filters_change_the_list_and_its_address_at_once() {
        open("/");
        chromium.ask("const type = document.querySelector('[name=type]'); type.value = 'change_task';"
                + " type.dispatchEvent(new Event('change', {bubbles: true}))");
        chromium.await("location.search.includes('type=change_task') && [...document.querySelectorAll('.what a')]"
                + ".every(link => link.href.includes('/ticket/change_task/'))");
        assertThat(chromium.ask("document.querySelector('#export').href").asText())
                .contains("type=change_task");
    }

    @Test
    void the_list_goes_on_as_one_scrolls() {
        open("/?show=all");
        assertThat(chromium.ask(ROWS).asInt()).isEqualTo(50);
        chromium.ask("scrollTo(0, document.body.scrollHeight)");
        chromium.await(ROWS + " >= 100");
    }

    @Test
    void a_ticket_opens_and_closes_by_keys_alone() {
        open("/");
        chromium.press("/");
        chromium.await("document.activeElement.name == 'text'");
        chromium.ask("document.querySelector('.what a').focus()");
        chromium.press("Enter");
        chromium.await("document.querySelector('#dialog').open && !!document.querySelector('#ticket-title')");
        chromium.press("Escape");
        chromium.await("!document.querySelector('#dialog').open && document.activeElement.matches('.what a')");
    }

    @Test
    void the_switches_change_language_and_look_and_stay() {
        open("/");
        chromium.ask("document.querySelector('[data-language]').click()");
        chromium.await("document.documentElement.lang == 'pt-BR' && document.body.textContent.includes('Incidentes')");
        chromium.ask("document.querySelector('[data-theme-switch]').click()");
        chromium.await("document.documentElement.dataset.theme == 'dark'");
        open("/slas");
        chromium.await("document.documentElement.dataset.theme == 'dark' && document.documentElement.lang == 'pt-BR'");
        chromium.ask("document.cookie = 'caravana-language=; path=/; max-age=0'; localStorage.clear()");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/?type=incident&state=1", "/slas", "/charts", "/events", "/loads"})
    void a_page_keeps_nobody_out(String path) throws IOException {
        for (var theme : List.of("light", "dark")) {
            for (var width : List.of(WIDTH, 390)) {
                chromium.look(theme, width, HEIGHT);
                open(path);
                chromium.assertKeepsNobodyOut("%s, %s, %d".formatted(path, theme, width));
            }
        }
    }

    @Test
    void on_a_phone_the_filters_unfold() {
        chromium.look("light", 390, HEIGHT);
        open("/");
        assertThat(chromium.ask("document.querySelector('[name=group]').offsetHeight")
                        .asInt())
                .isZero();
        chromium.ask("document.querySelector('.folder').click()");
        chromium.await("document.querySelector('[name=group]').offsetHeight > 0");
        assertThat(chromium.ask("[...document.querySelectorAll('.card li a')].every(link => link.closest('.card')"
                                + ".getBoundingClientRect().right >= link.getBoundingClientRect().right)")
                        .asBoolean())
                .as("counters stay within their card")
                .isTrue();
    }

    @Test
    void the_picture_in_the_documentation_is_of_the_page() throws IOException {
        open("/");
        chromium.await(ROWS + " > 10");
        if (Boolean.getBoolean("update.pictures")) {
            Files.write(PICTURE, chromium.picture(0, 0, WIDTH, HEIGHT, 0.75));
        }
        assertThat(PICTURE).isNotEmptyFile();
    }
}
