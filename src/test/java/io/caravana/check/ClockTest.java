package io.caravana.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClockTest {

    private static final String THERE = "Fri, 21 Nov 2025 12:00:00 GMT";

    @ParameterizedTest
    @CsvSource({
        "2025-11-21T12:00:00Z, 0 s ahead of, false",
        "2025-11-21T12:01:00Z, 60 s behind, false",
        "2025-11-21T12:01:01Z, 61 s behind, true",
        "2025-11-21T11:00:00Z, '3,600 s ahead of', true"
    })
    void clocks_more_than_a_minute_apart_are_worth_a_word(Instant here, String words, boolean isNoted) {
        var finding = SourceTrials.clock(THERE, here);
        assertThat(finding.ok()).isTrue();
        assertThat(finding.detail()).isEqualTo("ServiceNow's clock is " + words + " this machine's");
        assertThat(finding.advice().isEmpty()).isNotEqualTo(isNoted);
    }

    @Test
    void an_answer_without_a_date_tells_nothing() {
        assertThat(SourceTrials.clock(null, Instant.EPOCH).detail()).isEqualTo("ServiceNow did not say its time");
        assertThat(SourceTrials.clock("soon", Instant.EPOCH).detail()).isEqualTo("ServiceNow did not say its time");
    }
}
