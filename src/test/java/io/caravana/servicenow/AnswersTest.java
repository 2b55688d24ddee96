package io.caravana.servicenow;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.connector.HttpAnswers;
import io.caravana.connector.RetryAfter;
import io.caravana.servicenow.ServiceNowException.Permanent;
import io.caravana.servicenow.ServiceNowException.Remedy;
import io.caravana.servicenow.ServiceNowException.Retryable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.NoHttpResponseException;
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
        var failure = Answers.of(REQUEST, status, null, "", null);
        assertThat(failure).isInstanceOf(retryable ? Retryable.class : Permanent.class);
    }

    @Test
    void a_failure_names_table_page_query_status_and_servicenows_own_words() {
        var body = "{\"status\":\"failure\",\"error\":{\"detail\":null,\"message\":\"Invalid table incidentt\"}}";
        assertThat(Answers.of(REQUEST, 400, "application/json", body, null))
                .hasMessageContaining("table incident")
                .hasMessageContaining("page 7")
                .hasMessageContaining("active=true^ORDERBYsys_id")
                .hasMessageContaining("400")
                .hasMessageContaining("Invalid table incidentt");
    }

    @Test
    void the_wait_that_was_asked_for_is_kept() {
        var failure = (Retryable) Answers.of(REQUEST, 429, null, "", Duration.ofSeconds(42));
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(42));
    }

    @ParameterizedTest
    @CsvSource({
        "120, , 120",
        "9999999999, , 9999999999",
        "'Fri, 06 Mar 2026 12:02:30 GMT', 'Fri, 06 Mar 2026 12:00:00 GMT', 150",
        "'Fri, 06 Mar 2026 12:00:00 GMT', 'Fri, 06 Mar 2026 12:00:00 GMT', ",
        "0, , ",
        "-5, , ",
        "soon, , ",
        ", , "
    })
    void a_wait_is_asked_for_in_seconds_or_until_a_date_by_the_servers_own_clock(
            String header, String date, Long seconds) {
        assertThat(RetryAfter.of(header, date)).isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
    }

    @Test
    void a_date_without_the_servers_clock_is_taken_by_this_machines() {
        var text = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
        assertThat(RetryAfter.of(text, null)).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
    }

    @ParameterizedTest
    @CsvSource({"429, 5, ASKED_WAIT", "503, 5, ASKED_WAIT", "429, , FEWER_AT_ONCE", "503, , TIME"})
    void a_wait_that_was_asked_for_is_the_remedy_whatever_the_status(int status, Integer wait, Remedy remedy) {
        var after = wait == null ? null : Duration.ofSeconds(wait);
        assertThat(((Retryable) Answers.of(REQUEST, status, null, "", after)).remedy())
                .isEqualTo(remedy);
    }

    @Test
    void a_request_that_is_too_long_for_the_way_is_asked_for_without_its_list() {
        var fields = IntStream.range(0, 200)
                .mapToObj("u_rather_long_name_%03d"::formatted)
                .toList();
        var request = new PageRequest("u_long", "ORDERBYsys_id", fields, false, 1000, 0, true, 1);
        for (var status : List.of(400, 414, 431)) {
            var failure = Answers.of(request, status, "text/html", "<html>too large</html>", null);
            assertThat(failure).hasMessageContaining("line of %,d characters".formatted(request.length()));
            assertThat(((Retryable) failure).remedy()).isEqualTo(Remedy.SHORTER_REQUEST);
        }
        assertThat(Answers.of(request, 400, "application/json", "{}", null)).isInstanceOf(Permanent.class);
        assertThat(Answers.of(REQUEST, 414, null, "", null))
                .isInstanceOf(Permanent.class)
                .hasMessageContaining("shorten the 'filter'");
        assertThat(Answers.of(REQUEST, 400, "text/html", "", null)).message().doesNotContain("characters");
    }

    /** By failure: whether rows may be at fault, time heals, or both. */
    @Test
    void only_an_answer_that_had_begun_says_something_of_its_rows() {
        var remedies = new LinkedHashMap<IOException, Remedy>();
        remedies.put(new SocketException("Connection reset"), Remedy.TIME);
        remedies.put(new ConnectException("Connection refused"), Remedy.TIME);
        remedies.put(new ConnectTimeoutException("Connect timed out"), Remedy.TIME);
        remedies.put(new NoHttpResponseException("failed to respond"), Remedy.TIME);
        remedies.put(new SocketTimeoutException("Read timed out"), Remedy.TIME_AND_SMALLER_PAGE);
        remedies.put(new PageParser.BrokenAnswer("cut off"), Remedy.SMALLER_PAGE);
        remedies.put(new PageParser.BrokenAnswer("broke off", new SocketException("reset")), Remedy.SMALLER_PAGE);
        remedies.forEach((failure, remedy) -> assertThat(((Retryable) Answers.of(REQUEST, failure)).remedy())
                .as(failure.toString())
                .isEqualTo(remedy));
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
        assertThat(HttpAnswers.isJson(contentType)).isEqualTo(json);
    }
}
