package io.caravana.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.Caravana;
import io.caravana.database.TestDatabase;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.security.core.userdetails.UserDetailsService;

class WithoutWebServerTest {

    @Test
    void a_command_starts_without_the_pages() {
        try (var application = new SpringApplicationBuilder(Caravana.class)
                .web(WebApplicationType.NONE)
                .profiles("command")
                .run("--caravana.database.url=" + TestDatabase.url())) {
            assertThat(application.getBeansOfType(UserDetailsService.class)).isEmpty();
        }
    }
}
