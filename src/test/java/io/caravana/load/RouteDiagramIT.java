package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.console.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.model.Model;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What Hawtio draws in a browser. With {@code -Dupdate.pictures=true} the pictures in docs are taken anew. */
class RouteDiagramIT extends LoadTest {

    private static final Path PICTURES = Path.of("docs/pictures");

    /** So large, in pixels, that Hawtio need not make the longest diagram too small to be read. */
    private static final int WIDTH = 3000;

    private static final int HEIGHT = 4500;

    /** The size of a step, in pictures in comparison with the page's own. */
    private static final double SCALE = 0.75;

    /** The steps that follow a single one and are the only one to do so, but do not stand below it. */
    private static final String CROOKED = """
            (() => {
              const lines = [...document.querySelectorAll('.react-flow__edge')]
                .map(line => line.dataset.testid.replace('rf__edge-', '').split('-'));
              const place = id => new DOMMatrix(getComputedStyle(
                document.querySelector(`.react-flow__node[data-id="${id}"]`)).transform).e;
              return lines.filter(([from, to]) => lines.filter(line => line[0] == from).length == 1
                && lines.filter(line => line[1] == to).length == 1 && place(from) != place(to)).length;
            })()""";

    /** Where the diagram is on the page, with a margin, and how much larger it is drawn. */
    private static final String FRAME = """
            (() => {
              const zoom = new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform).a;
              const steps = [...document.querySelectorAll('.react-flow__node')].map(step => step.getBoundingClientRect());
              const x = Math.min(...steps.map(step => step.left)) - 10 * zoom;
              const y = Math.min(...steps.map(step => step.top)) - 10 * zoom;
              const width = Math.max(...steps.map(step => step.right)) + 10 * zoom - x;
              const height = Math.max(...steps.map(step => step.bottom)) + 10 * zoom - y;
              return {x, y, width, height, zoom};
            })()""";

    /** Hawtio moves a diagram to the middle. */
    private static final String IN_THE_MIDDLE = """
            (() => {
              const all = document.querySelector('.camel-route-diagram').getBoundingClientRect();
              const frame = %s;
              return Math.abs(frame.x + frame.width / 2 - all.left - all.width / 2) < 2
                && Math.abs(frame.y + frame.height / 2 - all.top - all.height / 2) < 2;
            })()""".formatted(FRAME);

    private static Chromium chromium;

    @LocalServerPort
    private int port;

    @Autowired
    private SecurityProperties boot;

    @Autowired
    private CamelContext camel;

    @BeforeAll
    static void start() throws Exception {
        chromium = Chromium.start(WIDTH, HEIGHT);
    }

    @AfterAll
    static void stop() throws Exception {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void openHawtio() {
        loaded("incidents");
        chromium.open("http://localhost:" + port + "/login");
        chromium.await("document.querySelector('#username, .react-flow') != null");
        chromium.ask("""
                document.querySelector('#username').value = 'user';
                document.querySelector('#password').value = '%s';
                document.querySelector('form').submit()""".formatted(boot.getUser().getPassword()));
        chromium.await("!document.querySelector('#username')");
        chromium.open("http://localhost:" + port + "/actuator/hawtio/camel");
        // the whole of all routes is what it opens first
        chromium.await("document.querySelectorAll('.react-flow__node').length > 100");
        chromium.ask("document.querySelector(\"[id$='-routes-load-folder'] .pf-v6-c-tree-view__node-toggle\").click()");
    }

    @Test
    void each_route_of_a_load_is_drawn_from_top_to_bottom_with_its_counters_whatever_was_open_before()
            throws IOException {
        for (var route : loadRoutes()) {
            open(route);

            assertThat(chromium.ask(CROOKED).asInt(-1)).as(route).isZero();
            if (Boolean.getBoolean("update.pictures")) {
                Files.createDirectories(PICTURES);
                Files.write(PICTURES.resolve(route + ".png"), picture());
            }
        }
    }

    private List<String> loadRoutes() {
        return camel.getRoutes().stream()
                .filter(route -> "load".equals(route.getGroup()))
                .map(Route::getId)
                .sorted()
                .toList();
    }

    /** Picks a route in the tree and waits for its diagram, with how often the route has ended. */
    private void open(String route) {
        // from diagram to diagram Hawtio now and then forgets to show the new one's steps
        pick("load");
        chromium.await("!document.querySelector('.react-flow')");
        pick("load-" + route);
        var begin = camel.getCamelContextExtension()
                .getContextPlugin(Model.class)
                .getRouteDefinition(route)
                .getInput()
                .getId();
        // it may run meanwhile, and Hawtio looks every few seconds
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () -> assertThat(chromium.ask("""
                        (() => {
                          const first = document.querySelector('.react-flow__node');
                          return first?.querySelector('.camel-node-id').textContent.includes('(ID: %s)')
                              && getComputedStyle(first).visibility == 'visible'
                            ? first.querySelector('.number').textContent : 'not drawn';
                        })()""".formatted(begin)).asText())
                                .as(route)
                                .isEqualTo(Long.toString(ended(route))));
    }

    private long ended(String route) {
        return camel.getCamelContextExtension()
                .getContextPlugin(ManagedCamelContext.class)
                .getManagedRoute(route)
                .getExchangesCompleted();
    }

    private void pick(String branch) {
        chromium.ask("document.querySelector(\"[id$='-routes-%s-folder'] .pf-v6-c-tree-view__node-text\").click()"
                .formatted(branch));
    }

    private byte[] picture() {
        chromium.await(IN_THE_MIDDLE);
        var frame = chromium.ask(FRAME);
        return chromium.picture(
                frame.get("x").asDouble(),
                frame.get("y").asDouble(),
                frame.get("width").asDouble(),
                frame.get("height").asDouble(),
                SCALE / frame.get("zoom").asDouble());
    }
}
