package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.catalog.Window;
import io.caravana.console.Browser;
import io.caravana.security.Secrets;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Somebody who is limited to one group tries every door to the tickets of others. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitedCallersTest extends LoadTest {

    private static final String ALL = "5f0c2d7f9a1b4c3d8e6f7a8b9c0d1e2f-everything";
    private static final String LIMITED = "5f0c2d7f9a1b4c3d8e6f7a8b9c0d1e2f-limited";
    private static final String NOTHING = "5f0c2d7f9a1b4c3d8e6f7a8b9c0d1e2f-nothing";
    private static final String GROUP = "Database";

    private String foreign;
    private long own;

    @DynamicPropertySource
    static void callers(DynamicPropertyRegistry registry) {
        token(registry, 0, "all", ALL);
        token(registry, 1, "limited", LIMITED);
        registry.add("caravana.security.tokens[1].groups[0]", () -> GROUP);
        token(registry, 2, "nothing", NOTHING);
        registry.add("caravana.security.tokens[2].companies[0]", () -> "There is no such company");
    }

    private static void token(DynamicPropertyRegistry registry, int place, String name, String token) {
        var entry = "caravana.security.tokens[%d].".formatted(place);
        registry.add(entry + "name", () -> name);
        registry.add(entry + "role", () -> "viewer");
        registry.add(entry + "token", () -> Secrets.hashToken(token));
    }

    @BeforeAll
    void load() {
        loaded("incidents");
        loaded("configurations");
        foreign = jdbc.sql("""
                        SELECT i.sys_id FROM servicenow.incident AS i JOIN servicenow.groups AS g ON g.sys_id = i.assignment_group
                        WHERE g.name <> ? AND i.state NOT IN (6, 7, 8) ORDER BY i.sys_id LIMIT 1""").param(GROUP).query(String.class).single();
        own = jdbc.sql("""
                        SELECT count(*) FROM servicenow.incident AS i JOIN servicenow.groups AS g ON g.sys_id = i.assignment_group
                        WHERE g.name = ?""").param(GROUP).query(Long.class).single();
    }

    private HttpResponse<String> get(String path, String token) throws Exception {
        return send(as(path, token));
    }

    private HttpRequest.Builder as(String path, String token) {
        return request(path).headers(Browser.token(token));
    }

    @Test
    void lists_counters_and_exports_have_the_tickets_of_the_group_alone() throws Exception {
        assertThat(own).isBetween(1L, count("incident") - 1);
        for (var path :
                List.of("/api/v1/tickets?show=all&limit=1000&type=incident", "/tickets.csv?show=all&type=incident")) {
            assertThat(get(path, ALL).body()).as(path).contains(number(foreign));
            assertThat(get(path, LIMITED).body())
                    .as(path)
                    .doesNotContain(number(foreign))
                    .contains(GROUP);
        }
        var tickets = JSON.readTree(get("/api/v1/tickets?show=all&limit=1000&type=incident", LIMITED)
                .body());
        assertThat(tickets).hasSize((int) own);
        assertThat(tickets.findValuesAsText("group")).containsOnly(GROUP);
        var statistics = JSON.readTree(get("/api/v1/statistics", LIMITED).body());
        var counted = 0L;
        for (var one : statistics) {
            counted += one.path("type").asText().equals("incident")
                    ? one.path("count").asLong()
                    : 0;
        }
        assertThat(counted).isEqualTo(own);
        assertThat(get("/", LIMITED).body()).doesNotContain(foreign);
        assertThat(get("/htmx/filter/all?show=all&text=" + number(foreign), LIMITED)
                        .body())
                .doesNotContain(foreign);
        assertThat(get("/htmx/resolved/page/1?group=Backup", LIMITED).body()).doesNotContain("<tr id=");
    }

    @Test
    void a_ticket_of_others_does_not_exist() throws Exception {
        for (var path : List.of("/ticket/incident/" + foreign, "/htmx/ticket/incident/" + foreign)) {
            assertThat(get(path, ALL).statusCode()).as(path).isEqualTo(200);
            var refused = get(path, LIMITED);
            assertThat(refused.statusCode()).as(path).isEqualTo(404);
            assertThat(refused.body())
                    .isEqualTo(get(path.replace(foreign, "nowhere"), LIMITED).body());
        }
        assertThat(get("/htmx/row/incident/" + foreign, LIMITED).body()).doesNotContain(foreign);
    }

    @Test
    void boards_and_charts_sum_up_what_the_caller_sees() throws Exception {
        for (var path : List.of("/slas", "/htmx/slas/next", "/charts")) {
            var page = get(path, NOTHING);
            assertThat(page.statusCode()).as(path).isEqualTo(200);
            assertThat(page.body()).as(path).doesNotContain("INC0", GROUP);
        }
    }

    @Test
    void a_name_that_nothing_has_shows_nothing() throws Exception {
        assertThat(get("/api/v1/tickets?show=all", NOTHING).body()).isEqualTo("[]");
        assertThat(get("/api/v1/statistics", NOTHING).body()).isEqualTo("[]");
        assertThat(get("/tickets.csv?show=all", NOTHING).body().lines()).hasSize(1);
    }

    @Test
    void rejected_records_of_others_are_not_shown() throws Exception {
        var theirs = jdbc.sql("""
                        SELECT sys_id FROM servicenow.incident
                        WHERE assignment_group <> (SELECT sys_id FROM servicenow.groups WHERE name = ?) ORDER BY sys_id DESC LIMIT 1""").param(GROUP).query(String.class).single();
        var ours = jdbc.sql("""
                        SELECT sys_id FROM servicenow.incident
                        WHERE assignment_group = (SELECT sys_id FROM servicenow.groups WHERE name = ?) ORDER BY sys_id DESC LIMIT 1""").param(GROUP).query(String.class).single();
        spoil("incident", theirs, "sys_mod_count", "many");
        spoil("incident", ours, "sys_mod_count", "many");
        load("incidents");

        assertThat(get("/api/rejected?table=incident", ALL).body()).contains(theirs, ours);
        assertThat(get("/api/rejected?table=incident", LIMITED).body())
                .contains(ours)
                .doesNotContain(theirs);
        assertThat(get("/api/rejected", NOTHING).body()).isEqualTo("[]");
        assertThat(get("/htmx/loads", NOTHING).body()).contains("No record was rejected");
    }

    @Test
    void the_search_and_the_suggestions_know_nothing_of_others() throws Exception {
        var search = "/api/v1/search?limit=100&q=" + number(foreign);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(get(search, ALL).body()).contains("\"complete\":true", foreign));
        assertThat(get(search, LIMITED).body()).doesNotContain(foreign);
        var text = URLEncoder.encode(
                jdbc.sql("SELECT short_description FROM servicenow.incident WHERE sys_id = ?")
                        .param(foreign)
                        .query(String.class)
                        .single(),
                StandardCharsets.UTF_8);
        for (var path : List.of("/api/v1/tickets?limit=1000&text=", "/tickets.csv?text=")) {
            assertThat(get(path + text, ALL).body()).as(path).contains(number(foreign));
            assertThat(get(path + text, LIMITED).body()).as(path).doesNotContain(number(foreign));
        }
        assertThat(get("/htmx/suggest/group?group=e", ALL).body()).contains(GROUP, "Service Desk N1");
        assertThat(get("/htmx/suggest/group?group=data", LIMITED).body())
                .contains(GROUP)
                .doesNotContain("Service Desk");
        assertThat(get("/htmx/suggest/group?group=e", LIMITED).body()).doesNotContain("Service Desk");
        assertThat(get("/htmx/suggest/person?person=a", ALL).body()).contains("<option");
        assertThat(get("/htmx/suggest/person?person=a", LIMITED).body()).doesNotContain("<option");
    }

    @Test
    void dead_letters_are_for_those_who_see_everything() throws Exception {
        jdbc.sql("""
                        WITH event AS (INSERT INTO caravana.change_log (table_name, sys_id, number, kind, changes, execution_id)
                          VALUES ('incident', ?, 'INC-dead', 'updated', '{"state": ["1", "2"]}', 'test') RETURNING *),
                        joined AS (INSERT INTO caravana.consumer_group (name, events, xid, id) VALUES ('dead', '{}', '0', 0) RETURNING name)
                        INSERT INTO caravana.delivery (group_name, xid, id, committed_at, table_name, sys_id, types, due_at, failures, error, dead_at)
                        SELECT name, xid, id, committed_at, table_name, sys_id, '{}', now(), 6, 'said why', now() FROM event, joined""").param(foreign).update();

        assertThat(get("/events", ALL).body()).contains("said why", "INC-dead");
        assertThat(get("/events", LIMITED).body()).doesNotContain("said why", "INC-dead", foreign);
        assertThat(get("/api/consumer-groups/dead/dead-letters", ALL).body()).contains(foreign);
        assertThat(get("/api/consumer-groups/dead/dead-letters", LIMITED).statusCode())
                .isEqualTo(403);
    }

    @Test
    void events_tell_of_no_ticket_of_others() throws Exception {
        loaded("live", null, null);
        var everything = follow(ALL);
        var limited = follow(LIMITED);
        var row = new HashMap<>(simulator.rows("incident").stream()
                .filter(one -> one.get("sys_id").equals(foreign))
                .findFirst()
                .orElseThrow());
        row.put("short_description", "None of theirs");
        row.put("sys_updated_on", Window.raw(Instant.now().minusSeconds(10)));
        simulator.put("incident", row);
        loaded("live", null, null);

        await().untilAsserted(() -> assertThat(everything).anyMatch(line -> line.contains(foreign)));
        await().untilAsserted(() ->
                assertThat(limited).filteredOn(line -> line.startsWith("data:")).hasSizeGreaterThan(1));
        assertThat(limited).noneMatch(line -> line.contains(foreign));
    }

    private List<String> follow(String token) throws Exception {
        var lines = new CopyOnWriteArrayList<String>();
        var stream = HttpClient.newHttpClient().send(as("/desk-events", token).build(), BodyHandlers.ofInputStream());
        var reader = new Thread(() -> new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))
                .lines()
                .forEach(lines::add));
        reader.setDaemon(true);
        reader.start();
        await().until(() -> lines.stream().anyMatch(line -> line.startsWith("data:")));
        return lines;
    }

    @Test
    void without_a_sign_in_nothing_is_shown() throws Exception {
        for (var path : List.of(
                "/",
                "/slas",
                "/charts",
                "/events",
                "/loads",
                "/tickets.csv",
                "/desk-events",
                "/htmx/status/counters",
                "/api/v1/tickets")) {
            assertThat(send(request(path)).statusCode()).as(path).isEqualTo(401);
        }
        assertThat(send(as("/htmx/loads/start/choices", LIMITED).POST(HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .as("a viewer starts nothing")
                .isEqualTo(403);
    }

    private String number(String key) {
        return jdbc.sql("SELECT number FROM servicenow.incident WHERE sys_id = ?")
                .param(key)
                .query(String.class)
                .single();
    }
}
