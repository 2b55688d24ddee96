package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravana.replica.RowScope;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.workload.JobFilter;
import io.caravana.workload.Jobs;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** The plan of the simulator's workload engine in the schema workload, beside what the engine says to a client that is not Caravana's. */
class WorkloadPlanTest extends FollowedPlan {

    @Autowired
    private Jobs planned;

    @BeforeEach
    void readAll() {
        pollAll();
    }

    @Test
    void every_job_stands_in_the_table_as_the_engine_shows_it() throws Exception {
        var engine = byId();
        var stored = jdbc.sql(
                        "SELECT id, name, status, common_status, priority, run_id FROM workload.job WHERE gone_at IS NULL")
                .query()
                .listOfRows();
        assertThat(stored).hasSize(engine.size());
        assertThat(stored).allSatisfy(row -> {
            var job = engine.get(row.get("id"));
            assertThat(row)
                    .containsEntry("name", job.path("name").asText())
                    .containsEntry(
                            "common_status", job.path("lastRunCommonStatus").asText())
                    .containsEntry(
                            "status",
                            job.path("lastRunCompositeStatus").path("status").asText())
                    .containsEntry("priority", job.path("priority").asInt());
        });
        assertThat(jdbc.sql("SELECT count(*) FROM workload.job_run")
                        .query(Integer.class)
                        .single())
                .isGreaterThanOrEqualTo(engine.values().stream()
                        .mapToInt(job -> job.path("jobruns").size())
                        .sum());
        assertThat(jdbc.sql("SELECT array_agg(name ORDER BY name) FROM workload.workstation")
                        .query()
                        .singleValue())
                .hasToString("{APP01,APP02,ARQ01,DB01,DW01,MDM}");
        assertThat(jdbc.sql("SELECT count(*) FROM workload.job_stream WHERE gone_at IS NULL")
                        .query(Integer.class)
                        .single())
                .isGreaterThanOrEqualTo(30);
    }

    @Test
    void a_read_of_what_is_open_follows_jobs_until_they_are_final() throws Exception {
        for (var step = 0; step < 6; step++) {
            watch.pass(Duration.ofMinutes(20));
            poll();
            var engine = byId();
            var differing = jdbc
                    .sql("SELECT id, common_status FROM workload.job WHERE gone_at IS NULL")
                    .query()
                    .listOfRows()
                    .stream()
                    .filter(row -> engine.containsKey(row.get("id")))
                    .filter(row -> !engine.get(row.get("id"))
                            .path("lastRunCommonStatus")
                            .asText()
                            .equals(row.get("common_status")))
                    .toList();
            // only what has moved in the moment between the two reads
            assertThat(differing).hasSizeLessThan(4);
        }
        assertThat(simulator.requests())
                .filteredOn(
                        request -> request.parameters().getOrDefault("oql", "").startsWith("id IN"))
                .isNotEmpty();
    }

