package io.caravana.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The workload engine as a client sees it, on a Friday that begins at four in the afternoon. */
class WorkloadTest {
    private static final String V2 = "/twsd/api/v2/";

    private final Watch watch = new Watch();
    private final Simulator simulator = Simulator.start(
            SimulatorProperties.defaults().withIncidents(0).withJobs(160).withAccount("caravana", "caravana", "a-key"),
            watch);
    private final Client client = new Client(simulator);

    private static final class Watch extends Clock {
        private Instant now = Instant.parse("2026-03-06T16:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }

        void pass(Duration time) {
            now = now.plus(time);
        }
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    @Test
    void a_day_goes_on_with_the_clock_until_nearly_all_jobs_have_succeeded() throws Exception {
        assertThat(jobs("").size()).isEqualTo(160);
        var before = states();
        assertThat(before.keySet()).contains("SUCCESSFUL", "WAITING");
        watch.pass(Duration.ofHours(4));
        assertThat(states().get("SUCCESSFUL")).isGreaterThan(before.get("SUCCESSFUL"));
        var running = new TreeSet<String>();
        for (var minute = 0; minute < 60; minute++) {
            watch.pass(Duration.ofMinutes(1));
            jobs("jobruns.commonStatus = 'RUNNING'")
                    .forEach(job -> running.add(job.path("name").asText()));
        }
        assertThat(running).isNotEmpty();
    }

    @Test
    void a_job_waits_until_its_predecessors_have_succeeded() throws Exception {
        for (var job : jobs("")) {
            var isOpen = StreamSupport.stream(job.path("dependencies").spliterator(), false)
                    .anyMatch(one -> !one.path("satisfied").asBoolean()
                            && !one.path("dependencyType").asText().equals("RESOURCE"));
            if (isOpen) {
                assertThat(job.path("lastRunCompositeStatus").path("status").asText())
                        .isEqualTo("HOLD");
                assertThat(job.path("lastRunCompositeStatus").path("substatus").asText())
                        .matches("HOLD_WAITING_FOR_(PREDECESSOR|FILE|PROMPT)");
            }
        }
    }

    @Test
    void a_job_that_fails_opens_an_incident_and_a_rerun_that_succeeds_resolves_it() throws Exception {
        var failed = failed();
        var run = failed.path("jobruns").path(failed.path("jobruns").size() - 1);
        var name = failed.path("name").asText();
        var incident = simulator.rows("incident").stream()
                .filter(row -> row.get("short_description").contains(name))
                .findFirst()
                .orElseThrow();
        assertThat(incident).containsEntry("state", "1");
        assertThat(incident.get("description")).contains(run.path("id").asText());
        assertThat(incident.get("correlation_id")).isIn("", run.path("id").asText());

        watch.pass(Duration.ofHours(8));

        var now = one(failed);
        assertThat(now.path("lastRunCommonStatus").asText()).isEqualTo("SUCCESSFUL");
        assertThat(now.path("jobruns").size())
                .isGreaterThan(failed.path("jobruns").size());
        assertThat(now.path("jobruns").findValuesAsText("lastInRerunChain"))
                .endsWith("true")
                .containsOnlyOnce("true");
        assertThat(simulator.row("incident", incident.get("sys_id")).orElseThrow())
                .containsEntry("state", "6");
    }

    @Test
    void after_midnight_what_is_over_has_left_and_what_is_not_is_carried_forward() throws Exception {
        watch.pass(Duration.ofHours(8));
        var plan = jobs("").get(0).path("planId").asText();
        var open = StreamSupport.stream(jobs("").spliterator(), false)
                .filter(job -> job.path("lastRunCommonStatus").asText().equals("WAITING"))
                .map(job -> job.path("id").asText())
                .toList();
        watch.pass(Duration.ofMinutes(7));
        var next = jobs("");
        assertThat(next.get(0).path("planId").asText()).isNotEqualTo(plan);
        assertThat(next.size()).isGreaterThanOrEqualTo(160);
        assertThat(next.findValuesAsText("id")).containsAll(open);
    }

    @Test
    void pages_follow_each_other_by_offset_and_by_key() throws Exception {
        var all = ids("");
        var byOffset = new ArrayList<String>();
        for (var offset = 0; offset < 160; offset += 50) {
            var page =
                    json(client.get(V2 + "plan/job", "limit", "50", "offset", "" + offset, "oql", "ORDER BY id ASC"));
            byOffset.addAll(page.path("results").findValuesAsText("planId").isEmpty() ? List.of() : idsOf(page));
            assertThat(page.path("next")
                            .asText("")
                            .startsWith("https://mdm.interno:31116/twsd/api/v2/plan/job?offset="))
                    .isEqualTo(offset < 150);
        }
        var byKey = new ArrayList<String>();
        for (var last = ""; last != null; ) {
            var found = idsOf(json(
                    client.get(V2 + "plan/job", "limit", "50", "oql", "id > '%s' ORDER BY id ASC".formatted(last))));
            byKey.addAll(found);
            last = found.isEmpty() ? null : found.get(found.size() - 1);
        }
        assertThat(byKey).isEqualTo(byOffset).isSorted().containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void a_query_combines_conditions() throws Exception {
        var name = jobs("").get(0).path("jobStreamName").asText();
        assertThat(jobs("jobStreamName = '%s' AND name LIKE '@_VALID?'".formatted(name))
                        .size())
                .isEqualTo(1);
        assertThat(jobs("name LIKE '@_EXTRAI' OR name LIKE '@_VALIDA'").size()).isEqualTo(40);
        assertThat(jobs("(name LIKE '@_EXTRAI' OR name LIKE '@_VALIDA') AND jobStreamName = '%s'".formatted(name))
                        .size())
                .isEqualTo(2);
        assertThat(jobs("name NOT LIKE '@A' AND priority >= 10 ORDER BY name DESC")
                        .findValuesAsText("folder"))
                .isNotEmpty();
        assertThat(jobs("id IN ('%s', 'none')"
                                .formatted(jobs("").get(3).path("id").asText()))
                        .size())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name LIKE",
                "colour = 'x'",
                "name = 'it's'",
                "name ~ 'x'",
                "key.name = 'a'",
                "name = 'a' AND",
                "(name = 'a'"
            })
    void a_query_that_is_none_is_refused(String oql) throws Exception {
        var answer = client.get(V2 + "plan/job", "oql", oql);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("OQL_FILTER_SYNTAX_ERROR");
    }

    @Test
    void the_scope_leaves_dependencies_out() throws Exception {
        var lean = client.send(client.request(V2 + "plan/job?limit=5")
                .header("Authorization", "Basic " + Client.basic("caravana", "caravana"))
                .header("scope", "WHOLE_NO_DEPENDENCIES")
                .header("Include-Count", "true")
                .build());
        assertThat(json(lean).path("count").asInt()).isEqualTo(160);
        assertThat(json(lean).path("results").get(0).has("dependencies")).isFalse();
    }

    @Test
    void a_rerun_goes_by_run_needs_json_and_notes_its_justification() throws Exception {
        var failed = failed();
        var run = failed.path("jobruns")
                .path(failed.path("jobruns").size() - 1)
                .path("id")
                .asText();
        var path = V2 + "plan/job/run/" + run + "/action/rerun";
        assertThat(act("POST", path, "application/json", "{}").statusCode()).isEqualTo(405);
        assertThat(act("PUT", path, "text/plain", "{}").statusCode()).isEqualTo(415);
        assertThat(act("PUT", path, "application/json", "").statusCode()).isEqualTo(415);
        assertThat(act("PUT", path, "application/json", "{}").statusCode()).isEqualTo(200);
        assertThat(one(failed).path("jobruns").size())
                .isEqualTo(failed.path("jobruns").size() + 1);
        var again = act("PUT", path, "application/json", "{}");
        assertThat(again.statusCode()).isEqualTo(500);
        assertThat(again.body()).contains("AWSBIN076E");
        assertThat(simulator.justifications(failed.path("id").asText()))
                .containsExactly("rerun: Incident | Disco ampliado | INC0010001");
    }

    @Test
    void an_action_needs_the_key_of_the_plan_and_not_the_name() throws Exception {
        var wrong = act("PUT", V2 + "plan/job/MDM;FOLHA01;FOLHA01_EXTRAI/action/hold", "application/json", "{}");
        assertThat(wrong.statusCode()).isEqualTo(500);
        assertThat(wrong.body()).contains("AWSBIO006E");
        var waiting = jobs("jobruns.commonStatus != 'X' OR priority = 10");
        var held = StreamSupport.stream(waiting.spliterator(), false)
                .filter(job -> job.path("lastRunCommonStatus").asText().equals("WAITING"))
                .findFirst()
                .orElseThrow();
        var path = V2 + "plan/job/" + held.path("id").asText() + "/action/";
        assertThat(act("PUT", path + "hold", "application/json", "{}").statusCode())
                .isEqualTo(200);
        assertThat(one(held).path("lastRunCommonStatus").asText()).isEqualTo("HELD");
        watch.pass(Duration.ofHours(10));
        assertThat(one(held).path("lastRunCommonStatus").asText()).isEqualTo("HELD");
        assertThat(act("PUT", path + "release", "application/json", "{}").statusCode())
                .isEqualTo(200);
        watch.pass(Duration.ofHours(5));
        assertThat(one(held).path("lastRunCommonStatus").asText()).isEqualTo("SUCCESSFUL");
    }

    @Test
    void an_action_on_many_takes_one_unless_more_are_asked_for() throws Exception {
        var one = act("PUT", V2 + "plan/job/action/hold?oql=name+LIKE+%27%40_LIMPA%27", "application/json", "{}");
        var answer = json(one);
        assertThat(answer.path("successfulResourceResponses").size()
                        + answer.path("failedResourceResponses").size())
                .isEqualTo(1);
    }

    @Test
    void neighbours_are_found_to_a_depth() throws Exception {
        var last = StreamSupport.stream(jobs("name LIKE '@_LIMPA'").spliterator(), false)
                .findFirst()
                .orElseThrow();
        var path = V2 + "plan/job/" + last.path("id").asText() + "/predecessors";
        var near = json(client.get(path, "depth", "1"));
        var far = json(client.get(path, "depth", "3"));
        assertThat(near.path("count").asInt()).isEqualTo(2);
        assertThat(far.path("count").asInt()).isGreaterThan(2);
        assertThat(far.path("results").get(0).path("flowNodeType").asText()).isEqualTo("JOB");
    }

    @Test
    void a_log_has_the_frame_of_the_engine() throws Exception {
        var run = failed().path("jobruns").get(0);
        var log = client.get(V2 + "plan/job/run/" + run.path("id").asText() + "/joblog");
        assertThat(log.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
        assertThat(log.body())
                .contains("= Job Number: " + run.path("jobNumber").asInt())
                .contains("= Exit Status           : " + run.path("returnCode").asInt());
        assertThat(client.get(V2 + "plan/job/run/none/joblog").statusCode()).isEqualTo(404);
    }

    @Test
    void the_first_interface_answers_with_arrays_and_pages_by_headers() throws Exception {
        var seen = new ArrayList<String>();
        var last = "";
        do {
            var request = client.request("/twsd/plan/current/job/query" + (last.isEmpty() ? "" : "_next"))
                    .header("Authorization", "Basic " + Client.basic("caravana", "caravana"))
                    .header("How-Many", "60")
                    .header("Content-Type", "application/json");
            if (!last.isEmpty()) {
                request.header("Last-Object", last);
            }
            var answer = client.send(
                    request.POST(BodyPublishers.ofString("{\"filters\":{\"jobInPlanFilter\":{\"jobName\":\"*\"}}}"))
                            .build());
            json(answer).forEach(job -> seen.add(job.path("id").asText()));
            last = answer.headers().firstValue("Last-Object").orElse("");
        } while (!last.isEmpty());
        assertThat(seen).doesNotHaveDuplicates().hasSize(160);
    }

    @Test
    void a_key_is_a_bearer_token_and_nobody_else_comes_in() throws Exception {
        var path = V2 + "engine/info";
        assertThat(client.send(client.request(path)
                                .header("Authorization", "Bearer a-key")
                                .build())
                        .statusCode())
                .isEqualTo(200);
        var refused = client.send(
                client.request(path).header("Authorization", "Bearer other").build());
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
    }

    private HttpResponse<String> act(String method, String path, String type, String body) throws Exception {
        return client.send(client.request(path)
                .header("Authorization", "Basic " + Client.basic("caravana", "caravana"))
                .header("Content-Type", type)
                .header("Justification-Category", "Incident")
                .header("Justification-Description", "Disco ampliado")
                .header("Justification-Ticket-Num", "INC0010001")
                .method(method, BodyPublishers.ofString(body))
                .build());
    }

    /** A job that has failed and waits for an operator, at the first moment when there is one. */
    private JsonNode failed() throws Exception {
        for (var minutes = 0; minutes < 24 * 60; minutes += 5) {
            for (var job : jobs("jobruns.commonStatus = 'ERROR'")) {
                if (job.path("lastRunCommonStatus").asText().equals("ERROR")
                        && job.path("jobDefinition")
                                .path("recoveryOption")
                                .asText()
                                .equals("STOP")) {
                    return job;
                }
            }
            watch.pass(Duration.ofMinutes(5));
        }
        throw new AssertionError("No job fails in a day");
    }

    private JsonNode one(JsonNode job) throws Exception {
        return json(client.get(V2 + "plan/job/" + job.path("id").asText()));
    }

    private JsonNode jobs(String oql) throws Exception {
        return json(client.get(V2 + "plan/job", "oql", oql)).path("results");
    }

    private Map<String, Integer> states() throws Exception {
        var states = new java.util.TreeMap<String, Integer>();
        jobs("").forEach(job -> states.merge(job.path("lastRunCommonStatus").asText(), 1, Integer::sum));
        return states;
    }

    private List<String> ids(String oql) throws Exception {
        return idsOf(json(client.get(V2 + "plan/job", "oql", oql)));
    }

    private static List<String> idsOf(JsonNode page) {
        return StreamSupport.stream(page.path("results").spliterator(), false)
                .map(job -> job.path("id").asText())
                .toList();
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Answer.MAPPER.readTree(answer.body());
    }
}
