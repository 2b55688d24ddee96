package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.Caravana;
import io.caravana.database.TestDatabase;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.job.JobService;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Request;
import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.RequestEntity;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * Whole loads that are signed in by OAuth, with an awkward secret in a file. Pauses between tries are longer than the tests
 * wait: what is made again after a renewal has to be made at once.
 */
@DirtiesContext
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.config.import=configtree:target/sign-in-secrets/",
            "SERVICENOW_OAUTH_GRANT=client_credentials",
            "SERVICENOW_OAUTH_CLIENT_ID=reader",
            "caravana.servicenow.rate-limit=1000",
            "caravana.servicenow.page-size=100",
            "caravana.retry.first-delay-millis=600000",
            "caravana.retry.longest-delay-millis=600000"
        })
class SignInLoadTest {

    private static final String SECRET = "x${SERVICENOW_OAUTH_CLIENT_ID}y\\\\${b} #{1} {{x}} %41 ção ";
    private static final Simulator INSTANCE = Simulator.start(
            SimulatorProperties.defaults().withIncidents(200).withAccount("reader", SECRET, ""), Clock.systemUTC());

    static {
        try {
            var folder = Files.createDirectories(Path.of("target/sign-in-secrets"));
            Files.writeString(folder.resolve("SERVICENOW_OAUTH_CLIENT_SECRET"), SECRET + "\n");
            Files.writeString(folder.resolve("spring.security.user.password"), SECRET);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @DynamicPropertySource
    static void surroundings(DynamicPropertyRegistry registry) {
        registry.add("caravana.database.url", TestDatabase::url);
        registry.add("SERVICENOW_URL", INSTANCE::url);
    }

    @Autowired
    JobService jobs;

    @Autowired
    Executions executions;

    @BeforeEach
    void forget() {
        INSTANCE.clearRequests();
    }

    @AfterEach
    void heal() {
        INSTANCE.faults().clear();
    }

    @AfterAll
    static void stop() {
        INSTANCE.close();
    }

    @Test
    void a_token_that_expires_is_renewed_once_for_all_tables_and_no_table_fails() {
        assertSuccess(load("configurations"));
        INSTANCE.clearRequests();
        INSTANCE.expireTokens();
        assertSuccess(load("configurations"));
        assertThat(requests(request -> request.status() == 401)).isPositive();
        assertThat(requests(request -> request.path().equals("/oauth_token.do")))
                .isEqualTo(1);
    }

    @Test
    void a_user_signs_in_with_an_awkward_password(@Autowired TestRestTemplate http) {
        assertThat(signedIn(http, SECRET)).isEqualTo(HttpStatus.OK);
        assertThat(signedIn(http, SECRET.strip())).isEqualTo(HttpStatus.UNAUTHORIZED);
    }

    private static HttpStatusCode signedIn(TestRestTemplate http, String password) {
        var request = RequestEntity.get("/api/executions")
                .headers(headers -> headers.setBasicAuth("user", password, StandardCharsets.UTF_8))
                .build();
        return http.exchange(request, String.class).getStatusCode();
    }

    @Test
    void a_table_that_refuses_fresh_credentials_fails_alone_and_says_what_to_check() {
        INSTANCE.faults().add(Fault.status(401).on("core_company"));
        var execution = load("configurations");
        assertThat(execution.status()).isEqualTo("error");
        assertThat(execution.errorMessage())
                .hasLineCount(1)
                .startsWith("sys_company: table core_company, page 1")
                .contains("401", "with new credentials, too", "SERVICENOW_OAUTH_CLIENT_ID")
                .doesNotContain(SECRET);
        assertThat(requests(request -> request.table().equals("core_company"))).isEqualTo(2);
    }

    private ExecutionView load(String job) {
        var id = jobs.start(job, null, null).id();
        return await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> executions.find(id).orElseThrow(), ExecutionView::hasEnded);
    }

    private static void assertSuccess(ExecutionView execution) {
        assertThat(execution.status()).as(execution.errorMessage()).isEqualTo("success");
    }

    private static long requests(Predicate<Request> wanted) {
        return INSTANCE.requests().stream().filter(wanted).count();
    }
}
