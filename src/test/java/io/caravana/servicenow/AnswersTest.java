package io.caravana.servicenow;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.servicenow.ServiceNowException.Permanent;
import io.caravana.servicenow.ServiceNowException.Retryable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswersTest {

    private static final PageRequest REQUEST =
            new PageRequest("incident", "active=true^ORDERBYsys_id", List.of(), false, 1000, 0, true, 7);

    @ParameterizedTest
    @CsvSource({
        "202, true",
        "301, true",
        "302, true",
        "400, false",
        "401, false",
        "403, false",
        "404, false",
        "405, false",
        "408, true",
        "429, true",
        "500, true",
        "501, false",
        "502, true",
        "503, true",
        "504, true"
    })
    void an_answer_is_tried_again_only_where_that_may_help(int status, boolean retryable) {
        var failure = Answers.of(REQUEST, status, "", null);
        assertThat(failure).isInstanceOf(retryable ? Retryable.class : Permanent.class);
    }

    @Test
    void a_failure_names_table_page_query_status_and_servicenows_own_words() {
        var body = "{\"status\":\"failure\",\"error\":{\"detail\":null,\"message\":\"Invalid table incidentt\"}}";
        assertThat(Answers.of(REQUEST, 400, body, null))
                .hasMessageContaining("table incident")
                .hasMessageContaining("page 7")
                .hasMessageContaining("active=true^ORDERBYsys_id")
                .hasMessageContaining("400")
                .hasMessageContaining("Invalid table incidentt");
    }

    @Test
    void the_wait_that_was_asked_for_is_kept() {
        var failure = (Retryable) Answers.of(REQUEST, 429, "", Duration.ofSeconds(42));
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(42));
    }

    @Test
    void an_untrusted_connection_is_not_tried_again() {
        assertThat(Answers.of(REQUEST, new SSLHandshakeException("bad certificate")))
                .isInstanceOf(Permanent.class);
    }

    @Test
    void a_broken_connection_is_tried_again() {
        assertThat(Answers.of(REQUEST, new SocketTimeoutException("Read timed out")))
                .isInstanceOf(Retryable.class)
                .hasMessageContaining("Read timed out");
        assertThat(Answers.of(REQUEST, new IOException("Connection reset"))).isInstanceOf(Retryable.class);
    }

    @ParameterizedTest
    @CsvSource({"application/json;charset=UTF-8, true", "text/html, false", ", false"})
    void only_json_is_read_as_a_page(String contentType, boolean json) {
        assertThat(Answers.isJson(contentType)).isEqualTo(json);
    }
}
