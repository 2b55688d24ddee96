package io.caravana.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.caravana.Caravana;
import io.caravana.console.Browser;
import io.caravana.database.TestDatabase;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.actuate.observability.AutoConfigureObservability;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A server on all addresses that knows a viewer, an operator and an administrator, and two programs with tokens. */
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"server.address=0.0.0.0", "caravana.security.refused-sign-ins-per-minute=1000"})
@AutoConfigureObservability(tracing = false)
@ExtendWith(OutputCaptureExtension.class)
class SignInTest {

    private static final String PASSWORD = "correct horse battery staple";
    private static final String VIEWERS_TOKEN = "5f0c2d7f9a1b4c3d8e6f7a8b9c0d1e2f-viewer";
    private static final String OPERATORS_TOKEN = "5f0c2d7f9a1b4c3d8e6f7a8b9c0d1e2f-operator";

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
                            simple: {expression: "${headers}", resultType: java.lang.String}
                - route:
                    id: broken
                    from:
                      uri: platform-http:/api/broken
                      steps:
                        - throwException: {exceptionType: java.lang.IllegalStateException, message: broken}
                - route:
                    id: unwritable
                    from:
                      uri: platform-http:/api/unwritable
                      steps:
                        - setBody:
                            simple: "${headers}"
                - route:
                    id: tick
                    from:
                      uri: timer:tick?period=100000
                      steps:
                        - setBody:
                            constant: ticked
                """);
        registry.add("camel.main.routes-include-pattern", () -> "file:" + routes);
        registry.add("caravana.database.url", TestDatabase::url);
        var password = Secrets.hashPassword(PASSWORD);
        add(registry, "users[0]", "vera", "viewer", "password", password);
        add(registry, "users[1]", "otto", "operator", "password", password);
        add(registry, "users[2]", "ada", "admin", "password", password);
        add(registry, "tokens[0]", "grafana", "viewer", "token", Secrets.hashToken(VIEWERS_TOKEN));
        add(registry, "tokens[1]", "scheduler", "operator", "token", Secrets.hashToken(OPERATORS_TOKEN));
    }

    private static void add(
            DynamicPropertyRegistry registry, String entry, String name, String role, String secret, String hash) {
        var key = "caravana.security." + entry;
        registry.add(key + ".name", () -> name);
        registry.add(key + ".role", () -> role);
        registry.add(key + "." + secret, () -> hash);
    }

    @LocalServerPort
    int port;

    @Autowired
    CamelContext camel;

    @Autowired
    JdbcClient jdbc;

    private Browser browser;
    private long before;

    @BeforeEach
    void open() {
        browser = new Browser(port);
        before = jdbc.sql("SELECT coalesce(max(id), 0) FROM caravana.audit")
                .query(Long.class)
                .single();
    }

    @Nested
    class WithoutASignIn {

        @ParameterizedTest
        @CsvSource({
            "/api/probe",
            "/api/executions",
            "/actuator/prometheus",
            "/actuator/jolokia",
            "/swagger-ui/index.html"
        })
        void nothing_is_shown(String path) throws Exception {
            assertThat(browser.get(path).statusCode()).isEqualTo(401);
        }

        @Test
        void probes_are_answered() throws Exception {
            assertThat(browser.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        }

        @Test
        void the_api_says_what_is_missing() throws Exception {
            var answer = browser.post("/api/probe", "");

            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().allValues("WWW-Authenticate"))
                    .containsExactly("Basic realm=\"Caravana\"", "Bearer");
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(answer.body()).contains("This needs a sign-in.");
        }

        @Test
        void a_browser_is_sent_to_the_sign_in_page() throws Exception {
            var answer = browser.get("/swagger-ui/index.html", "Accept", "text/html");

            assertThat(answer.statusCode()).isEqualTo(302);
            assertThat(answer.headers().firstValue("Location").orElseThrow()).endsWith("/login");
        }

        @Test
        void an_encoded_letter_does_not_get_around_a_rule() throws Exception {
            assertThat(browser.post("/%61pi/probe", "").statusCode()).isEqualTo(401);
        }
    }

    @Nested
    class Roles {

        @ParameterizedTest
        @CsvSource({"vera, 200, 403", "otto, 200, 200", "ada, 200, 200"})
        void a_viewer_reads_and_an_operator_starts(String user, int reads, int starts) throws Exception {
            assertThat(browser.get("/api/probe", Browser.password(user, PASSWORD))
                            .statusCode())
                    .isEqualTo(reads);
            assertThat(browser.get("/actuator/prometheus", Browser.password(user, PASSWORD))
                            .statusCode())
                    .isEqualTo(reads);
            assertThat(browser.post("/api/probe", "", Browser.password(user, PASSWORD))
                            .statusCode())
                    .isEqualTo(starts);
        }

        @ParameterizedTest
        @CsvSource({VIEWERS_TOKEN + ", 403", OPERATORS_TOKEN + ", 200"})
        void a_token_has_its_role(String token, int starts) throws Exception {
            assertThat(browser.get("/api/probe", Browser.token(token)).statusCode())
                    .isEqualTo(200);
            assertThat(browser.post("/api/probe", "", Browser.token(token)).statusCode())
                    .isEqualTo(starts);
        }

        @Test
        void a_wrong_password_or_token_is_refused() throws Exception {
            assertThat(browser.get("/api/probe", Browser.password("vera", "wrong"))
                            .statusCode())
                    .isEqualTo(401);
            assertThat(browser.get("/api/probe", Browser.token(OPERATORS_TOKEN + "x"))
                            .statusCode())
                    .isEqualTo(401);
            assertThat(browser.get("/api/probe", Browser.password("user", PASSWORD))
                            .statusCode())
                    .as("the user that there is when nobody is configured")
                    .isEqualTo(401);
        }

        @Test
        void only_an_administrator_stops_and_starts_a_route() throws Exception {
            for (var user : List.of("vera", "otto")) {
                assertThat(jolokia(user, route("stop()"))).contains("\"status\":403");
            }
            assertThat(camel.getRouteController().getRouteStatus("tick")).isEqualTo(ServiceStatus.Started);

            assertThat(jolokia("ada", route("stop()"))).contains("\"status\":200");
            assertThat(camel.getRouteController().getRouteStatus("tick")).isEqualTo(ServiceStatus.Stopped);

            assertThat(jolokia("ada", route("start()"))).contains("\"status\":200");
            assertThat(camel.getRouteController().getRouteStatus("tick")).isEqualTo(ServiceStatus.Started);
        }

        /** Jolokia does for a HEAD what it does for a GET. */
        @ParameterizedTest
        @ValueSource(strings = {"/actuator/jolokia", "/actuator/hawtio/jolokia"})
        void head_runs_nothing(String jolokia) throws Exception {
            var stop = "%s/exec/org.apache.camel:context=%s,name=%%22tick%%22,type=routes/stop()"
                    .formatted(jolokia, camel.getManagementName());

            assertThat(browser.head(stop, Browser.password("ada", PASSWORD)).statusCode())
                    .isEqualTo(403);
            assertThat(camel.getRouteController().getRouteStatus("tick")).isEqualTo(ServiceStatus.Started);
        }

        @Test
        void a_viewer_sees_diagrams_and_statistics() throws Exception {
            assertThat(jolokia("vera", context("dumpRoutesAsXml()"))).contains("\"status\":200", "timer:");
            assertThat(
                            jolokia(
                                    "vera",
                                    context(
                                            "dumpRoutesStatsAsXml(boolean,boolean)\",\"arguments\":[true,true],\"ignored\":\"")))
                    .contains("\"status\":200", "exchangesTotal");
            assertThat(jolokia("vera", """
                    {"type":"read","mbean":"org.apache.camel:context=*,type=routes,name=\\"tick\\"","attribute":"State"}""")).contains("Started");
        }

        @ParameterizedTest
        @CsvSource({"remove()", "updateRouteFromXml(java.lang.String)", "setTracing(java.lang.Boolean)", "stopAndFail()"
        })
        void nobody_changes_what_a_route_does(String operation) throws Exception {
            assertThat(jolokia("ada", route(operation))).contains("\"status\":403");
        }

        @Test
        void nobody_sends_messages_stops_everything_or_sets_attributes() throws Exception {
            assertThat(jolokia("ada", context("sendBody"))).contains("\"status\":403");
            assertThat(jolokia("ada", context("stop()"))).contains("\"status\":403");
            assertThat(jolokia("ada", """
                    {"type":"write","mbean":"org.apache.camel:context=%s,type=context,name=\\"%s\\"",\
                    "attribute":"Tracing","value":true}""".formatted(camel.getManagementName(), camel.getName())))
                    .contains("\"status\":403");
        }

        private String context(String operation) {
            return """
                    {"type":"exec","mbean":"org.apache.camel:context=%s,type=context,name=\\"%s\\"","operation":"%s"}""".formatted(camel.getManagementName(), camel.getName(), operation);
        }
    }

    @Nested
    class Session {

        @Test
        void is_good_for_the_api_as_far_as_the_role_goes() throws Exception {
            browser.signIn("otto", PASSWORD);

            assertThat(browser.get("/api/probe").statusCode()).isEqualTo(200);
            assertThat(browser.post("/api/probe", "", "X-XSRF-TOKEN", browser.csrfToken())
                            .statusCode())
                    .isEqualTo(200);

            var viewer = new Browser(port);
            viewer.signIn("vera", PASSWORD);
            assertThat(viewer.post("/api/probe", "", "X-XSRF-TOKEN", viewer.csrfToken())
                            .statusCode())
                    .isEqualTo(403);
        }

        @Test
        void changes_nothing_without_its_token() throws Exception {
            browser.signIn("otto", PASSWORD);

            var answer = browser.post("/api/probe", "");

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("X-XSRF-TOKEN");
        }

        @Test
        void is_not_begun_by_a_program() throws Exception {
            var answer = browser.get("/api/probe", Browser.password("vera", PASSWORD));

            assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
        }
    }

    @Nested
    class Audited {

        @Test
        void is_every_accepted_and_every_refused_call_that_changes_something() throws Exception {
            browser.post("/api/probe?secret=1", "", Browser.password("otto", PASSWORD));
            browser.post("/api/probe", "", Browser.token(OPERATORS_TOKEN));
            browser.post("/api/probe", "", Browser.password("vera", PASSWORD));
            browser.post("/api/probe", "");
            browser.post("/api/probe", "", "Sec-Fetch-Site", "cross-site");

            awaitLines(
                    "otto password 127.0.0.1 POST /api/probe 200",
                    "scheduler token 127.0.0.1 POST /api/probe 200",
                    "vera password 127.0.0.1 POST /api/probe 403",
                    "- none 127.0.0.1 POST /api/probe 401",
                    "- none 127.0.0.1 POST /api/probe 403");
        }

        @Test
        void is_a_call_that_fails() throws Exception {
            browser.post("/api/broken", "", Browser.password("otto", PASSWORD));

            browser.post("/api/unwritable", "", Browser.password("otto", PASSWORD));

            awaitLines(
                    "otto password 127.0.0.1 POST /api/broken 500", "otto password 127.0.0.1 POST /api/unwritable 500");
        }

        @Test
        void is_not_what_reads() throws Exception {
            browser.get("/api/probe", Browser.password("vera", PASSWORD));
            jolokia("vera", "{\"type\":\"read\",\"mbean\":\"java.lang:type=Memory\"}");
            browser.post("/api/probe", "");

            awaitLines("- none 127.0.0.1 POST /api/probe 401");
        }

        @Test
        void is_what_is_done_to_routes_and_who_may_not_do_it() throws Exception {
            jolokia("ada", route("suspend()"));
            jolokia("ada", route("resume()"));
            jolokia("vera", route("stop()"));

            var tick = "org.apache.camel:context=%s,type=routes,name=\"tick\"".formatted(camel.getManagementName());
            awaitLines(
                    "ada password 127.0.0.1 EXEC " + tick + " suspend 200",
                    "ada password 127.0.0.1 EXEC " + tick + " resume 200",
                    "vera password 127.0.0.1 EXEC " + tick + " stop 403");
        }

        @Test
        void is_a_sign_in_but_not_what_was_typed_in_place_of_a_name() throws Exception {
            browser.signIn("vera", PASSWORD);
            browser.signIn("vera", "wrong");
            browser.signIn("my-password-by-mistake", "wrong");
            browser.get("/api/probe", Browser.token("a-token-that-is-wrong"));

            awaitLines(
                    "vera password 127.0.0.1 SIGN-IN /login 200",
                    "vera none 127.0.0.1 SIGN-IN /login 401",
                    "- none 127.0.0.1 SIGN-IN /login 401",
                    "- none 127.0.0.1 SIGN-IN /api/probe 401");
        }

        @Test
        void is_never_changed_or_removed() throws Exception {
            browser.post("/api/probe", "");
            awaitLines("- none 127.0.0.1 POST /api/probe 401");

            assertThatThrownBy(() ->
                            jdbc.sql("UPDATE caravana.audit SET who = 'nobody'").update())
                    .rootCause()
                    .hasMessageContaining("append-only");
            assertThatThrownBy(() -> jdbc.sql("DELETE FROM caravana.audit").update())
                    .rootCause()
                    .hasMessageContaining("append-only");
        }

        @Test
        void is_said_in_the_log_when_the_database_does_not_take_it(CapturedOutput output) throws Exception {
            jdbc.sql("ALTER TABLE caravana.audit RENAME TO audit_away").update();
            try {
                assertThat(browser.post("/api/probe", "", Browser.password("otto", PASSWORD))
                                .statusCode())
                        .isEqualTo(200);
                await().until(() -> output.getOut().contains("The database did not take an audit line"));
            } finally {
                jdbc.sql("ALTER TABLE caravana.audit_away RENAME TO audit").update();
            }
            assertThat(output.getOut()).contains("who=otto").doesNotContain(PASSWORD);
            assertThat(browser.get("/actuator/prometheus", Browser.password("vera", PASSWORD))
                            .body())
                    .contains("caravana_audit_unwritten_total 1.0");
        }

        private void awaitLines(String... lines) {
            await().untilAsserted(() -> assertThat(
                            jdbc.sql("""
                            SELECT concat_ws(' ', coalesce(who, '-'), signed_in_by, from_address, method, path, status)
                            FROM caravana.audit WHERE id > ? ORDER BY id""").param(before).query(String.class).list())
                    .containsExactly(lines));
        }
    }

    @Nested
    class Requests {

        @Test
        void have_headers_in_their_answers_that_allow_no_script_but_our_own() throws Exception {
            for (var path : List.of("/login", "/api/probe", "/swagger-ui/index.html", "/actuator/hawtio/")) {
                var headers =
                        browser.get(path, Browser.password("vera", PASSWORD)).headers();

                assertThat(headers.allValues("Content-Security-Policy"))
                        .as(path)
                        .singleElement()
                        .asString()
                        .contains("default-src 'self'", "frame-ancestors 'none'")
                        .doesNotContainPattern("script-src[^;]*unsafe");
                assertThat(headers.firstValue("X-Frame-Options")).as(path).hasValue("DENY");
                assertThat(headers.firstValue("X-Content-Type-Options"))
                        .as(path)
                        .hasValue("nosniff");
                assertThat(headers.firstValue("Referrer-Policy")).as(path).isPresent();
                assertThat(headers.firstValue("Strict-Transport-Security"))
                        .as(path)
                        .isEmpty();
            }
        }

        @Test
        void come_to_the_routes_without_what_signs_them_in() throws Exception {
            browser.signIn("otto", PASSWORD);
            var bySession = browser.post("/api/probe", "", "X-XSRF-TOKEN", browser.csrfToken(), "X-Mine", "1");
            var byPassword = browser.get("/api/probe", Browser.password("otto", PASSWORD));

            assertThat(bySession.body())
                    .containsIgnoringCase("X-Mine=1")
                    .doesNotContainIgnoringCase("cookie")
                    .doesNotContain(browser.csrfToken());
            assertThat(byPassword.body()).doesNotContainIgnoringCase("authorization");
        }

        @Test
        void of_more_than_four_megabytes_are_refused() throws Exception {
            var answer = browser.post(
                    "/actuator/jolokia", " ".repeat(4 * 1024 * 1024 + 1), Browser.password("ada", PASSWORD));

            assertThat(answer.statusCode()).isEqualTo(413);
        }
    }

    private String route(String operation) {
        return """
                {"type":"exec","mbean":"org.apache.camel:context=%s,type=routes,name=\\"tick\\"","operation":"%s"}""".formatted(camel.getManagementName(), operation);
    }

    private String jolokia(String user, String request) throws Exception {
        HttpResponse<String> answer = browser.post("/actuator/jolokia", request, Browser.password(user, PASSWORD));
        return answer.body();
    }
}