    @Test
    void a_day_later_the_plan_is_another_and_the_runs_of_yesterday_are_kept() {
        var before = jdbc.sql("SELECT count(*) FROM workload.job_run")
                .query(Integer.class)
                .single();
        var plan = jdbc.sql("SELECT plan_id FROM workload.engine")
                .query(String.class)
                .single();
        watch.pass(Duration.ofDays(1));
        pollAll();
        assertThat(jdbc.sql("SELECT plan_id FROM workload.engine")
                        .query(String.class)
                        .single())
                .isNotEqualTo(plan);
        assertThat(jdbc.sql("SELECT count(*) FROM workload.job WHERE gone_at IS NOT NULL")
                        .query(Integer.class)
                        .single())
                .isGreaterThan(100);
        assertThat(jdbc.sql("SELECT count(*) FROM workload.job_run")
                        .query(Integer.class)
                        .single())
                .isGreaterThan(before);
        assertThat(jdbc.sql("SELECT count(DISTINCT plan_id) FROM workload.job WHERE gone_at IS NULL")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void what_fails_is_told_once_as_an_event_and_so_is_what_recovers() {
        for (var hour = 0; hour < 30; hour++) {
            watch.pass(Duration.ofMinutes(40));
            poll();
        }
        pollAll();
        assertThat(events("job:abended")).isNotEmpty().doesNotHaveDuplicates();
        assertThat(events("job:recovered")).isNotEmpty().doesNotHaveDuplicates();
        assertThat(events("job:late")).doesNotHaveDuplicates();
    }

    private List<String> events(String type) {
        return jdbc.sql("""
                        SELECT sys_id || coalesce(changes -> 'run_id' ->> 1, '') || coalesce(changes ->> 'state', '')
                        FROM caravana.change_log_typed WHERE table_name = 'workload_job' AND ? = ANY (types)""").param(type).query(String.class).list();
    }

    @Test
    void an_incident_is_linked_to_the_run_that_it_names() {
        watch.pass(Duration.ofHours(3));
        pollAll();
        loaded("incidents", TODAY.minusDays(2), TODAY.plusDays(3));
        jdbc.sql("DELETE FROM workload.job_ticket").update();
        jdbc.sql("DELETE FROM workload.link_place").update();
        jdbc.sql("UPDATE servicenow.incident SET opened_at = least(opened_at, now())")
                .update();
        pollAll();
        var links = jdbc.sql("""
                        SELECT t.number, t.found_by, r.name, r.state, i.short_description, i.correlation_id, t.run_id FROM workload.job_ticket AS t
                        JOIN workload.job_run AS r USING (engine, run_id) JOIN servicenow.incident AS i ON i.sys_id = t.sys_id""").query().listOfRows();
        assertThat(links).isNotEmpty().allSatisfy(link -> {
            assertThat(link).containsEntry("state", "failed");
            assertThat((String) link.get("short_description")).contains((String) link.get("name"));
        });
        assertThat(links).extracting(link -> link.get("found_by")).contains("correlation id", "run in text");
    }

    @Test
    void the_api_and_the_page_show_jobs_with_their_runs_and_what_is_around_them() throws Exception {
        watch.pass(Duration.ofHours(2));
        pollAll();
        var all = getJson("/api/v1/jobs?limit=1000");
        var states = all.findValuesAsText("state");
        assertThat(states.lastIndexOf("failed"))
                .as("failed ones come first")
                .isEqualTo(java.util.Collections.frequency(states, "failed") - 1);
        var ids = all.findValuesAsText("id");
        assertThat(ids)
                .doesNotHaveDuplicates()
                .hasSize(jdbc.sql("SELECT count(*) FROM workload.job WHERE gone_at IS NULL")
                        .query(Integer.class)
                        .single());
        var first = get("/api/v1/jobs?limit=60&state=done");
        var next = first.headers().firstValue("Link").orElseThrow().replaceAll("<(.*)>.*", "$1");
        assertThat(getJson(next).findValuesAsText("id"))
                .doesNotContainAnyElementsOf(JSON.readTree(first.body()).findValuesAsText("id"));

        var id = jdbc.sql(
                        "SELECT id FROM workload.job WHERE name LIKE '%_ENVIA' AND state = 'done' AND gone_at IS NULL LIMIT 1")
                .query(String.class)
                .single();
        var one = getJson("/api/v1/jobs/" + id);
        assertThat(one.path("runs").path(0).path("return_code").asInt(-1)).isZero();
        assertThat(one.path("dependencies").size()).isPositive();
        var around = getJson("/api/v1/jobs/" + id + "/neighbours?depth=3");
        assertThat(around.path("predecessors").findValuesAsText("name")).anyMatch(name -> name.endsWith("_CARREGA"));
        assertThat(around.path("successors").findValuesAsText("name")).anyMatch(name -> name.endsWith("_LIMPA"));
        assertThat(around.path("edges").size()).isGreaterThan(4);
        assertThat(getJson("/api/v1/jobs/" + id + "/log?lines=5").path("text").asText())
                .contains("Exit Status");
        assertThat(get("/api/v1/jobs/none").statusCode()).isEqualTo(404);
        assertThat(get("/api/v1/jobs?state=broken").body()).contains("state is 'broken'", "failed");

        var page = get("/jobs?state=done");
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        assertThat(page.body()).contains("/job/").doesNotContain(" style=", "??");
        var job = get("/job/" + id);
        assertThat(job.body())
                .contains("<svg", "_CARREGA", "/htmx/job/" + id + "/log")
                .doesNotContain(" style=", "??");
        assertThat(get("/htmx/job/" + id + "/log").body()).contains("Exit Status");
        assertThat(send(request("/jobs").header("Accept-Language", "pt-BR")).body())
                .contains("O plano");
    }

    @Test
    void a_run_far_beyond_the_jobs_own_history_is_late_before_any_deadline() {
        watch.pass(Duration.ofHours(1));
        pollAll();
        jdbc.sql("""
                        INSERT INTO workload.job_run (engine, run_id, job_id, name, stream_name, attempt, state, started_at, ended_at, calendar, read_at)
                        SELECT 'hwa', 'old' || n, 'old', 'SLOW', 'S', 1, 'done', now() - n * interval '1 day', now() - n * interval '1 day'
                          + (100 + n % 3 * 10) * interval '1 second', 'weekday', now() FROM generate_series(1, 20) AS n""").update();
        jdbc.sql("SELECT workload.learn_durations('hwa')").query().singleRow();
        assertThat(jdbc.sql(
                                "SELECT runs, extract(epoch FROM median) AS median, extract(epoch FROM deviation) AS deviation, extract(epoch FROM most) AS most FROM workload.duration_norm WHERE name = 'SLOW' AND calendar = 'any'")
                        .query()
                        .singleRow()
                        .values())
                .extracting(value -> ((Number) value).intValue())
                .containsExactly(20, 110, 10, 184);
        jdbc.sql("""
                INSERT INTO workload.job (engine, id, name, stream_name, state, started_at, fingerprint, read_at)
                VALUES ('hwa', 'slow', 'SLOW', 'S', 'running', now() - interval '180 seconds', '', now())""").update();
        jdbc.sql("SELECT workload.settle('hwa', now())").query().singleRow();
        assertThat(late("slow")).isEqualTo("false");
        jdbc.sql("SELECT workload.settle('hwa', now() + interval '1 minute')")
                .query()
                .singleRow();
        assertThat(late("slow")).isEqualTo("duration");
        assertThat(events("job:late")).anyMatch(event -> event.startsWith("slow"));
    }

    private String late(String id) {
        return jdbc.sql("SELECT coalesce(late_reason, CAST(is_late AS text)) FROM workload.job WHERE id = ?")
                .param(id)
                .query(String.class)
                .single();
    }

    @Test
    void who_is_limited_sees_the_jobs_of_streams_that_are_theirs() {
        var mine = new RowScope(null, Set.of("batch-team"));
        var seen = planned.list(JobFilter.ALL, mine);
        assertThat(seen).isNotEmpty().allMatch(job -> job.stream().startsWith("FOLHA"));
        var other = jdbc.sql("SELECT id FROM workload.job WHERE stream_name LIKE 'PIX%' LIMIT 1")
                .query(String.class)
                .single();
        assertThat(planned.find(other, mine)).isEmpty();
        assertThat(planned.find(other, RowScope.EVERYTHING)).isPresent();
        assertThat(planned.list(JobFilter.ALL, new RowScope(Set.of("acme"), null)))
                .isEmpty();
        assertThat(planned.counts(mine).values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isLessThan(planned.counts(RowScope.EVERYTHING).values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
    }

    @Test
    void words_that_nobody_knows_are_kept() {
        jdbc.sql("""
                        SELECT workload.store_jobs('hwa', now() + interval '9 days', '[{"id": "odd", "name": "ODD", "lastRunCommonStatus": "DREAMING",
                          "lastRunCompositeStatus": {"status": "ZZZ"}, "priority": "many", "schedTime": "soon", "jobruns": null, "dependencies": {}}, {}]')""").query().singleRow();
        assertThat(jdbc.sql(
                                "SELECT state, status, common_status, priority, scheduled_at FROM workload.job WHERE id = 'odd'")
                        .query()
                        .singleRow())
                .containsEntry("state", "unknown")
                .containsEntry("status", "ZZZ")
                .containsEntry("common_status", "DREAMING")
                .containsEntry("priority", null);
        jdbc.sql("DELETE FROM workload.job WHERE id = 'odd'").update();
    }

    @Test
    void an_answer_that_is_none_fails_the_read_and_changes_nothing() {
        var before = jdbc.sql("SELECT max(changed_at), count(*) FROM workload.job")
                .query()
                .singleRow();
        simulator.faults().add(Fault.of(Kind.LOGIN_PAGE).on("workload").times(1));
        assertThatThrownBy(this::poll).hasStackTraceContaining("no JSON");
        assertThat(jdbc.sql("SELECT max(changed_at), count(*) FROM workload.job")
                        .query()
                        .singleRow())
                .isEqualTo(before);
        poll();
    }

    private Map<String, JsonNode> byId() throws Exception {
        var request = HttpRequest.newBuilder(URI.create(access.url() + "/twsd/api/v2/plan/job"))
                .header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString((access.username() + ":" + access.password())
                                                .getBytes(StandardCharsets.UTF_8)))
                .build();
        var jobs = new HashMap<String, JsonNode>();
        JSON.readTree(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofString())
                        .body())
                .path("results")
                .forEach(job -> jobs.put(job.path("id").asText(), job));
        return jobs;
    }
}
