package io.caravana.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.alert.Message.Channel;
import io.caravana.alert.Notice.TableTrouble;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class TemplatesTest {

    private static final OffsetDateTime MOMENT = OffsetDateTime.parse("2026-11-21T10:00:00+01:00");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"failed", "incomplete", "interrupted", "late", "running-long", "recovered", "test"})
    void every_event_has_a_template_that_fills_whole(String event) {
        var written = write(notice(event, "it broke"));
        assertThat(written.subject()).startsWith("Caravana: ").doesNotContain("${");
        assertThat(written.text()).isNotEmpty().doesNotContain("${", "null");
    }

    @Test
    void a_template_of_the_users_folder_takes_the_place_of_the_built_in_one() throws Exception {
        Files.writeString(
                folder.resolve("failed.txt"), "Oh no, ${body.job}\n\nSince ${body.begin}:\n${body.problems}\n");
        var written = write(notice("failed", "it broke"));
        assertThat(written.subject()).isEqualTo("Oh no, incidents");
        assertThat(written.text()).isEqualTo("Since 2026-11-21 09:00 UTC:\n- incident: it broke");
        assertThat(write(notice("late", "")).subject()).isEqualTo("Caravana: incidents is late");
    }

    @Test
    void a_rule_of_ones_own_has_a_template_of_its_own_with_its_own_values() throws Exception {
        Files.writeString(folder.resolve("outage.txt"), "Outage ${body.values[number]}\n\nSince ${body.begin}\n");
        assertThat(write(notice("outage", "")).subject()).isEqualTo("Outage INC1");
    }

    @Test
    void what_an_error_says_is_never_taken_for_a_template() {
        assertThat(write(notice("failed", "no ${sys.java.home} here")).text())
                .contains("- incident: no ${sys.java.home} here");
    }

    private Message write(Notice notice) {
        var properties = properties(Map.of("caravana.notifications.templates", folder.toString()));
        return new Templates(new DefaultCamelContext(), properties)
                .write(new Message(Channel.MAIL, List.of(1L), List.of(notice)));
    }

    private static Notice notice(String event, String problem) {
        var tables = List.of(new TableTrouble("incident", problem));
        return new Notice(
                event,
                "Caravana",
                "incidents",
                "an-id",
                null,
                null,
                MOMENT,
                MOMENT,
                MOMENT,
                1,
                tables,
                null,
                Map.of("number", "INC1"));
    }

    static AlertProperties properties(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("caravana.notifications", AlertProperties.class);
    }
}
