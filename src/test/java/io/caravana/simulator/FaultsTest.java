package io.caravana.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.caravana.simulator.Fault.Kind;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultsTest {
    private Simulator simulator;
    private Client client;

    @BeforeEach
    void four_incidents() {
        simulator = Desk.empty();
        client = new Client(simulator);
        for (var i = 1; i <= 4; i++) {
            Desk.incident(simulator, "a" + i, "number", "INC" + i, "state", i % 2 == 0 ? "7" : "1");
        }
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    private HttpResponse<String> list() throws IOException, InterruptedException {
        return client.get(
                "/api/now/table/incident", "sysparm_query", "ORDERBYsys_id", "sysparm_fields", "sys_id,number");
    }

    private String rows(Fault fault) throws IOException, InterruptedException {
        simulator.faults().add(fault.on("incident"));
        return list().body();
    }

    @ParameterizedTest
    @ValueSource(ints = {202, 400, 401, 403, 404, 429, 500, 502, 503})
    void a_status_takes_the_place_of_the_answer_once(int status) throws IOException, InterruptedException {
        simulator.faults().add(Fault.status(status).at(2).with("retry-after", "7"));

        assertThat(list().statusCode()).isEqualTo(200);
        var struck = list();
        assertThat(struck.statusCode()).isEqualTo(status);
        assertThat(struck.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(list().statusCode()).isEqualTo(200);
    }

    @Test
    void an_hourly_rule_says_when_to_come_back_and_a_semaphore_does_not() throws IOException, InterruptedException {
        simulator.faults().add(Fault.of(Kind.RATE_LIMIT).at(1).with("seconds", "60"));
        simulator.faults().add(Fault.of(Kind.SEMAPHORE).at(2));

        var rule = list();
        assertThat(rule.statusCode()).isEqualTo(429);
        assertThat(rule.headers().firstValue("Retry-After")).hasValue("60");
        assertThat(rule.headers().firstValue("X-RateLimit-Reset"))
                .hasValue(Long.toString(Desk.FRIDAY.instant().getEpochSecond() + 60));
        var semaphore = list();
        assertThat(semaphore.statusCode()).isEqualTo(429);
        assertThat(semaphore.headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void a_wait_may_be_asked_for_until_a_date() throws IOException, InterruptedException {
        simulator.faults().add(Fault.status(503).with("retry-after", "150").with("as", "date"));
        var date = list().headers().firstValue("Retry-After").orElseThrow();
        assertThat(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toEpochSecond())
                .isEqualTo(Desk.FRIDAY.instant().getEpochSecond() + 150);
    }

    @Test
    void an_answer_has_no_more_rows_than_the_cap_and_counts_them_all() throws IOException, InterruptedException {
        assertThat(rows(Fault.of(Kind.ROW_CAP).with("rows", "3")))
                .contains("INC3")
                .doesNotContain("INC4");
        assertThat(list().headers().firstValue("X-Total-Count")).hasValue("4");
    }

    @Test
    void headers_are_taken_away_or_written_anew() throws IOException, InterruptedException {
        simulator.faults().add(Fault.of(Kind.HEADERS).with("X-Total-Count", "").with("Content-Type", "text/plain"));
        var headers = list().headers();
        assertThat(headers.firstValue("X-Total-Count")).isEmpty();
        assertThat(headers.firstValue("Content-Type")).hasValue("text/plain");
    }

    @Test
    void a_long_request_is_refused_with_a_page_for_people() throws IOException, InterruptedException {
        simulator.faults().add(Fault.of(Kind.LONG_LINE).with("characters", "150"));
        assertThat(list().statusCode()).isEqualTo(200);
        var refused = client.get("/api/now/table/incident", "sysparm_fields", "number,".repeat(30));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
    }

    @Test
    void the_statistics_of_a_table_can_fail_alone() throws IOException, InterruptedException {
        simulator.faults().add(Fault.status(403).on("stats/incident"));
        assertThat(list().statusCode()).isEqualTo(200);
        assertThat(client.get("/api/now/stats/incident", "sysparm_count", "true")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void a_login_page_is_a_200_of_html_or_a_redirect() throws IOException, InterruptedException {
        simulator.faults().add(Fault.of(Kind.LOGIN_PAGE).at(1));
        simulator.faults().add(Fault.of(Kind.LOGIN_REDIRECT).at(2));

        var page = list();
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        var redirect = list();
        assertThat(redirect.statusCode()).isEqualTo(302);
        assertThat(redirect.headers().firstValue("Location")).hasValue("/login.do");
    }

    @Test
    void a_broken_page_may_be_valid_json_with_an_error_beside_it() throws IOException, InterruptedException {
        var answer = Answer.MAPPER.readTree(rows(Fault.of(Kind.BROKEN_WITH_ERROR)));

        assertThat(answer.at("/result/1/sys_id").asText()).isEqualTo("a2");
        assertThat(answer.at("/result/2").isTextual()).isTrue();
        assertThat(answer.at("/error/message").asText()).startsWith("Transaction cancelled");
        assertThat(answer.get("status").asText()).isEqualTo("failure");
    }

    @Test
    void a_broken_page_may_be_malformed_around_its_error() throws IOException, InterruptedException {
        var body = rows(Fault.of(Kind.BROKEN_MALFORMED_WITH_ERROR));

        assertThat(body).contains("}\"\"],\"error\":{").endsWith("\"status\":\"failure\"}");
        assertMalformed(body);
    }

    @ParameterizedTest
    @EnumSource(names = {"BROKEN_MALFORMED", "BROKEN_CUT", "BROKEN_TRAILING_COMMA"})
    void a_broken_page_may_be_malformed_without_any_error(Kind kind) throws IOException, InterruptedException {
        var body = rows(Fault.of(kind).with("rows", "3"));

        assertThat(body)
                .startsWith("{\"result\":[{\"sys_id\":\"a1\"")
                .contains("a3")
                .doesNotContain("error");
        assertMalformed(body);
    }

    private static void assertMalformed(String body) {
        assertThatThrownBy(() -> Answer.MAPPER.readTree(body)).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void an_error_may_come_alone_with_a_200() throws IOException, InterruptedException {
        simulator.faults().add(Fault.of(Kind.ERROR_ONLY));

        assertThat(list().statusCode()).isEqualTo(200);
        assertThat(list().body()).startsWith("{\"error\":{\"message\":").endsWith("\"status\":\"failure\"}");
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT_BODY", "RESET", "RESET_AFTER_STATUS"})
    void a_connection_may_close_early_and_serves_again_after(Kind kind) throws IOException, InterruptedException {
        simulator.faults().add(Fault.of(kind).times(2).with("bytes", "20"));

        assertThatThrownBy(this::list).isInstanceOf(IOException.class);
        simulator.faults().clear();
        assertThat(list().statusCode()).isEqualTo(200);
    }

    @Test
    void a_body_may_be_slow_and_an_answer_late() throws IOException, InterruptedException {
        simulator
                .faults()
                .add(Fault.of(Kind.SLOW_BODY).at(1).with("bytes", "40").with("millis", "20"));
        simulator.faults().add(Fault.of(Kind.DELAY).at(2).with("millis", "50"));
        var started = System.nanoTime();

        assertThat(list().body()).contains("INC4");
        assertThat(list().body()).contains("INC4");
        assertThat(System.nanoTime() - started).isGreaterThan(100_000_000L);
    }

    @Test
    void an_all_hidden_page_is_empty_but_counted() throws IOException, InterruptedException {
        simulator.faults().add(Fault.of(Kind.HIDDEN_ROWS).with("query", "state=7"));

        var page =
                client.get("/api/now/table/incident", "sysparm_query", "sys_id>a1^ORDERBYsys_id", "sysparm_limit", "1");
        assertThat(page.body()).isEqualTo("{\"result\":[]}");
        assertThat(page.headers().firstValue("X-Total-Count")).hasValue("3");
        assertThat(list().body())
                .isEqualTo(
                        "{\"result\":[{\"sys_id\":\"a1\",\"number\":\"INC1\"},{\"sys_id\":\"a3\",\"number\":\"INC3\"}]}");
        assertThat(client.get("/api/now/table/incident/a2").statusCode()).isEqualTo(404);
    }

    @Test
    void hidden_fields_are_omitted() throws IOException, InterruptedException {
        assertThat(rows(Fault.of(Kind.HIDDEN_FIELDS).with("fields", "number")))
                .startsWith("{\"result\":[{\"sys_id\":\"a1\"},");
    }

    @Test
    void a_giant_row_breaks_every_page_that_holds_it_and_no_other() throws IOException, InterruptedException {
        simulator.faults().add(Fault.of(Kind.GIANT_ROW).with("sys_id", "a2"));

        assertThat(list().body()).contains("Transaction cancelled");
        assertThat(client.get("/api/now/table/incident/a2").body()).contains("Transaction cancelled");
        assertThat(client.get("/api/now/table/incident", "sysparm_query", "sys_id>a2")
                        .body())
                .doesNotContain("Transaction cancelled");
        assertThat(client.get("/api/now/table/incident", "sysparm_fields", "sys_id")
                        .body())
                .contains("\"a2\"")
                .doesNotContain("Transaction cancelled");
    }

    @Test
    void a_row_may_hold_a_bad_value() throws IOException, InterruptedException {
        assertThat(rows(Fault.of(Kind.BAD_VALUE)
                        .with("sys_id", "a2")
                        .with("column", "number")
                        .with("value", "\u0000")))
                .contains("{\"sys_id\":\"a2\",\"number\":\"\\u0000\"}");
    }

    @Test
    void a_row_may_come_twice() throws IOException, InterruptedException {
        assertThat(rows(Fault.of(Kind.DUPLICATE_ROW).with("sys_id", "a2")))
                .endsWith("{\"sys_id\":\"a4\",\"number\":\"INC4\"},{\"sys_id\":\"a2\",\"number\":\"INC2\"}]}");
    }

    @Test
    void a_row_may_lack_its_sys_id_or_everything() throws IOException, InterruptedException {
        simulator.faults().add(Fault.of(Kind.NO_SYS_ID).with("sys_id", "a1"));
        assertThat(rows(Fault.of(Kind.EMPTY_ROW).with("sys_id", "a2")))
                .startsWith("{\"result\":[{\"number\":\"INC1\"},{},{");
    }

    @Test
    void a_column_may_appear_unannounced() throws IOException, InterruptedException {
        assertThat(rows(Fault.of(Kind.EXTRA_COLUMN)))
                .startsWith("{\"result\":[{\"sys_id\":\"a1\",\"number\":\"INC1\",\"u_unannounced\":\"surprise\"}");
    }

    @Test
    void an_empty_page_may_come_in_the_middle() throws IOException, InterruptedException {
        simulator.faults().add(Fault.of(Kind.EMPTY_PAGE).at(1));

        var empty = list();
        assertThat(empty.body()).isEqualTo("{\"result\":[]}");
        assertThat(empty.headers().firstValue("X-Total-Count")).hasValue("4");
        assertThat(list().body()).contains("a4");
    }

    @Test
    void a_fault_strikes_only_its_table_and_its_share() throws IOException, InterruptedException {
        simulator.faults().add(Fault.status(500).on("sys_user"));
        assertThat(list().statusCode()).isEqualTo(200);

        simulator.faults().clear();
        simulator.faults().add(Fault.status(500).sometimes(0.5));
        var struck = 0;
        for (var i = 0; i < 40; i++) {
            struck += list().statusCode() == 500 ? 1 : 0;
        }
        assertThat(struck).isBetween(8, 32);
    }

    @Test
    void faults_can_be_set_listed_and_cleared_over_http() throws IOException, InterruptedException {
        var fault = "{\"kind\":\"STATUS\",\"table\":\"incident\",\"times\":1,\"settings\":{\"status\":\"503\"}}";
        assertThat(client.send("POST", "/simulator/faults", fault).statusCode()).isEqualTo(201);
        assertThat(list().statusCode()).isEqualTo(503);
        assertThat(client.get("/simulator/faults").body()).contains("\"kind\":\"STATUS\"");

        assertThat(client.send("DELETE", "/simulator/faults", "").statusCode()).isEqualTo(204);
        assertThat(client.get("/simulator/faults").body()).isEqualTo("[]");
        assertThat(client.send("POST", "/simulator/faults", "{\"kind\":\"NONE\"}")
                        .statusCode())
                .isEqualTo(400);
    }
}
