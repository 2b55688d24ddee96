package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The tools over the Model Context Protocol, as a client of its current revision asks for them. */
class McpTest extends FollowedPlan {

    @Test
    void ten_tools_are_listed_and_all_of_them_only_read() throws Exception {
        var tools = result("{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/list\", \"params\": {}}")
                .path("tools");
        assertThat(tools)
                .extracting(tool -> tool.path("name").asText())
                .containsExactlyInAnyOrder(
                        "search_tickets",
                        "get_ticket",
                        "similar_solved",
                        "sla_at_risk",
                        "group_workload",
                        "find_jobs",
                        "get_job",
                        "job_neighbours",
                        "job_log_tail",
                        "read_runbook");
        assertThat(StreamSupport.stream(tools.spliterator(), false))
                .allMatch(tool -> tool.path("annotations").path("readOnlyHint").asBoolean()
                        && !tool.path("annotations").path("destructiveHint").asBoolean(true));
    }

    @Test
    void a_server_says_what_it_is() throws Exception {
        var answer = result(
                "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"initialize\", \"params\": {\"protocolVersion\": \"2025-11-25\", \"capabilities\": {}, \"clientInfo\": {\"name\": \"test\", \"version\": \"1\"}}}");
        assertThat(answer.path("serverInfo").path("name").asText()).isEqualTo("caravana");
        assertThat(answer.path("capabilities").has("tools")).isTrue();
    }

    @Test
    void a_call_answers_with_rows_and_a_mistake_with_what_is_wrong() throws Exception {
        pollAll();
        var found = call("find_jobs", "{\"name\": \"_EXTRAI\"}");
        assertThat(found.path("isError").asBoolean()).isFalse();
        var rows = JSON.readTree(found.path("content").path(0).path("text").asText());
        assertThat(rows.path("rows").size()).isPositive();
        assertThat(rows.path("rows").path(0).path("fields").path("job").asText())
                .endsWith("_EXTRAI");
        assertThat(rows.path("truncated").asBoolean()).isTrue();
        for (var wrong : new String[] {"{\"status\": \"broken\"}", "{\"hours\": 1000}", "{\"oql\": \"id > ''\"}"}) {
            assertThat(call("find_jobs", wrong).path("isError").asBoolean())
                    .as(wrong)
                    .isTrue();
        }
        assertThat(call("get_ticket", "{}").path("isError").asBoolean()).isTrue();
    }

    @Test
    void a_page_of_another_site_is_refused() throws Exception {
        var answer = send(asked("{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/list\"}")
                .header("Origin", "https://evil.example"));
        assertThat(answer.statusCode()).isEqualTo(403);
    }

    private JsonNode call(String tool, String values) throws Exception {
        return result(
                "{\"jsonrpc\": \"2.0\", \"id\": 7, \"method\": \"tools/call\", \"params\": {\"name\": \"%s\", \"arguments\": %s}}"
                        .formatted(tool, values));
    }

    private JsonNode result(String message) throws Exception {
        HttpResponse<String> answer = send(asked(message));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var json = JSON.readTree(answer.body());
        assertThat(json.has("error")).as(answer.body()).isFalse();
        return json.path("result");
    }

    private java.net.http.HttpRequest.Builder asked(String message) {
        return request("/mcp")
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(BodyPublishers.ofString(message));
    }
}
