package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravana.catalog.Table;
import io.caravana.change.ConsumerGroups;
import io.caravana.load.Scrape.Series;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.actuate.observability.AutoConfigureObservability;
import org.springframework.test.context.TestPropertySource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

@AutoConfigureObservability(tracing = false)
@TestPropertySource(properties = "metrics.refresh=200ms")
class MetricsTest extends LoadTest {

    @Autowired
    MeterRegistry meters;

    @Autowired
    ConsumerGroups groups;

    @BeforeEach
    void somebody_follows_the_changes() {
        groups.join("metrics", List.of("*"));
        awaitValue("caravana_consumer_group_dead_letters{group=\"metrics\"}", 0);
    }

    @Test
    void a_load_adds_what_its_execution_counted() throws Exception {
        var bad = spoil("sys_user_group", 3);
        simulator.faults().add(Fault.status(503).on("core_company").times(1));
        simulator.faults().add(Fault.of(Kind.LOGIN_PAGE).on("core_company").at(2));
        simulator.faults().add(Fault.of(Kind.RESET).on("core_company").at(3));
        var before = scrape();
        var execution = loaded("configurations");
        var after = scrape();
        for (var table : execution.tables()) {
            var added = new Added(before, after, "{job_name=\"configurations\",table=\"%s\"".formatted(table.table()));
            assertThat(added.of("caravana_rows_total", "outcome=\"inserted\"")).isEqualTo(table.inserted());
            assertThat(added.of("caravana_rows_total", "outcome=\"updated\"")).isEqualTo(table.updated());
            assertThat(added.of("caravana_rows_total", "outcome=\"unchanged\"")).isEqualTo(table.unchanged());
            assertThat(added.of("caravana_rows_total", "outcome=\"rejected\"")).isEqualTo(table.rejected());
            assertThat(added.of("caravana_pages_total")).isEqualTo(table.pages());
            assertThat(added.of("caravana_servicenow_requests_total")).isEqualTo(table.apiRequests());
            assertThat(added.of("caravana_servicenow_answer_seconds_count")).isEqualTo(table.apiRequests());
            assertThat(added.of("caravana_servicenow_wait_seconds_count", "reason=\"rate\""))
                    .isEqualTo(table.apiRequests());
            var log = jdbc.sql("""
                            SELECT json_bytes, wire_bytes, api_seconds FROM caravana.table_load
                            WHERE execution_id = ? AND table_name = ?""")
                    .params(execution.executionId(), table.table())
                    .query()
                    .singleRow();
            assertThat(added.of("caravana_servicenow_json_bytes_total"))
                    .isEqualTo(number(log, "json_bytes"))
                    .isPositive();
            assertThat(added.of("caravana_servicenow_wire_bytes_total")).isEqualTo(number(log, "wire_bytes"));
            assertThat(added.of("caravana_servicenow_answer_seconds_sum"))
                    .isEqualTo(number(log, "api_seconds"), within(0.002));
        }
        assertThat(byTable(execution).get("groups").rejected()).isEqualTo(1);
        var companies = new Added(before, after, "{table=\"sys_company\"");
        assertThat(companies.of("caravana_servicenow_requests_total", "status=\"503\""))
                .isEqualTo(1);
        assertThat(companies.of("caravana_servicenow_requests_total", "status=\"broken\""))
                .isEqualTo(1);
        assertThat(companies.of("caravana_servicenow_requests_total", "status=\"none\""))
                .isEqualTo(1);
        assertThat(companies.of("caravana_retries_total")).isEqualTo(3);
        var users = byTable(execution).get("sys_user");
        assertThat(new Added(before, after, "{table=\"sys_user\"").of("caravana_batch_write_seconds_count"))
                .as("batches of 40 in pages of 100")
                .isBetween(users.recordsExtracted() / 40.0, users.recordsExtracted() / 40.0 + users.pages());
    }

    @Test
    void deleted_rows_are_counted() throws Exception {
        loaded("tickets");
        jdbc.sql("""
                INSERT INTO servicenow.sc_task (sys_id, sys_created_on) VALUES ('gone', now() - interval '2 days')""").update();
        var before = scrape();
        loaded("tickets");
        assertThat(new Added(before, scrape(), "{table=\"sc_task\"").of("caravana_rows_total", "outcome=\"deleted\""))
                .isEqualTo(1);
    }

    @Test
    void the_wait_that_servicenow_asks_for_shows_while_it_lasts_and_is_counted_after() throws Exception {
        loaded("choices");
        var before = scrape();
        simulator
                .faults()
                .add(Fault.of(Kind.RATE_LIMIT)
                        .with("seconds", "2")
                        .on("sys_choice")
                        .times(1));
        var id = jobs.start("choices", BEGINNING, TODAY).id();
        await().until(() -> scrape().sum("caravana_servicenow_pause_seconds") > 0.1);
        assertThat(end(id).status()).isEqualTo("success");
        var after = scrape();
        assertThat(after.sum("caravana_servicenow_pause_seconds")).isZero();
        assertThat(after.sum("caravana_servicenow_in_flight")).isZero();
        assertThat(after.sum("caravana_servicenow_in_flight_limit")).isEqualTo(8);
        var added = new Added(before, after, "{table=\"sys_choice\"");
        assertThat(added.of("caravana_servicenow_wait_seconds_sum", "reason=\"pause\""))
                .isBetween(1.5, 10.0);
        assertThat(added.of("caravana_servicenow_wait_seconds_sum", "reason=\"in_flight\""))
                .isLessThan(1);
        assertThat(added.of("caravana_servicenow_requests_total", "status=\"429\""))
                .isEqualTo(1);
    }

