package io.caravana.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadRequestTest {

    @Test
    void both_dates_are_read() {
        assertThat(LoadRequest.parse("{\"data_inicio\":\"2025-01-01\",\"data_fim\":\"2025-01-31\"}"))
                .isEqualTo(new LoadRequest(LocalDate.of(2025, 1, 1), LocalDate.of(2025, 1, 31)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "{}", "{\"data_inicio\":null}"})
    void no_dates_are_no_dates(String body) {
        assertThat(LoadRequest.parse(body)).isEqualTo(new LoadRequest(null, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"data_inicio\":\"01/02/2025\"}|data_inicio is '01/02/2025'",
                "{\"data_inicio\":\"2025-02-30\"}|data_inicio is '2025-02-30'",
                "{\"data_inicio\":\"2025-01-01^ORactive=true\"}|data_inicio is '2025-01-01^ORactive=true'",
                "{\"data_fim\":\"2025-01-31'); DROP TABLE x --\"}|data_fim is '2025-01-31'); DROP TABLE x --'",
                "{\"data_fim\":20250131}|data_fim must be a text",
                "{\"data_fim\":[\"2025-01-31\"]}|data_fim must be a text",
                "{\"date\":\"2025-01-31\"}|unknown field 'date'",
                "{\"data_fim\":\"2025-01-31\",\"data_fim\":\"2025-01-30\"}|Duplicate field 'data_fim'",
                "{\"data_fim\":\"2025-01-31\"} x|not valid JSON",
                "[]|not a JSON object",
                "\"2025-01-31\"|not a JSON object",
                "{|not valid JSON"
            })
    void a_bad_body_is_told_what_is_wrong_with_it(String body, String reason) {
        assertThatThrownBy(() -> LoadRequest.parse(body))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining(reason);
    }
}
