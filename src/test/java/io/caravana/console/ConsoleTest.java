package io.caravana.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.Caravana;
import io.caravana.database.TestDatabase;
import java.io.IOException;
import java.io.StringReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.boot.test.autoconfigure.actuate.observability.AutoConfigureObservability;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** With nothing configured: everybody on this machine may use the API, and a password is made up for the rest. */
@SpringBootTest(classes = Caravana.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@AutoConfigureObservability(tracing = false)
class ConsoleTest {

    private static final String CAMEL_VERSION = """
            {"type":"read","mbean":"org.apache.camel:type=context,*","attribute":"CamelVersion"}""";

    private static final Pattern EMPTIES_ITS_GRAPH =
            Pattern.compile("getLayoutedElements\\(.{0,50}this\\.dagreGraph\\.nodes\\(\\)\\.forEach\\("
                    + "node=>this\\.dagreGraph\\.removeNode\\(node\\)\\),this\\.dagreGraph\\.setGraph\\(");

    @TempDir
    static Path temp;

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry registry) throws IOException {
        Path routes = Files.writeString(temp.resolve("probe.camel.yaml"), """
                - route:
                    id: probe
                    from:
                      uri: platform-http:/api/probe
                      steps:
                        - setBody:
                            constant: started
                """);
        registry.add("camel.main.routes-include-pattern", () -> "file:" + routes);
        registry.add("caravana.database.url", TestDatabase::url);
    }

    @LocalServerPort
    int port;

    @Autowired
    CamelContext camel;

    @Autowired
    SecurityProperties boot;

    private Browser browser;

    @BeforeEach
    void open() {
        browser = new Browser(port);
    }

    @Nested
    class Hawtio {

        @Test
        void sends_a_browser_to_the_sign_in_page() throws Exception {
            var answer = browser.get("/actuator/hawtio", "Accept", "text/html");

            assertThat(answer.statusCode()).isEqualTo(302);
            assertThat(location(answer)).endsWith("/login");
        }

        @Test
        void asks_a_program_for_a_password() throws Exception {
            assertThat(browser.get("/actuator/hawtio/").statusCode()).isEqualTo(401);
            assertThat(browser.get("/actuator/hawtio/", Browser.password("user", "wrong"))
                            .statusCode())
                    .isEqualTo(401);
        }

        @Test
        void opens_after_the_sign_in() throws Exception {
            assertThat(location(signIn())).doesNotContain("error");

            var page = browser.get("/actuator/hawtio/");

            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("<base href=\"/actuator/hawtio/\"");
            assertThat(browser.get("/actuator/hawtio/hawtconfig.json").body())
                    .as("its settings are ours, not those in its jar")
                    .contains("Caravana", "/jvm-diagnostics");
            assertThat(page.headers().firstValue("Content-Security-Policy"))
                    .hasValueSatisfying(policy -> assertThat(policy).contains("default-src 'self'"));
        }

        @Test
        void lays_a_diagram_out_on_an_empty_graph() throws Exception {
            signIn();
            for (var script : new PathMatchingResourcePatternResolver()
                    .getResources("classpath*:/hawtio-static/static/js/*.js")) {
                if (script.getContentAsString(StandardCharsets.UTF_8).contains("getLayoutedElements(")) {
                    var served = browser.get("/actuator/hawtio/static/js/" + script.getFilename())
                            .body();
                    assertThat(EMPTIES_ITS_GRAPH.matcher(served).find()).isTrue();
                    return;
                }
            }
            fail("Hawtio draws in another way now: look whether it still needs RouteDiagrams.");
        }

        @Test
        void lets_nobody_use_its_proxy_and_says_so() throws Exception {
            assertThat(browser.get("/actuator/hawtio/proxy/enabled", password())
                            .body()
                            .trim())
                    .isEqualTo("false");
            assertThat(browser.get("/actuator/hawtio/proxy/http/localhost/" + port + "/actuator/health", password())
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    @Nested
    class Jolokia {

        @Test
        void answers_nothing_without_a_password() throws Exception {
            assertThat(browser.get("/actuator/jolokia").statusCode()).isEqualTo(401);
            assertThat(browser.get("/actuator/jolokia/read/java.lang:type=Runtime/VmName")
                            .statusCode())
                    .isEqualTo(401);
        }

        @Test
        void reads_a_bean_of_camel_for_a_program() throws Exception {
            var answer = browser.post("/actuator/jolokia", CAMEL_VERSION, password());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"CamelVersion\":\"" + camel.getVersion() + "\"");
        }

        @Test
        void reads_a_bean_of_camel_for_hawtio_which_passes_the_token_on() throws Exception {
            signIn();
            browser.get("/actuator/hawtio/");

            assertThat(browser.post("/actuator/hawtio/jolokia", CAMEL_VERSION).statusCode())
                    .as("without the token")
                    .isEqualTo(403);
            assertThat(browser.post("/actuator/hawtio/jolokia", CAMEL_VERSION, "X-XSRF-TOKEN", browser.csrfToken())
                            .body())
                    .contains("\"CamelVersion\":\"" + camel.getVersion() + "\"");
        }

        @Test
        void refuses_another_site_even_with_the_password_remembered() throws Exception {
            String[] password = password();

            assertThat(browser.get(
                                    "/actuator/jolokia/version",
                                    password[0],
                                    password[1],
                                    "Sec-Fetch-Site",
                                    "cross-site")
                            .statusCode())
                    .isEqualTo(403);
        }

        @Test
        void reaches_camel_and_the_jvm_but_not_the_diagnostic_commands() throws Exception {
            assertThat(jolokia("{\"type\":\"read\",\"mbean\":\"java.lang:type=Memory\"}"))
                    .contains("HeapMemoryUsage");
            assertThat(jolokia("""
                            {"type":"exec","mbean":"com.sun.management:type=DiagnosticCommand",\
                            "operation":"vmSystemProperties"}""")).contains("\"status\":403");
            assertThat(jolokia("""
                            {"type":"exec","mbean":"com.sun.management:type=HotSpotDiagnostic",\
                            "operation":"dumpHeap","arguments":["heap.hprof",true]}""")).contains("\"status\":403");
            assertThat(jolokia("{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\",\"attribute\":"
                            + "\"SystemProperties\"}"))
                    .contains("\"status\":403");
        }

        @Test
        void does_not_connect_to_another_jmx_server() throws Exception {
            try (var other = new ServerSocket(0)) {
                other.setSoTimeout(1);
                jolokia("""
                        {"type":"read","mbean":"java.lang:type=Memory","target":\
                        {"url":"service:jmx:rmi:///jndi/rmi://localhost:%d/jmxrmi"}}""".formatted(other.getLocalPort()));

                assertThatThrownBy(other::accept).isInstanceOf(SocketTimeoutException.class);
            }
        }

        @Test
        void dumps_a_route_for_the_diagram() throws Exception {
            assertThat(jolokia("""
                            {"type":"exec","mbean":"org.apache.camel:context=%s,type=context,name=\\"%s\\"",\
                            "operation":"dumpRoutesAsXml()"}""".formatted(camel.getManagementName(), camel.getName())))
                    .contains("\"status\":200", "platform-http");
        }

        @Test
        void counts_the_steps_of_every_route_for_the_diagram_as_camel_does_for_one_route() throws Exception {
            browser.post("/api/probe", "");

            var routes = xml(value(jolokia("""
                            {"type":"exec","mbean":"org.apache.camel:context=%s,type=context,name=\\"%s\\"",\
                            "operation":"dumpRoutesStatsAsXml","arguments":[true,true]}""".formatted(camel.getManagementName(), camel.getName()))))
                    .getElementsByTagName("routeStat");

            assertThat(routes.getLength()).isEqualTo(camel.getRoutesSize()).isGreaterThan(1);
            for (int place = 0; place < routes.getLength(); place++) {
                var route = (Element) routes.item(place);
                var one = xml(value(jolokia("""
                                {"type":"exec","mbean":"org.apache.camel:context=%s,type=routes,name=\\"%s\\"",\
                                "operation":"dumpRouteStatsAsXml","arguments":[true,true]}""".formatted(camel.getManagementName(), route.getAttribute("id")))));
                assertThat(steps(route))
                        .as(route.getAttribute("id"))
                        .isEqualTo(steps(one.getDocumentElement()))
                        .isNotEmpty();
            }
        }

        /** Each step with its line and how often it ran. */
        private List<String> steps(Element route) {
            var found = new ArrayList<String>();
            var steps = route.getElementsByTagName("processorStat");
            for (int place = 0; place < steps.getLength(); place++) {
                var step = (Element) steps.item(place);
                found.add("%s in line %s: %s"
                        .formatted(
                                step.getAttribute("id"),
                                step.getAttribute("sourceLineNumber"),
                                step.getAttribute("exchangesCompleted")));
            }
            return found;
        }

        private Document xml(String text) throws Exception {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(text)));
        }

        private String value(String answer) throws IOException {
            return new ObjectMapper().readTree(answer).path("value").asText();
        }

        private String jolokia(String request) throws Exception {
            return browser.post("/actuator/jolokia", request, password()).body();
        }
    }

    @Nested
    class Api {

        @Test
        void is_open_to_programs_of_this_machine() throws Exception {
            var answer = browser.post("/api/probe", "{}", "Content-Type", "application/json");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("started");
            assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
        }

        @Test
        void takes_a_request_without_a_body() throws Exception {
            assertThat(browser.post("/api/probe", "").body()).isEqualTo("started");
            assertThat(browser.post("/api/probe", "", "Content-Type", "application/x-www-form-urlencoded")
                            .body())
                    .as("curl -d ''")
                    .isEqualTo("started");
        }

        @Test
        void takes_what_its_own_pages_send() throws Exception {
            assertThat(browser.post("/api/probe", "", "Sec-Fetch-Site", "same-origin", "Origin", browser.root())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(browser.post("/api/probe", "", "Origin", browser.root()).statusCode())
                    .isEqualTo(200);
        }

        @Test
        void refuses_what_a_page_of_another_site_sends() throws Exception {
            assertThat(browser.post("/api/probe", "", "Sec-Fetch-Site", "cross-site")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(browser.post("/api/probe", "", "Sec-Fetch-Site", "same-site")
                            .statusCode())
                    .as("another port of this machine is another site too")
                    .isEqualTo(403);
            assertThat(browser.post("/api/probe", "", "Origin", "https://evil.example")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(browser.post("/api/probe", "", "Origin", "null").statusCode())
                    .isEqualTo(403);
        }

        @Test
        void refuses_the_body_of_a_form() throws Exception {
            var answer = browser.post("/api/probe", "a=b", "Content-Type", "application/x-www-form-urlencoded");

            assertThat(answer.statusCode()).isEqualTo(415);
            assertThat(answer.body()).contains("application/json");
            assertThat(browser.post("/api/probe", "a=b", "Content-Type", "nonsense")
                            .statusCode())
                    .isEqualTo(415);
        }

        @Test
        void refuses_a_name_that_is_not_this_machines() throws Exception {
            assertThat(statusLine("evil.example")).contains(" 400 ");
            assertThat(statusLine("127.0.0.1:" + port)).contains(" 200 ");
        }
    }

    @Nested
    class Health {

        @Test
        void is_open_and_says_no_more_than_up() throws Exception {
            assertThat(browser.get("/actuator/health/readiness").body()).isEqualTo("{\"status\":\"UP\"}");
            assertThat(browser.get("/actuator/health/liveness").body()).isEqualTo("{\"status\":\"UP\"}");
        }

        @Test
        void says_more_to_a_person_who_has_signed_in() throws Exception {
            assertThat(browser.get("/actuator/health").body()).doesNotContain("components");

            signIn();

            assertThat(browser.get("/actuator/health").body()).contains("\"components\"", "\"serviceNow\"", "\"jobs\"");
        }

        @Test
        void is_not_ready_while_camel_does_not_run() throws Exception {
            camel.suspend();
            try {
                assertThat(browser.get("/actuator/health/readiness").statusCode())
                        .isEqualTo(503);
                assertThat(browser.get("/actuator/health/liveness").statusCode())
                        .isEqualTo(200);
            } finally {
                camel.resume();
            }
            assertThat(browser.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        }

        @Test
        void is_as_well_as_before_when_somebody_has_stopped_a_route() throws Exception {
            camel.getRouteController().stopRoute("probe");
            try {
                assertThat(browser.get("/actuator/health/readiness").statusCode())
                        .isEqualTo(200);
                assertThat(browser.get("/actuator/health").statusCode()).isEqualTo(200);
            } finally {
                camel.getRouteController().startRoute("probe");
            }
        }
    }

    @Test
    void prometheus_gets_camels_metrics() throws Exception {
        browser.post("/api/probe", "");

        var answer = browser.get("/actuator/prometheus");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .containsPattern("camel_exchanges_succeeded_total\\{[^}]*routeId=\"probe\"[^}]*} [1-9]")
                .contains("jvm_memory_used_bytes", "hikaricp_connections_active");
    }

    @Test
    void an_endpoint_that_is_not_exposed_does_not_exist() throws Exception {
        assertThat(browser.get("/actuator/env").statusCode()).isEqualTo(401);
        assertThat(browser.get("/actuator/env", password()).statusCode()).isEqualTo(404);
    }

    @Test
    void swagger_ui_comes_from_this_server_alone_and_shows_the_api() throws Exception {
        assertThat(location(browser.get("/swagger-ui"))).endsWith("/swagger-ui/index.html");

        var page = browser.get("/swagger-ui/index.html");
        var initializer = browser.get("/swagger-ui/swagger-initializer.js");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("swagger-ui-bundle.js").doesNotContain("http://", "https://");
        assertThat(initializer.body()).contains("/api/openapi.json").doesNotContain("http://", "https://");
        assertThat(browser.get("/swagger-ui/swagger-ui-bundle.js").statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy)
                        .contains("default-src 'self'", "frame-ancestors 'none'")
                        .doesNotContain("script-src", "unsafe-eval"));
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }

    private String statusLine(String host) throws IOException {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write(("GET /actuator/health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private HttpResponse<String> signIn() throws Exception {
        return browser.signIn("user", boot.getUser().getPassword());
    }

    private String[] password() {
        return Browser.password("user", boot.getUser().getPassword());
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse("");
    }
}
