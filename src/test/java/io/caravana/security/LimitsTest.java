package io.caravana.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.Caravana;
import io.caravana.console.Browser;
import io.caravana.database.TestDatabase;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A server with the one user of the environment, and with small limits. */
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.security.user.password=open sesame",
            "caravana.security.requests-per-minute=3",
            "caravana.security.refused-sign-ins-per-minute=2"
        })
class LimitsTest {

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry registry) {
        registry.add("caravana.database.url", TestDatabase::url);
    }

    @LocalServerPort
    int port;

    @Test
    void a_body_of_unknown_length_is_refused_outside_of_the_api() throws Exception {
        var endless = HttpRequest.newBuilder(URI.create("http://localhost:%d/login".formatted(port)))
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[1])))
                .build();

        assertThat(HttpClient.newHttpClient()
                        .send(endless, BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(411);
    }

    @Test
    void who_asks_too_often_or_guesses_has_to_wait() throws Exception {
        var browser = new Browser(port);
        var right = Browser.password("user", "open sesame");

        for (int request = 0; request < 3; request++) {
            assertThat(browser.get("/api/executions", right).statusCode()).isEqualTo(200);
        }
        var refused = browser.get("/api/executions", right);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(1L, 20L);
        assertThat(browser.get("/api/executions").statusCode())
                .as("who has not signed in is another")
                .isEqualTo(401);
        assertThat(browser.get("/actuator/prometheus", right).statusCode())
                .as("monitoring goes on")
                .isNotEqualTo(429);

        for (int guess = 0; guess < 2; guess++) {
            assertThat(browser.get("/api/executions", Browser.password("user", "guess" + guess))
                            .statusCode())
                    .isEqualTo(401);
        }
        assertThat(browser.get("/actuator/hawtio/", right).statusCode())
                .as("also with the right password: a guess must not be told from it")
                .isEqualTo(429);
        assertThat(browser.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
    }
}
