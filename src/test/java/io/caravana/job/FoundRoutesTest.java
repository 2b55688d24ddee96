package io.caravana.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** A start of Camel alone, with the settings as they are shipped and a folder of routes. */
class FoundRoutesTest {

    @ImportAutoConfiguration(CamelAutoConfiguration.class)
    @Import(FoundRoutes.class)
    static class CamelOnly {}

    @TempDir
    Path temp;

    @Test
    void a_folder_below_has_the_routes() throws IOException {
        assertRoutesAreFound(routes());
    }

    @Test
    void a_link_leads_to_the_routes() throws IOException {
        assertRoutesAreFound(Files.createSymbolicLink(temp.resolve("current"), routes()));
    }

    @Test
    void a_link_inside_the_folder_leads_to_the_routes() throws IOException {
        var folder = Files.createDirectory(temp.resolve("mounted"));
        Files.createSymbolicLink(folder.resolve("load.camel.yaml"), routes().resolve("load/load.camel.yaml"));
        assertRoutesAreFound(folder);
    }

    @Test
    void a_start_without_a_route_stops_and_says_where_it_looked() throws IOException {
        assertStopsWith("No file *.camel.yaml in or below it", Files.createDirectory(temp.resolve("empty")));
        assertStopsWith("There is no such folder.", temp.resolve("missing"));
    }

    private static void assertStopsWith(String sentence, Path folder) {
        assertThat(catchThrowable(() -> start(folder).close()))
                .rootCause()
                .isInstanceOfSatisfying(
                        InvalidConfigurationPropertyValueException.class,
                        wrong -> assertThat(wrong.getValue()).isEqualTo(folder.toString()))
                .hasMessageContaining(sentence);
    }

    private Path routes() throws IOException {
        var folder = Files.createDirectories(temp.resolve("routes/load"));
        Files.writeString(folder.resolve("load.camel.yaml"), """
                - route:
                    id: load-table
                    from:
                      uri: direct:load-table
                      steps:
                        - stop: {}
                """);
        return folder.getParent();
    }

    private static void assertRoutesAreFound(Path folder) {
        try (var started = start(folder)) {
            assertThat(started.getBean(CamelContext.class).getRoute("load-table"))
                    .isNotNull();
        }
    }

    private static ConfigurableApplicationContext start(Path folder) {
        return new SpringApplicationBuilder(CamelOnly.class)
                .web(WebApplicationType.NONE)
                .properties("logging.level.root=off")
                .run("--caravana.routes-dir=" + folder);
    }
}
