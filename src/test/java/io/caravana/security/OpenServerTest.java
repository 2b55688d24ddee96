package io.caravana.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.caravana.Caravana;
import io.caravana.error.StartException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class OpenServerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--server.address=0.0.0.0",
                "--server.address=",
                "--management.server.port=0",
                "--server.address=192.0.2.1"
            })
    void a_server_that_others_reach_does_not_start_without_a_sign_in(String address) {
        var failure = catchThrowable(() -> new SpringApplicationBuilder(Caravana.class)
                .run(address, "--server.port=0", "--caravana.database.url=jdbc:postgresql://localhost:1/never")
                .close());

        assertThat(failure).isInstanceOf(StartException.class).hasMessageContaining("no sign-in is configured");
        assertThat(((StartException) failure).action())
                .contains(
                        "SERVER_ADDRESS=127.0.0.1",
                        "SPRING_SECURITY_USER_PASSWORD",
                        "caravana.security.users",
                        "caravana.security.tokens",
                        "spring.security.oauth2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "caravana.security.users[0].name",
                "caravana.security.tokens[0].name",
                "spring.security.user.password",
                "spring.security.oauth2.resourceserver.jwt.issuer-uri",
                "spring.security.oauth2.resourceserver.jwt.jwk-set-uri",
                "spring.security.oauth2.client.registration.house.client-id"
            })
    void each_kind_of_sign_in_counts_as_one(String key) {
        assertThat(access(Map.of(key, "x", "server.address", "0.0.0.0")).configured())
                .isTrue();
    }

    @Test
    void an_empty_password_counts_as_none() {
        assertThat(access(Map.of("spring.security.user.password", "")).configured())
                .isFalse();
    }

    @Test
    void a_server_on_loopback_is_open_until_somebody_is_configured() {
        assertThat(access(Map.of("server.address", "127.0.0.1")).isOpen()).isTrue();
        assertThat(access(Map.of("server.address", "127.0.0.1", "spring.security.user.password", "x"))
                        .isOpen())
                .isFalse();
    }

    private static Access access(Map<String, Object> settings) {
        var environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", settings));
        ConfigurationPropertySources.attach(environment);
        return Access.of(environment);
    }
}