    @Test
    void the_last_success_is_a_moment_and_stays_when_a_later_load_fails() throws Exception {
        var success = loaded("choices");
        var ended = success.endedAt().toInstant().toEpochMilli() / 1_000.0;
        awaitValue("caravana_job_last_success_timestamp_seconds{job_name=\"choices\"}", ended);
        awaitValue("caravana_job_last_failed{job_name=\"choices\"}", 0);
        simulator.faults().add(Fault.status(403).on("sys_choice"));
        assertThat(load("choices").status()).isEqualTo("error");
        awaitValue("caravana_job_last_failed{job_name=\"choices\"}", 1);
        awaitValue("caravana_job_last_success_timestamp_seconds{job_name=\"choices\"}", ended);
    }

    /** A scrape between taking rows away and putting them back finds none, or fails. */
    @Test
    void a_row_that_stays_keeps_its_meter_and_moves_its_value() {
        loaded("choices");
        var meter = await().until(() -> lastSuccess(), Objects::nonNull);
        var before = meter.value();
        var ended = loaded("choices").endedAt().toInstant().toEpochMilli() / 1_000.0;
        await().until(() -> meter.value() == ended);
        assertThat(before).isLessThan(ended);
        assertThat(lastSuccess()).isSameAs(meter);
    }

    private Gauge lastSuccess() {
        return meters.find("caravana.job.last.success.timestamp")
                .tag("job_name", "choices")
                .gauge();
    }

    @Test
    void a_read_with_hidden_rows_shows_until_one_is_complete() throws Exception {
        simulator.faults().add(Fault.of(Kind.HIDDEN_ROWS).on("sys_choice").with("query", "element=state"));
        assertThat(byTable(loaded("choices")).get("sys_choice").verdict()).isEqualTo("incomplete");
        awaitValue("caravana_table_last_read_incomplete{table=\"sys_choice\"}", 1);
        simulator.faults().clear();
        loaded("choices");
        awaitValue("caravana_table_last_read_incomplete{table=\"sys_choice\"}", 0);
    }

    @Test
    void a_table_that_is_set_aside_shows_until_it_can_be_read() throws Exception {
        end(jobs.start("live", null, null).id());
        awaitValue("caravana_table_set_aside{job_name=\"live\",table=\"sys_company\"}", 0);
        simulator.faults().add(Fault.status(403).on("core_company"));
        end(jobs.start("live", null, null).id());
        awaitValue("caravana_table_set_aside{job_name=\"live\",table=\"sys_company\"}", 1);
        awaitValue("caravana_table_set_aside{job_name=\"live\",table=\"sc_task\"}", 0);
        simulator.faults().clear();
        end(jobs.start("live", null, null).id());
        awaitValue("caravana_table_set_aside{job_name=\"live\",table=\"sys_company\"}", 0);
    }

    @Test
    void every_query_of_the_dashboard_and_the_alerts_finds_what_it_asks_for() throws Exception {
        simulator.faults().add(Fault.status(503).on("sys_choice").times(1));
        loaded("choices");
        jdbc.sql("""
                INSERT INTO caravana.watermark (table_name, definition, read_until, pass_until, moved_at)
                VALUES ('sys_choice', 'of a test', '2026-01-01Z', '2026-01-02Z', '2026-01-03Z')
                ON CONFLICT (table_name) DO UPDATE SET read_until = EXCLUDED.read_until, pass_until = EXCLUDED.pass_until,
                  moved_at = EXCLUDED.moved_at""").update();
        System.gc();
        awaitValue("caravana_table_watermark_timestamp_seconds{table=\"sys_choice\"}", 1_767_225_600);
        awaitValue("caravana_table_checkpoint_timestamp_seconds{table=\"sys_choice\"}", 1_767_398_400);
        awaitValue("caravana_table_last_read_incomplete{job_name=\"choices\"}", 0);
        awaitValue("caravana_table_set_aside{job_name=\"choices\"}", 0);
        var queries = new ArrayList<>(dashboardQueries());
        queries.addAll(alerts().values());
        // what is read from the log is replaced with each reading, not all at once
        await().untilAsserted(() -> assertFinds(scrape(), queries));
    }

