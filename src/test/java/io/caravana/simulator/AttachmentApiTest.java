package io.caravana.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Files at records, the service catalog and configuration items, as other clients ask for them. */
class AttachmentApiTest {

    private static final String ATTACHMENTS = "/api/now/attachment";
    private static final String CATALOG = "/api/sn_sc/servicecatalog";

    private static final String PASSWORD =
            "Basic " + Base64.getEncoder().encodeToString("caravana:caravana".getBytes(StandardCharsets.UTF_8));

    private final Simulator simulator =
            Simulator.start(SimulatorProperties.defaults().withIncidents(200), Clock.systemUTC());
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        simulator.close();
    }

    @Test
    void files_are_listed_with_their_number_and_each_can_be_had() throws Exception {
        var listed = send(request(ATTACHMENTS + "?sysparm_query=table_name=incident%5EORDERBYsys_id&sysparm_limit=2"));
        var rows = simulator.rows("sys_attachment");
        assertThat(listed.headers().firstValue("X-Total-Count")).contains(Integer.toString(rows.size()));
        var first = result(listed).get(0);
        assertThat(result(listed)).hasSize(2);
        assertThat(first.path("sys_id").asText()).isEqualTo(rows.get(0).get("sys_id"));
        var file = send(
                HttpRequest.newBuilder(URI.create(first.path("download_link").asText())));
        assertThat(file.headers().firstValue("Content-Type")).contains("text/plain");
        assertThat(AttachmentApi.hash(file.body().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(first.path("hash").asText());
        assertThat(first.path("size_bytes").asInt()).isEqualTo(file.body().length());
    }

    @Test
    void both_versions_of_the_path_lead_to_the_tables_and_the_files() throws Exception {
        for (var version : new String[] {"", "/v1", "/v2"}) {
            assertThat(result(send(request("/api/now" + version + "/table/incident?sysparm_limit=1"))))
                    .hasSize(1);
            assertThat(result(send(request("/api/now" + version + "/attachment?sysparm_limit=1"))))
                    .hasSize(1);
            assertThat(result(send(request("/api/now" + version + "/stats/incident?sysparm_count=true")))
                            .at("/stats/count")
                            .asInt())
                    .isEqualTo(simulator.rows("incident").size());
        }
    }

    @Test
    void a_file_that_is_sent_is_given_back_byte_by_byte_until_it_is_deleted() throws Exception {
        var incident = simulator.rows("incident").get(0).get("sys_id");
        var content = new byte[] {0, -1, 13, 10, 65};
        var place = "?table_name=incident&table_sys_id=%s&file_name=a%%20b.bin".formatted(incident);
        var made = send(request(ATTACHMENTS + "/file" + place)
                .header("Content-Type", "image/png")
                .POST(BodyPublishers.ofByteArray(content)));
        assertThat(made.statusCode()).isEqualTo(201);
        var path = ATTACHMENTS + "/" + result(made).path("sys_id").asText();
        assertThat(result(made).path("file_name").asText()).isEqualTo("a b.bin");
        assertThat(result(send(request(ATTACHMENTS + "?table_sys_id=" + incident))))
                .anySatisfy(file -> assertThat(file).isEqualTo(result(made)));
        var back = http.send(request(path + "/file").build(), BodyHandlers.ofByteArray());
        assertThat(back.body()).isEqualTo(content);
        assertThat(back.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(send(request(path).DELETE()).statusCode()).isEqualTo(204);
        assertThat(send(request(path)).statusCode()).isEqualTo(404);
        assertThat(send(request(path + "/file")).statusCode()).isEqualTo(404);
    }

    @Test
    void a_form_brings_a_file_too() throws Exception {
        var incident = simulator.rows("incident").get(0).get("sys_id");
        var form = """
                --b
                Content-Disposition: form-data; name="table_name"

                incident
                --b
                Content-Disposition: form-data; name="table_sys_id"

                %s
                --b
                Content-Disposition: form-data; name="uploadFile"; filename="ação.txt"
                Content-Type: text/plain

                Olá
                --b--
                """.formatted(incident).replace("\n", "\r\n");
        var made = send(request(ATTACHMENTS + "/upload")
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(BodyPublishers.ofString(form)));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(result(made).path("file_name").asText()).isEqualTo("ação.txt");
        assertThat(result(made).path("content_type").asText()).isEqualTo("text/plain");
        assertThat(send(request(ATTACHMENTS + "/" + result(made).path("sys_id").asText() + "/file"))
                        .body())
                .isEqualTo("Olá");
    }

    @Test
    void a_file_needs_a_record_that_exists() throws Exception {
        var refused = send(request(ATTACHMENTS + "/file?table_name=incident&table_sys_id=none&file_name=a")
                .POST(BodyPublishers.ofString("a")));
        assertThat(refused.statusCode()).isEqualTo(400);
    }

    @Test
    void what_the_catalog_has_can_be_ordered_at_once_or_by_the_cart() throws Exception {
        assertThat(result(send(request(CATALOG + "/catalogs")))).hasSize(1);
        var items = result(send(request(CATALOG + "/items?sysparm_limit=2")));
        assertThat(items).hasSize(2);
        var item = CATALOG + "/items/" + items.get(0).path("sys_id").asText();
        assertThat(result(send(request(item))).path("variables")).hasSize(1);
        var now = result(post(item + "/order_now", "{\"sysparm_quantity\": 2}"));
        assertThat(simulator.row("sc_request", now.path("request_id").asText()))
                .hasValueSatisfying(request -> assertThat(request)
                        .containsEntry("number", now.path("request_number").asText()));
        assertThat(post(CATALOG + "/cart/submit_order", "").statusCode())
                .as("the cart is empty")
                .isEqualTo(400);
        post(item + "/add_to_cart", "{}");
        assertThat(result(send(request(CATALOG + "/cart"))).path("items")).hasSize(1);
        assertThat(result(post(CATALOG + "/cart/submit_order", ""))
                        .path("number")
                        .asText())
                .startsWith("REQ");
        assertThat(send(request(CATALOG + "/items/none")).statusCode()).isEqualTo(404);
    }

    @Test
    void a_configuration_item_comes_with_its_attributes_and_relations() throws Exception {
        var link = simulator.rows("cmdb_ci_network_link").get(0);
        assertThat(result(send(request("/api/now/cmdb/instance/cmdb_ci_network_link?sysparm_limit=5"))))
                .hasSize(5);
        var item = result(send(request("/api/now/cmdb/instance/cmdb_ci/" + link.get("sys_id"))));
        assertThat(item.at("/attributes/name").asText()).isEqualTo(link.get("name"));
        assertThat(item.path("outbound_relations").isArray()).isTrue();
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.setHeader("Authorization", PASSWORD).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(simulator.url() + path)).setHeader("Authorization", PASSWORD);
    }

    private static JsonNode result(HttpResponse<String> answer) {
        try {
            return Answer.MAPPER.readTree(answer.body()).path("result");
        } catch (IOException e) {
            throw new AssertionError(answer.body(), e);
        }
    }
}
