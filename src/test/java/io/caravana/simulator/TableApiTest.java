package io.caravana.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xml.sax.SAXException;

class TableApiTest {
    private static final String TABLE = "/api/now/table/incident";

    private Simulator simulator;
    private Client client;

    @BeforeEach
    void one_incident() {
        simulator = Desk.empty();
        client = new Client(simulator);
        simulator.put("sys_user", Map.of("sys_id", "u1", "name", "Fred Luddy", "user_password", "secret"));
        Desk.incident(
                simulator,
                "a1",
                "state",
                "7",
                "caller_id",
                "u1",
                "opened_by",
                "glide.maint",
                "opened_at",
                "2025-01-20 02:59:59",
                "calendar_duration",
                "1970-01-02 04:23:17",
                "calendar_stc",
                "102197",
                "sys_domain",
                "global",
                "description",
                "line\r\n\"quoted\"\t\\ 😱");
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    private String shape(String mode, String withoutLinks, String fields) throws IOException, InterruptedException {
        return client.result(
                        TABLE,
                        "sysparm_display_value",
                        mode,
                        "sysparm_exclude_reference_link",
                        withoutLinks,
                        "sysparm_fields",
                        fields)
                .get(0)
                .toString()
                .replace(simulator.url().toString(), "");
    }

    @Test
    void raw_values_are_plain_and_references_are_links() throws IOException, InterruptedException {
        assertThat(shape("false", "false", "state,caller_id,rfc,opened_at,opened_by,sys_domain"))
                .isEqualTo("{\"state\":\"7\",\"caller_id\":{\"link\":\"/api/now/table/sys_user/u1\",\"value\":\"u1\"},"
                        + "\"rfc\":\"\",\"opened_at\":\"2025-01-20 02:59:59\","
                        + "\"opened_by\":{\"link\":\"/api/now/table/sys_user/glide.maint\",\"value\":\"glide.maint\"},"
                        + "\"sys_domain\":{\"link\":\"/api/now/table/sys_user_group/global\",\"value\":\"global\"}}");
        assertThat(shape("false", "true", "state,caller_id")).isEqualTo("{\"state\":\"7\",\"caller_id\":\"u1\"}");
    }

    @Test
    void display_values_leave_the_raw_value_out() throws IOException, InterruptedException {
        assertThat(shape("true", "false", "state,caller_id,opened_at,calendar_duration,opened_by"))
                .isEqualTo("{\"state\":\"Closed\","
                        + "\"caller_id\":{\"display_value\":\"Fred Luddy\",\"link\":\"/api/now/table/sys_user/u1\"},"
                        + "\"opened_at\":\"19/01/2025 23:59:59\",\"calendar_duration\":\"1 Day 4 Hours 23 Minutes\","
                        + "\"opened_by\":{\"display_value\":\"\",\"link\":\"/api/now/table/sys_user/glide.maint\"}}");
        assertThat(shape("true", "true", "caller_id,rfc")).isEqualTo("{\"caller_id\":\"Fred Luddy\",\"rfc\":\"\"}");
    }

    @Test
    void all_shows_both_values() throws IOException, InterruptedException {
        assertThat(shape("all", "false", "state,caller_id,hold_reason,sla_due,calendar_stc"))
                .isEqualTo("{\"state\":{\"display_value\":\"Closed\",\"value\":\"7\"},"
                        + "\"caller_id\":{\"display_value\":\"Fred Luddy\",\"link\":\"/api/now/table/sys_user/u1\",\"value\":\"u1\"},"
                        + "\"hold_reason\":{\"display_value\":null,\"value\":\"\"},"
                        + "\"sla_due\":{\"display_value\":\"UNKNOWN\",\"value\":\"\"},"
                        + "\"calendar_stc\":{\"display_value\":\"102,197\",\"value\":\"102197\"}}");
        assertThat(shape("all", "true", "caller_id"))
                .isEqualTo("{\"caller_id\":{\"display_value\":\"Fred Luddy\",\"value\":\"u1\"}}");
    }

    @Test
    void walked_fields_are_flat_keys_and_unknown_ones_are_dropped() throws IOException, InterruptedException {
        assertThat(shape("false", "false", "caller_id.name,nothing,caller_id.nothing,problem_id.number"))
                .isEqualTo("{\"caller_id.name\":\"Fred Luddy\",\"problem_id.number\":\"\"}");
        assertThat(client.result("/api/now/table/sys_user/u1")
                        .get("user_password")
                        .asText())
                .isEqualTo("********");
    }

    @Test
    void texts_come_as_they_were_stored() throws IOException, InterruptedException {
        assertThat(client.result(TABLE + "/a1").get("description").asText()).isEqualTo("line\r\n\"quoted\"\t\\ 😱");
    }

    @Test
    void super_classes_can_be_walked_in_queries() throws IOException, InterruptedException {
        assertThat(client.column("name", "sys_db_object", "super_class.super_class.name=cmdb"))
                .containsExactlyInAnyOrder("cmdb_ci_network_link", "cmdb_ci_service");
    }

    @Test
    void an_incident_has_96_columns_most_of_them_inherited_from_task() throws IOException, InterruptedException {
        assertThat(client.result(TABLE + "/a1").size()).isEqualTo(96);
        var own = client.column("element", "sys_dictionary", "name=incident^elementISNOTEMPTY");
        var inherited = client.column("element", "sys_dictionary", "name=task^elementISNOTEMPTY");
        assertThat(own).contains("caller_id", "severity").doesNotContain("number");
        assertThat(inherited).contains("number", "sys_id").hasSizeGreaterThan(own.size());
        assertThat(own.size() + inherited.size()).isEqualTo(96);
    }

    @Test
    void the_headers_of_a_list_are_those_of_the_platform() throws IOException, InterruptedException {
        Desk.incident(simulator, "a2");
        Desk.incident(simulator, "a3");
        var answer = client.get(
                TABLE,
                "sysparm_offset",
                "1",
                "sysparm_limit",
                "1",
                "sysparm_query",
                "ORDERBYsys_id",
                "sysparm_fields",
                "sys_id,number");
        var base = "<" + simulator.url() + TABLE + "?sysparm_query=ORDERBYsys_id&sysparm_fields=sys_id,number&";

        assertThat(answer.headers().firstValue("X-Total-Count")).hasValue("3");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json;charset=UTF-8");
        assertThat(answer.headers().firstValue("X-Transaction-ID").orElseThrow())
                .matches("[0-9a-f]{12}");
        assertThat(answer.headers().firstValue("X-Is-Logged-In")).hasValue("true");
        assertThat(answer.headers().allValues("Set-Cookie")).hasSize(4);
        assertThat(answer.headers().firstValue("Link"))
                .hasValue(base + "sysparm_offset=0&sysparm_limit=1>;rel=\"first\"," + base
                        + "sysparm_offset=0&sysparm_limit=1>;rel=\"prev\"," + base
                        + "sysparm_offset=2&sysparm_limit=1>;rel=\"next\"," + base
                        + "sysparm_offset=2&sysparm_limit=1>;rel=\"last\"");
    }

    @Test
    void count_and_link_can_be_turned_off_and_a_single_page_has_no_link() throws IOException, InterruptedException {
        assertThat(client.get(TABLE).headers().firstValue("Link")).isEmpty();
        Desk.incident(simulator, "a2");
        var withoutCount = client.get(TABLE, "sysparm_limit", "1", "sysparm_no_count", "true");
        var withoutLink = client.get(TABLE, "sysparm_limit", "1", "sysparm_suppress_pagination_header", "true");

        assertThat(withoutCount.headers().firstValue("X-Total-Count")).isEmpty();
        assertThat(withoutLink.headers().firstValue("X-Total-Count")).hasValue("2");
        assertThat(withoutLink.headers().firstValue("Link")).isEmpty();
    }

    @Test
    void who_gives_no_password_is_challenged() throws IOException, InterruptedException {
        var answer = client.send(client.request(TABLE).build());

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("BASIC realm=\"Service-now\"");
        assertThat(answer.body())
                .isEqualTo("{\"error\":{\"message\":\"User Not Authenticated\","
                        + "\"detail\":\"Required to provide Auth information\"},\"status\":\"failure\"}");
    }

    @Test
    void errors_have_the_bodies_of_the_platform() throws IOException, InterruptedException {
        assertThat(client.get("/api/now/table/nothing").body())
                .isEqualTo(
                        "{\"error\":{\"message\":\"Invalid table nothing\",\"detail\":null},\"status\":\"failure\"}");
        assertThat(client.get(TABLE, "sysparm_limit", "0").statusCode()).isEqualTo(400);
        assertThat(client.get(TABLE + "/none").statusCode()).isEqualTo(404);
        assertThat(client.get(TABLE + "/none").body())
                .contains("\"detail\":\"Record doesn't exist or ACL restricts the record retrieval\"");
    }

    @Test
    void only_the_first_version_answers_404_where_nothing_matches() throws IOException, InterruptedException {
        assertThat(client.get("/api/now/v1/table/incident", "sysparm_query", "state=1")
                        .statusCode())
                .isEqualTo(404);
        assertThat(client.get("/api/now/v2/table/incident", "sysparm_query", "state=1")
                        .body())
                .isEqualTo("{\"result\":[]}");
        assertThat(client.get(TABLE, "sysparm_query", "state=1").statusCode()).isEqualTo(200);
    }

    @Test
    void a_base_table_lists_the_records_of_those_that_extend_it() throws IOException, InterruptedException {
        simulator.put("sc_task", Map.of("sys_id", "b1", "number", "SCTASK1"));

        assertThat(client.column("sys_id", "task", "ORDERBYDESCsys_id")).startsWith("b1");
        assertThat(client.column("sys_id", "task", "sys_idINa1,b1^ORDERBYsys_id"))
                .containsExactly("a1", "b1");
    }

    @Test
    void pages_without_an_order_overlap_and_leave_gaps() throws IOException, InterruptedException {
        try (var busy = Desk.busy()) {
            var all = busy.rows("incident").size();
            var seen = new HashSet<String>();
            for (var offset = 0; offset < all; offset += 100) {
                for (JsonNode row : new Client(busy)
                        .result(TABLE, "sysparm_limit", "100", "sysparm_offset", Integer.toString(offset))) {
                    seen.add(row.get("sys_id").asText());
                }
            }
            assertThat(seen.size()).isLessThan(all);
        }
    }

    @Test
    void records_can_be_created_changed_and_deleted() throws IOException, InterruptedException {
        var created = client.send("POST", TABLE, "{\"short_description\":\"Olá\",\"nothing\":\"x\"}");
        var sysId = Answer.MAPPER.readTree(created.body()).at("/result/sys_id").asText();
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(simulator.row("incident", sysId).orElseThrow())
                .containsEntry("short_description", "Olá")
                .containsEntry("sys_mod_count", "0")
                .containsEntry("sys_updated_on", "2026-03-06 15:00:00");

        assertThat(client.send("PATCH", TABLE + "/" + sysId, "{\"state\":\"2\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(simulator.row("incident", sysId).orElseThrow())
                .containsEntry("state", "2")
                .containsEntry("sys_mod_count", "1");

        assertThat(client.send("DELETE", TABLE + "/" + sysId, "").statusCode()).isEqualTo(204);
        assertThat(simulator.row("incident", sysId)).isEmpty();
        assertThat(client.column("documentkey", "sys_audit_delete", "tablename=incident"))
                .containsExactly(sysId);
    }

    @Test
    void a_body_is_compressed_for_who_accepts_it() throws IOException, InterruptedException {
        var answer = HttpClient.newHttpClient()
                .send(
                        client.request(TABLE + "?sysparm_fields=sys_id")
                                .header("Accept-Encoding", "gzip")
                                .header("Authorization", "Basic " + Client.basic("caravana", "caravana"))
                                .build(),
                        BodyHandlers.ofByteArray());

        assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
        try (var unpacked = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            assertThat(new String(unpacked.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"result\":[{\"sys_id\":\"a1\"}]}");
        }
    }

    @Test
    void statistics_are_an_object_or_with_groups_an_array() throws IOException, InterruptedException {
        Desk.incident(simulator, "a2", "state", "1", "opened_at", "2025-01-01 00:00:00", "calendar_stc", "3");
        var stats = "/api/now/stats/incident";

        assertThat(client.get(stats, "sysparm_count", "true").body())
                .isEqualTo("{\"result\":{\"stats\":{\"count\":\"2\"}}}");
        assertThat(client.get(
                                stats,
                                "sysparm_count",
                                "true",
                                "sysparm_min_fields",
                                "opened_at",
                                "sysparm_avg_fields",
                                "calendar_stc")
                        .body())
                .isEqualTo("{\"result\":{\"stats\":{\"count\":\"2\",\"min\":{\"opened_at\":\"2025-01-01 00:00:00\"},"
                        + "\"avg\":{\"calendar_stc\":\"51100.0000\"}}}}");
        assertThat(client.get(stats, "sysparm_count", "true", "sysparm_group_by", "state")
                        .body())
                .isEqualTo(
                        "{\"result\":[{\"stats\":{\"count\":\"1\"},\"groupby_fields\":[{\"field\":\"state\",\"value\":\"1\"}]},"
                                + "{\"stats\":{\"count\":\"1\"},\"groupby_fields\":[{\"field\":\"state\",\"value\":\"7\"}]}]}");
    }

    @Test
    void tokens_are_granted_refreshed_and_expire() throws IOException, InterruptedException {
        var form = "grant_type=password&client_id=c&client_secret=s&username=caravana&password=caravana";
        var token = Answer.MAPPER.readTree(
                client.send("POST", "/oauth_token.do", form).body());
        assertThat(token.get("token_type").asText()).isEqualTo("Bearer");
        assertThat(token.get("expires_in").asInt()).isEqualTo(1_799);
        assertThat(bearer(token)).isEqualTo(200);

        simulator.expireTokens();
        assertThat(bearer(token)).isEqualTo(401);

        var refresh = "grant_type=refresh_token&client_id=c&client_secret=s&refresh_token="
                + token.get("refresh_token").asText();
        assertThat(bearer(Answer.MAPPER.readTree(
                        client.send("POST", "/oauth_token.do", refresh).body())))
                .isEqualTo(200);
        assertThat(client.send("POST", "/oauth_token.do", form + "x").statusCode())
                .isEqualTo(401);
    }

    private int bearer(JsonNode token) throws IOException, InterruptedException {
        return client.send(client.request(TABLE)
                        .header(
                                "Authorization",
                                "Bearer " + token.get("access_token").asText())
                        .build())
                .statusCode();
    }

    @Test
    void every_column_of_the_dictionary_has_a_length_that_a_client_can_make_a_column_of() {
        assertThat(simulator.rows("sys_dictionary"))
                .filteredOn(entry -> !entry.get("element").isEmpty())
                .hasSizeGreaterThan(100)
                .allMatch(entry -> Integer.parseInt(entry.get("max_length")) > 0);
    }

    @Test
    void the_wsdl_lists_every_column()
            throws IOException, InterruptedException, ParserConfigurationException, SAXException {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        var xml = client.get("/incident.do?WSDL").body();
        var document =
                factory.newDocumentBuilder().parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        var elements = document.getElementsByTagNameNS("http://www.w3.org/2001/XMLSchema", "element");
        var columns = 0;
        for (var i = 0; i < elements.getLength(); i++) {
            var parent = elements.item(i).getParentNode().getParentNode().getParentNode();
            var name = parent.getAttributes() == null
                    ? null
                    : parent.getAttributes().getNamedItem("name");
            columns += name != null && name.getNodeValue().equals("getResponse") ? 1 : 0;
        }
        assertThat(columns).isEqualTo(96);
        assertThat(client.get("/nothing.do?WSDL").body()).isEmpty();
    }

    @Test
    void requests_are_remembered_with_what_they_asked() throws IOException, InterruptedException {
        client.get(TABLE, "sysparm_query", "state=7");

        assertThat(simulator.requests()).singleElement().satisfies(request -> {
            assertThat(request.table()).isEqualTo("incident");
            assertThat(request.parameters()).containsEntry("sysparm_query", "state=7");
            assertThat(request.status()).isEqualTo(200);
        });
        assertThat(simulator.counters().maximumInFlight()).isEqualTo(1);
        assertThat(client.get("/simulator/requests").body()).contains("\"requests\":1");
        simulator.clearRequests();
        assertThat(simulator.requests()).isEmpty();
    }
}