    private static void assertFinds(Scrape scrape, List<String> queries) {
        assertThat(queries).hasSizeGreaterThan(40).allSatisfy(query -> {
            var selectors = Scrape.selectors(query);
            assertThat(selectors).isNotEmpty();
            for (var selector : selectors) {
                var found = scrape.find(selector);
                assertThat(found).as("%s in %s", selector, query).isNotEmpty();
                assertThat(Scrape.groupings(query))
                        .allSatisfy(label -> assertThat(label).isIn(alsoPrometheusOwn(found)));
            }
        });
    }

    @Test
    void every_metric_and_every_alert_is_explained() throws Exception {
        loaded("choices");
        awaitValue("caravana_table_last_read_incomplete{job_name=\"choices\"}", 0);
        var operations = Files.readString(Path.of("docs/operations.md"));
        assertThat(ownSeries(scrape()))
                .extracting(series -> series.name().replaceFirst("_(bucket|count|sum|max)$", ""))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(operations).contains("`" + name + "`"));
        assertThat(alerts().keySet())
                .isNotEmpty()
                .allSatisfy(alert -> assertThat(operations).contains("`" + alert + "`"));
    }

    @Test
    void the_labels_are_few_and_tell_nothing_of_an_execution_or_a_record() throws Exception {
        loaded("choices");
        var labels = new TreeSet<String>();
        var own = ownSeries(scrape());
        own.forEach(series -> labels.addAll(series.labels().keySet()));
        assertThat(labels).containsExactly("group", "job_name", "le", "outcome", "reason", "status", "table");
        assertThat(own)
                .filteredOn(series -> series.labels().keySet().containsAll(Set.of("job_name", "table")))
                .allSatisfy(series -> assertThat(catalog.tablesOf(
                                catalog.job(series.labels().get("job_name")).orElseThrow()))
                        .extracting(Table::target)
                        .contains(series.labels().get("table")));
    }

    @Test
    void the_dashboard_has_its_rows_and_each_panel_a_place_of_its_own() throws Exception {
        var panels = dashboard().path("panels");
        assertThat(panels)
                .filteredOn(panel -> panel.path("type").asText().equals("row"))
                .extracting(panel -> panel.path("title").asText())
                .containsExactly("Overview", "ServiceNow", "PostgreSQL", "JVM");
        assertThat(panels).extracting(panel -> panel.path("id").asInt()).doesNotHaveDuplicates();
        assertThat(panels).extracting(panel -> panel.path("title").asText()).doesNotHaveDuplicates();
        assertThat(panels)
                .extracting(panel -> panel.at("/gridPos/x").asInt() + "/"
                        + panel.at("/gridPos/y").asInt())
                .doesNotHaveDuplicates();
    }

    private static List<String> alsoPrometheusOwn(List<Series> found) {
        var labels = new ArrayList<>(List.of("instance"));
        found.forEach(series -> labels.addAll(series.labels().keySet()));
        return labels;
    }

    private static List<Series> ownSeries(Scrape scrape) {
        return scrape.series().stream()
                .filter(series -> series.name().startsWith("caravana_"))
                .toList();
    }

    private static JsonNode dashboard() throws IOException {
        return JSON.readTree(Path.of("docs/grafana/caravana.json").toFile());
    }

    private static List<String> dashboardQueries() throws IOException {
        var queries = new ArrayList<String>();
        dashboard()
                .path("panels")
                .forEach(panel -> panel.path("targets")
                        .forEach(target -> queries.add(target.path("expr").asText())));
        dashboard().at("/templating/list").forEach(variable -> {
            var query = variable.at("/query/query").asText();
            if (query.startsWith("label_values(")) {
                queries.add("sum by (%s) (%s)"
                        .formatted(
                                query.replaceFirst(".*, (\\w+)\\)", "$1"),
                                query.replaceFirst("label_values\\((.*), \\w+\\)", "$1")));
            }
        });
        return queries;
    }

    /** The expression of each alert. */
    private static Map<String, String> alerts() throws IOException {
        Map<String, Object> file = new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(Files.readString(Path.of("docs/prometheus/caravana.rules.yaml")));
        var json = JSON.<JsonNode>valueToTree(file);
        var alerts = new LinkedHashMap<String, String>();
        json.path("groups")
                .forEach(group -> group.path("rules")
                        .forEach(rule -> alerts.put(
                                rule.path("alert").asText(), rule.path("expr").asText())));
        return alerts;
    }

    private static double number(Map<String, Object> row, String column) {
        return ((Number) row.get(column)).doubleValue();
    }

    private void awaitValue(String query, double value) {
        await().untilAsserted(() -> assertThat(
                        scrape().find(Scrape.selectors(query).get(0)))
                .singleElement()
                .satisfies(series -> assertThat(series.value()).isEqualTo(value, within(0.002))));
    }

    private Scrape scrape() throws IOException, InterruptedException {
        return Scrape.of(get("/actuator/prometheus").body());
    }

    /** What came to a metric between two scrapes. */
    private record Added(Scrape before, Scrape after, String labels) {

        double of(String metric) {
            return after.sum(metric + labels + "}") - before.sum(metric + labels + "}");
        }

        double of(String metric, String further) {
            var query = metric + labels + "," + further + "}";
            return after.sum(query) - before.sum(query);
        }
    }
}
