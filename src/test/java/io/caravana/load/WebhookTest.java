package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A receiver as somebody would write it who knows Standard Webhooks and not Caravana. */
class WebhookTest extends ChangesTest {

    private record Received(String body, String id, String timestamp, String signatures) {}

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile int answer = 204;
    private HttpServer receiver;

    @BeforeEach
    void listen() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", this::receive);
        receiver.start();
    }

    @AfterEach
    void stop() throws Exception {
        for (var webhook : getJson("/api/webhooks")) {
            send(request("/api/webhooks/" + webhook.path("id").asText()).DELETE());
        }
        receiver.stop(0);
    }

    private void receive(HttpExchange call) throws IOException {
        var headers = call.getRequestHeaders();
        received.add(new Received(
                new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                headers.getFirst("webhook-id"),
                headers.getFirst("webhook-timestamp"),
                headers.getFirst("webhook-signature")));
        call.getResponseHeaders()
                .add("Location", "http://localhost:" + receiver.getAddress().getPort() + "/elsewhere");
        call.sendResponseHeaders(answer, -1);
        call.close();
    }

    @Test
    void a_receiver_is_told_of_the_events_that_it_registered_for_in_order_and_can_verify_them() throws Exception {
        var webhook = register(address(), "incident:*");
        describe("a", "1");
        change("sc_task", "b", "updated", "{\"state\": [1, 2]}");
        describe("a", "2");
        await().untilAsserted(() -> assertThat(received)
                .extracting(call -> JSON.readTree(call.body)
                        .at("/changes/short_description/1")
                        .asText())
                .containsExactly("1", "2"));
        assertThat(received).allSatisfy(call -> {
            assertThat(call.id).isEqualTo(JSON.readTree(call.body).path("id").asText());
            assertThat(call.signatures)
                    .isEqualTo(signature(webhook.path("secret").asText(), call));
        });
        assertThat(getJson("/api/webhooks").at("/0").has("secret")).isFalse();
    }

    @Test
    void after_a_change_of_secrets_requests_are_signed_with_both_for_a_while() throws Exception {
        var webhook = register(address(), "incident:*");
        var rotated = JSON.readTree(post(path(webhook) + "/rotate").body());
        assertThat(rotated.path("secret")).isNotEqualTo(webhook.path("secret"));
        describe("a", "1");
        await().until(() -> !received.isEmpty());
        var call = received.get(0);
        assertThat(call.signatures.split(" "))
                .containsExactly(
                        signature(rotated.path("secret").asText(), call),
                        signature(webhook.path("secret").asText(), call));
    }

    @Test
    void an_event_that_the_receiver_refuses_comes_again_and_a_redirect_is_not_followed() throws Exception {
        answer = 302;
        var webhook = register(address(), "incident:*");
        describe("a", "1");
        var group = "webhook." + webhook.path("id").asText();
        await().until(() -> state(group).deadLetters() == 1);
        assertThat(received).hasSize(3).extracting(Received::id).containsOnly(received.get(0).id);
        assertThat(getJson("/api/webhooks").at("/0/failure").asText()).isEqualTo("the receiver answered 302");
        answer = 204;
        groups.replayDeadLetter(
                group, groups.deadLetters(group, null, 1).get(0).event().id());
        await().untilAsserted(() ->
                assertThat(getJson("/api/webhooks").at("/0").has("failure")).isFalse());
    }

    @Test
    void a_webhook_that_fails_for_long_is_disabled_and_resumes_where_it_was() throws Exception {
        answer = 500;
        var webhook = register(address(), "incident:*");
        jdbc.sql("UPDATE caravana.webhook SET failing_since = clock_timestamp() - interval '4 days'")
                .update();
        describe("a", "1");
        await().until(() -> getJson("/api/webhooks").at("/0").has("disabled_at"));
        var calls = received.size();
        describe("b", "2");
        answer = 204;
        assertThat(post(path(webhook) + "/enable").statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(received.subList(calls, received.size()))
                .extracting(call -> JSON.readTree(call.body).path("sys_id").asText())
                .containsExactlyInAnyOrder("a", "b"));
    }

    @Test
    void nothing_is_sent_to_an_address_that_is_not_public() throws Exception {
        register(address().replace("localhost", "127.0.0.1"), "incident:*");
        describe("a", "1");
        await().untilAsserted(() -> assertThat(
                        getJson("/api/webhooks").at("/0/failure").asText())
                .contains("the host has an address that is not public"));
        assertThat(received).isEmpty();
    }

    @Test
    void an_address_or_a_type_that_is_none_is_refused() throws Exception {
        assertThat(registering("ftp://localhost/", "incident:*").body())
                .contains("url takes an address that begins with");
        assertThat(registering("http://user:word@localhost/", "incident:*").statusCode())
                .isEqualTo(400);
        assertThat(registering(address(), "incident resolved").body()).contains("events takes 1 to 100 types");
        assertThat(post("/api/webhooks/nobody/rotate").statusCode()).isEqualTo(404);
    }

    private String address() {
        return "http://localhost:%d/hook".formatted(receiver.getAddress().getPort());
    }

    private static String path(JsonNode webhook) {
        return "/api/webhooks/" + webhook.path("id").asText();
    }

    private JsonNode register(String url, String types) throws Exception {
        var registered = registering(url, types);
        assertThat(registered.statusCode()).as(registered.body()).isEqualTo(200);
        return JSON.readTree(registered.body());
    }

    private HttpResponse<String> registering(String url, String types) throws Exception {
        return send(request("/api/webhooks")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"url\": \"%s\", \"events\": [\"%s\"]}".formatted(url, types))));
    }

    private static String signature(String secret, Received call) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replaceFirst("^whsec_", "")), "HmacSHA256"));
        var signed = "%s.%s.%s".formatted(call.id, call.timestamp, call.body);
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    }
}
