package io.caravana.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.alert.TicketAlertProperties.Rule;
import java.time.LocalTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TicketAlertPropertiesTest {

    @ParameterizedTest
    @CsvSource({
        "22:00, 07:00, 21:59, false",
        "22:00, 07:00, 22:00, true",
        "22:00, 07:00, 03:00, true",
        "22:00, 07:00, 07:00, false",
        "12:00, 13:00, 12:30, true",
        "12:00, 13:00, 13:00, false",
        "00:00, 00:00, 00:00, false"
    })
    void quiet_hours_last_from_their_first_minute_to_the_one_before_their_end(
            String from, String to, LocalTime now, boolean isQuiet) {
        assertThat(new TicketAlertProperties(List.of(), 5, from, to).isQuiet(now))
                .isEqualTo(isQuiet);
    }

    @Test
    void a_rule_fits_types_by_name_or_star_and_priorities_if_it_names_some() {
        var rule = new Rule(List.of("incident:*", "sla:breach"), List.of("1"), List.of(), List.of());
        assertThat(rule.fits(List.of("incident:created"), "1")).isTrue();
        assertThat(rule.fits(List.of("assignment", "sla:breach"), "1")).isTrue();
        assertThat(rule.fits(List.of("incident:created"), "2")).isFalse();
        assertThat(rule.fits(List.of("incident:created"), null)).isFalse();
        assertThat(rule.fits(List.of("sla:warning"), "1")).isFalse();
        assertThat(rule.fits(List.of(), "1")).isFalse();
    }
}
