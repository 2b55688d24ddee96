package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.test.context.TestPropertySource;

@TestPropertySource(properties = {"metrics.refresh=200ms", "spring.security.user.password=" + HealthTest.PASSWORD})
@Import(HealthTest.Time.class)
class HealthTest extends LoadTest {

    static final String PASSWORD = "open sesame";

    /** Goes on as fast as time, from where a test sets it. */
    private static final class Ahead extends Clock {
        private volatile Duration by = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(by);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return Clock.offset(Clock.system(zone), by);
        }
    }

    private static final Ahead CLOCK = new Ahead();

    @TestConfiguration
    static class Time {
        @Bean
        @Primary
        Clock ahead() {
            return CLOCK;
        }
    }

    @BeforeEach
    void nothing_is_known_any_more() {
        CLOCK.by = CLOCK.by.plusHours(2);
        simulator.clearRequests();
    }

    @Test
    void a_stranger_is_told_a_status_and_nothing_more() throws Exception {
        assertThat(get("", false).body()).isEqualTo("{\"status\":\"UP\",\"groups\":[\"liveness\",\"readiness\"]}");
        assertThat(get("/serviceNow", false).body()).doesNotContain("instance", "simulator");
        assertThat(get("/jobs", false).body()).doesNotContain("choices");
    }

    @Test
    void who_has_signed_in_sees_servicenow_and_the_last_success_of_each_job() throws Exception {
        var execution = loaded("choices");
        await().untilAsserted(() -> assertThat(details("jobs").path("choices").asText())
                .isEqualTo("last success at " + execution.endedAt().toInstant()));
        assertThat(details("jobs").path("tickets").asText()).isEqualTo("has never succeeded");
        assertThat(component("serviceNow").path("status").asText()).isEqualTo("UP");
        assertThat(details("serviceNow").path("instance").asText()).isEqualTo("the built-in simulator");
    }

    @Test
    void a_load_that_reads_shows_that_servicenow_answers_so_nothing_is_asked() throws Exception {
        loaded("choices");
        var asked = simulator.requests().size();
        assertThat(component("serviceNow").path("status").asText()).isEqualTo("UP");
        assertThat(simulator.requests()).hasSize(asked);
    }

    @Test
    void without_a_load_one_request_a_minute_is_enough_for_any_number_of_probes() throws Exception {
        await().until(() -> component("serviceNow").path("status").asText().equals("UP"));
        for (int probe = 0; probe < 20; probe++) {
            component("serviceNow");
        }
        assertThat(simulator.requests()).hasSize(1);
        CLOCK.by = CLOCK.by.plusSeconds(61);
        await().until(() -> {
            component("serviceNow");
            return simulator.requests().size() == 2;
        });
    }

    @Test
    void a_servicenow_that_does_not_answer_is_said_asked_once_and_takes_nothing_out_of_service() throws Exception {
        simulator.faults().add(Fault.status(503));
        await().until(() -> component("serviceNow").path("status").asText().equals("UNREACHABLE"));
        assertThat(details("serviceNow").path("why").asText()).contains("503");
        for (int probe = 0; probe < 20; probe++) {
            component("serviceNow");
        }
        assertThat(simulator.requests()).as("no second try").hasSize(1);
        assertThat(get("", true).statusCode()).isEqualTo(200);
        assertThat(get("/readiness", false).statusCode()).isEqualTo(200);
    }

    @Test
    void a_probe_does_not_wait_for_servicenow() throws Exception {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "3000").times(1));
        var began = System.nanoTime();
        get("", true);
        get("/readiness", false);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        await().until(() -> component("serviceNow").path("status").asText().equals("UP"));
    }

    @Test
    void an_account_that_is_refused_is_not_tried_again_and_again_until_it_is_locked() throws Exception {
        simulator.faults().add(Fault.status(401));
        await().until(() -> component("serviceNow").path("status").asText().equals("UNREACHABLE"));
        CLOCK.by = CLOCK.by.plusMinutes(30);
        assertThat(details("serviceNow").path("why").asText()).contains("401");
        var asked = simulator.requests().size();
        simulator.faults().clear();
        loaded("choices");
        assertThat(component("serviceNow").path("status").asText())
                .as("a load that got in knows better")
                .isEqualTo("UP");
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void a_pause_is_kept_and_shown() throws Exception {
        simulator.faults().add(Fault.of(Kind.RATE_LIMIT).with("seconds", "600").times(1));
        await().until(() -> details("serviceNow").path("why").asText().startsWith("is left alone until"));
        CLOCK.by = CLOCK.by.plusMinutes(5);
        component("serviceNow");
        assertThat(simulator.requests()).hasSize(1);
        CLOCK.by = CLOCK.by.plusMinutes(6);
        await().until(() -> component("serviceNow").path("status").asText().equals("UP"));
    }

    @Test
    void a_database_without_this_versions_migrations_is_not_ready() throws Exception {
        assertThat(get("/readiness", false).statusCode()).isEqualTo(200);
        assertThat(component("migrations").path("status").asText()).isEqualTo("UP");
        jdbc.sql("ALTER TABLE caravana.flyway_schema_history RENAME TO hidden").update();
        try {
            assertThat(get("/readiness", false).statusCode()).isEqualTo(503);
            jdbc.sql("CREATE TABLE caravana.flyway_schema_history AS SELECT * FROM caravana.hidden WHERE version = '1'")
                    .update();
            assertThat(get("/readiness", false).statusCode()).isEqualTo(503);
            assertThat(details("migrations").path("do").asText()).contains("start Caravana again");
            assertThat(get("/liveness", false).statusCode()).isEqualTo(200);
        } finally {
            jdbc.sql("DROP TABLE IF EXISTS caravana.flyway_schema_history").update();
            jdbc.sql("ALTER TABLE caravana.hidden RENAME TO flyway_schema_history")
                    .update();
        }
        assertThat(get("/readiness", false).statusCode()).isEqualTo(200);
    }

    private JsonNode component(String name) throws Exception {
        return JSON.readTree(get("", true).body()).path("components").path(name);
    }

    private JsonNode details(String name) throws Exception {
        return component(name).path("details");
    }

    private HttpResponse<String> get(String path, boolean signedIn) throws Exception {
        var request = request("/actuator/health" + path);
        if (signedIn) {
            var password = Base64.getEncoder().encodeToString(("user:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
            request.header("Authorization", "Basic " + password);
        }
        return send(request);
    }
}
