package io.caravana.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.Caravana;
import io.caravana.database.TestDatabase;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"server.address=0.0.0.0", "spring.security.user.password=" + Browser.PASSWORD})
class WithoutLoopbackTest {

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry registry) {
        registry.add("caravana.database.url", TestDatabase::url);
    }

    @LocalServerPort
    int port;

    @Test
    void everything_but_health_asks_for_a_password_once_others_can_reach_the_server() throws Exception {
        var browser = new Browser(port);

        assertThat(browser.get("/actuator/health").statusCode()).isEqualTo(200);
        assertThat(browser.get("/api/jobs").statusCode()).isEqualTo(401);
        assertThat(browser.get("/actuator/prometheus").statusCode()).isEqualTo(401);
        assertThat(browser.get("/swagger-ui/index.html").statusCode()).isEqualTo(401);
        assertThat(browser.get("/swagger-ui/index.html", Browser.password(Browser.PASSWORD))
                        .statusCode())
                .isEqualTo(200);
    }
}
