package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.catalog.Window;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The pages that a service desk keeps open, and the API beside them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeskTest extends LoadTest {

    private static final Pattern NEXT = Pattern.compile("hx-get=\"(/htmx/[^\"]*after=[^\"]*)\"");
    private static final Pattern ROW = Pattern.compile("<tr id=\"t-([^\"]*)\"");

    @BeforeAll
    void load() {
        loaded("incidents");
        loaded("configurations");
    }

    @Test
    void the_page_shows_counters_and_the_open_tickets_updated_last() throws Exception {
        // of one type: what the other jobs load is another class's
        var page = get("/?type=incident");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
                .doesNotContain("unsafe");
        assertThat(page.body()).hasSizeLessThan(60_000).doesNotContain(" style=", "onclick", "<script>");
        var open = jdbc.sql("SELECT count(*) FROM servicenow.incident WHERE (state IN (6, 7, 8)) IS NOT TRUE")
                .query(Long.class)
                .single();
        assertThat(page.body()).contains("data-open=\"incident\">%d</strong>".formatted(open));
        assertThat(keys(page.body()))
                .containsExactlyElementsOf(jdbc.sql("""
                                SELECT sys_id FROM servicenow.incident WHERE (state IN (6, 7, 8)) IS NOT TRUE
                                ORDER BY coalesce(sys_updated_on, '-infinity') DESC, sys_id DESC LIMIT 50""").query(String.class).list());
    }

    @Test
    void pages_of_a_list_follow_one_another_without_a_gap_or_a_repetition() throws Exception {
        var seen = new ArrayList<String>();
        var address = "/htmx/filter/incidents?show=all&sort=priority";
        while (address != null) {
            var body = get(address).body();
            seen.addAll(keys(body));
            var next = NEXT.matcher(body);
            address = next.find() ? next.group(1).replace("&amp;", "&") : null;
        }

        assertThat(seen).doesNotHaveDuplicates().hasSize((int) count("incident"));
    }

    @Test
    void finished_tickets_come_newest_first_page_by_page() throws Exception {
        var first = get("/htmx/resolved/page/1?type=incident");
        assertThat(keys(first.body()))
                .containsExactlyElementsOf(jdbc.sql("""
                                SELECT sys_id FROM servicenow.incident WHERE state IN (6, 7, 8)
                                ORDER BY coalesce(resolved_at, closed_at, '-infinity') DESC, sys_id DESC LIMIT 50""").query(String.class).list());
        assertThat(first.body()).contains("/htmx/resolved/page/2?");
        assertThat(get("/htmx/resolved/page/7").statusCode())
                .as("a page without its place")
                .isEqualTo(400);
    }

    @Test
    void each_filter_leaves_what_it_says() throws Exception {
        var row = jdbc.sql("""
                        SELECT i.number, i.priority::text AS priority, i.state::text AS state, g.name AS team, u.name AS person, c.name AS company,
                          i.short_description AS text
                        FROM servicenow.incident AS i JOIN servicenow.groups AS g ON g.sys_id = i.assignment_group
                        JOIN servicenow.sys_user AS u ON u.sys_id = i.assigned_to JOIN servicenow.sys_company AS c ON c.sys_id = i.company
                        ORDER BY i.number LIMIT 1""").query().singleRow();
        for (var filter : Map.of(
                        "group",
                        "team",
                        "person",
                        "person",
                        "company",
                        "company",
                        "priority",
                        "priority",
                        "state",
                        "state",
                        "text",
                        "text")
                .entrySet()) {
            var value = URLEncoder.encode((String) row.get(filter.getValue()), StandardCharsets.UTF_8);
            var found = getJson("/api/v1/tickets?type=incident&show=all&limit=1000&" + filter.getKey() + "=" + value);
            assertThat(found.findValuesAsText("number")).as(filter.getKey()).contains((String) row.get("number"));
            assertThat(found.size()).as(filter.getKey()).isLessThan((int) count("incident"));
        }
        assertThat(getJson("/api/v1/tickets?show=all&text=" + row.get("number")).findValuesAsText("number"))
                .containsExactly((String) row.get("number"));
    }

    @Test
    void once_the_search_has_every_ticket_the_text_is_found_in_any_form_of_its_words() throws Exception {
        var key = jdbc.sql("SELECT sys_id FROM servicenow.incident ORDER BY sys_id OFFSET 7 LIMIT 1")
                .query(String.class)
                .single();
        jdbc.sql(
                        "UPDATE servicenow.incident SET short_description = 'Conexões instáveis do turbilhão', etl_updated_at = clock_timestamp() WHERE sys_id = ?")
                .param(key)
                .update();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(getJson("/api/v1/tickets?show=all&text=conexao+turbilhao")
                                .findValuesAsText("sys_id"))
                        .containsExactly(key));
        assertThat(keys(get("/htmx/filter/all?show=all&text=turbilh").body())).containsExactly(key);
    }

    @Test
    void a_filter_that_makes_no_sense_is_refused_with_what_would_be_right() throws Exception {
        assertThat(get("/htmx/filter/all?sort=colour").body()).contains("sort is 'colour'", "priority");
        assertThat(get("/htmx/filter/problems").statusCode()).isEqualTo(400);
        assertThat(get("/api/v1/tickets?after=nonsense").statusCode()).isEqualTo(400);
        assertThat(get("/api/v1/tickets?finished=perhaps").statusCode()).isEqualTo(400);
    }

    @Test
    void statistics_add_up() throws Exception {
        var statistics = getJson("/api/v1/statistics");
        var incidents = new HashMap<String, Long>();
        var percentage = 0.0;
        for (var one : statistics) {
            if (one.path("type").asText().equals("incident")) {
                incidents.put(one.path("state").asText(), one.path("count").asLong());
                percentage += one.path("percentage").asDouble();
            }
        }
        assertThat(incidents.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(count("incident"));
        assertThat(percentage).isBetween(99.9, 100.1);
    }

    @Test
    void states_are_named_in_the_language_of_the_browser_and_others_are_outros() throws Exception {
        var portuguese = send(request("/").header("Accept-Language", "pt-BR,pt;q=0.9"));
        assertThat(portuguese.body())
                .contains("lang=\"pt-BR\"", "Incidentes")
                .as("sys_choice has the same names in other letters")
                .containsIgnoringCase("Em Espera");
        assertThat(get("/").body()).contains("lang=\"en\"", "Incidents", "On Hold");
        assertThat(send(request("/").header("Accept-Language", "pt").header("Cookie", "caravana-language=en"))
                        .body())
                .as("the switch counts more than the browser")
                .contains("Incidents");
        var key = jdbc.sql("SELECT min(sys_id) FROM servicenow.incident")
                .query(String.class)
                .single();
        jdbc.sql("UPDATE servicenow.incident SET state = 42 WHERE sys_id = ?")
                .param(key)
                .update();
        assertThat(send(request("/htmx/row/incident/" + key).header("Accept-Language", "pt"))
                        .body())
                .contains(">Outros<");
    }

    @Test
    void a_ticket_shows_its_slas_its_tasks_and_what_is_not_loaded() throws Exception {
        var key = jdbc.sql(
                        "SELECT task FROM servicenow.incident_sla JOIN servicenow.incident AS i ON i.sys_id = task WHERE has_breached LIMIT 1")
                .query(String.class)
                .single();
        var dialog = send(request("/htmx/ticket/incident/" + key).header("Accept-Language", "pt"));

        assertThat(dialog.statusCode()).isEqualTo(200);
        assertThat(dialog.body())
                .contains("VIOLADO", "<meter", "sys_journal_field", "nav_to.do?uri=incident.do?sys_id=" + key)
                .doesNotContain("<html");
        assertThat(get("/ticket/incident/" + key).body()).contains("<html", "id=\"ticket-title\"");
        assertThat(get("/ticket/incident/none").statusCode()).isEqualTo(404);
    }

    @Test
    void every_other_page_is_answered() throws Exception {
        for (var path : List.of(
                "/slas",
                "/htmx/slas/next",
                "/htmx/suggest/company?company=a",
                "/charts",
                "/events",
                "/htmx/events",
                "/loads",
                "/htmx/loads",
                "/desk/desk.css",
                "/htmx/status/counters")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(200);
        }
    }

    @Test
    void a_column_that_a_site_does_not_carry_leaves_its_place_empty() throws Exception {
        jdbc.sql("ALTER TABLE servicenow.incident RENAME COLUMN priority TO hidden_priority")
                .update();
        jdbc.sql("ALTER TABLE servicenow.incident RENAME COLUMN company TO hidden_company")
                .update();
        try {
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                for (var path : List.of(
                        "/", "/htmx/filter/all?sort=priority&company=x", "/slas", "/charts", "/api/v1/statistics")) {
                    assertThat(get(path).statusCode()).as(path).isEqualTo(200);
                }
            });
        } finally {
            jdbc.sql("ALTER TABLE servicenow.incident RENAME COLUMN hidden_priority TO priority")
                    .update();
            jdbc.sql("ALTER TABLE servicenow.incident RENAME COLUMN hidden_company TO company")
                    .update();
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(get("/htmx/filter/incidents?priority=3&show=all")
                                .body())
                        .contains("data-priority=\"3\""));
    }

    @Test
    void the_export_has_every_ticket_and_no_formula() throws Exception {
        var key = jdbc.sql("SELECT max(sys_id) FROM servicenow.incident")
                .query(String.class)
                .single();
        jdbc.sql("UPDATE servicenow.incident SET short_description = '=HYPERLINK(\"http://x\")' WHERE sys_id = ?")
                .param(key)
                .update();
        var file = get("/tickets.csv?show=all&type=incident");

        assertThat(file.headers().firstValue("Content-Type")).contains("text/csv;charset=UTF-8");
        assertThat(file.body().lines().filter(line -> line.startsWith("incident,")))
                .hasSize((int) count("incident"));
        assertThat(file.body()).contains("\"'=HYPERLINK(\"\"http://x\"\")\"");
    }

    @Test
    void an_index_is_made_once_its_table_is_there() {
        assertThat(jdbc.sql("SELECT caravana.index_tickets()")
                        .query(Integer.class)
                        .single())
                .isNotNegative();
        var plan = jdbc.sql("""
                        EXPLAIN SELECT sys_id FROM servicenow.incident WHERE (state::text IN ('6', '7', '8')) IS NOT TRUE
                        ORDER BY coalesce(opened_at, '-infinity') DESC, sys_id DESC LIMIT 5""").query(String.class).list();
        assertThat(plan).anyMatch(line -> line.contains("incident_desk_open"));
        assertThat(jdbc.sql("SELECT caravana.index_tickets()")
                        .query(Integer.class)
                        .single())
                .as("the second time")
                .isZero();
    }

    @Test
    void an_open_page_is_told_of_a_change_and_one_that_comes_back_of_what_it_missed() throws Exception {
        loaded("live", null, null);
        var row = simulator.rows("incident").get(5);
        var told = new CopyOnWriteArrayList<String>();
        var client = HttpClient.newHttpClient();
        var stream = client.send(request("/desk-events").build(), BodyHandlers.ofInputStream());
        assertThat(stream.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        var reader = new Thread(() -> new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))
                .lines()
                .forEach(told::add));
        reader.setDaemon(true);
        reader.start();
        await().untilAsserted(() -> assertThat(told).anyMatch(line -> line.contains("\"counters\"")));
        var place = told.stream()
                .filter(line -> line.startsWith("id: "))
                .findFirst()
                .orElseThrow()
                .substring(4);

        change(row, "Told at once");
        await().untilAsserted(() -> assertThat(told).anyMatch(line -> line.contains(row.get("sys_id"))));
        stream.body().close();

        var again = client.send(
                request("/desk-events").header("Last-Event-ID", place).build(), BodyHandlers.ofInputStream());
        var missed = new CopyOnWriteArrayList<String>();
        var second = new Thread(() -> new BufferedReader(new InputStreamReader(again.body(), StandardCharsets.UTF_8))
                .lines()
                .forEach(missed::add));
        second.setDaemon(true);
        second.start();
        await().untilAsserted(() -> assertThat(missed).anyMatch(line -> line.contains(row.get("sys_id"))));
        again.body().close();
    }

    private void change(Map<String, String> row, String text) {
        var changed = new HashMap<>(row);
        changed.put("short_description", text);
        changed.put("sys_updated_on", Window.raw(Instant.now().minusSeconds(10)));
        simulator.put("incident", changed);
        loaded("live", null, null);
    }

    private static List<String> keys(String html) {
        return ROW.matcher(html).results().map(match -> match.group(1)).toList();
    }
}
