package io.caravana.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.connector.Stub.Reply;
import io.caravana.settings.Awkward;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a server receives of a secret that stands in the environment. */
class AwkwardSecretTest {

    static Stream<String> secrets() {
        return Awkward.secrets();
    }

    static Stream<String> headerValues() {
        return Awkward.headerValues();
    }

    /** HTTP's own sign-in takes no control characters, and the client sends none. */
    static Stream<String> proxyPasswords() {
        return Awkward.secrets().filter(secret -> !secret.contains("\t"));
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void a_password_arrives_as_it_is(String secret) {
        try (var instance = new Stub(body -> Reply.json("{\"result\": []}"))) {
            ask(
                    instance.url(),
                    Map.of("SERVICENOW_USERNAME", "reader", "SERVICENOW_PASSWORD", secret),
                    "username=${SERVICENOW_USERNAME:}",
                    "password=${SERVICENOW_PASSWORD:}");
            assertThat(basic(instance, "Authorization")).isEqualTo("reader:" + secret);
        }
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void the_secrets_of_oauth_arrive_as_they_are(String secret) {
        var forms = new CopyOnWriteArrayList<String>();
        try (var instance = new Stub(form -> {
            forms.add(form);
            return Reply.json("{\"access_token\": \"t\", \"result\": []}");
        })) {
            ask(
                    instance.url(),
                    Map.of("SERVICENOW_PASSWORD", secret, "SERVICENOW_OAUTH_CLIENT_SECRET", secret + "2"),
                    "oauth.grant=password",
                    "oauth.client-id=client",
                    "username=reader",
                    "password=${SERVICENOW_PASSWORD:}",
                    "oauth.client-secret=${SERVICENOW_OAUTH_CLIENT_SECRET:}");
            assertThat(form(forms.get(0)))
                    .containsEntry("password", secret)
                    .containsEntry("client_secret", secret + "2");
            forms.clear();
            ask(
                    instance.url(),
                    Map.of("SERVICENOW_OAUTH_REFRESH_TOKEN", secret),
                    "oauth.grant=refresh_token",
                    "oauth.client-id=client",
                    "oauth.client-secret=s",
                    "oauth.refresh-token=${SERVICENOW_OAUTH_REFRESH_TOKEN:}");
            assertThat(form(forms.get(0))).containsEntry("refresh_token", secret);
        }
    }

    @ParameterizedTest
    @MethodSource("headerValues")
    void a_key_and_a_token_arrive_as_they_are(String secret) {
        try (var server = new Stub(body -> Reply.json("{\"headers\": {\"X\": \"y\"}, \"result\": []}"))) {
            ask(server.url(), Map.of("SERVICENOW_API_KEY", secret), "api-key=${SERVICENOW_API_KEY:}");
            assertThat(server.received().get(0).getFirst("x-sn-apikey")).isEqualTo(secret);
            server.received().clear();
            ask(
                    server.url(),
                    Map.of("SERVICENOW_BROKER_TOKEN", secret),
                    "broker.url=" + server.url(),
                    "broker.token=${SERVICENOW_BROKER_TOKEN:}");
            assertThat(server.received().get(0).getFirst("Authorization")).isEqualTo("Bearer " + secret);
        }
    }

    @ParameterizedTest
    @MethodSource("proxyPasswords")
    void the_password_for_the_proxy_arrives_as_it_is(String secret) {
        var asked = new Reply(407, "text/plain", "", null);
        try (var proxy = new Stub(body -> asked).with("Proxy-Authenticate", "Basic realm=\"house\"")) {
            ask(
                    URI.create("http://instance.example"),
                    Map.of("SERVICENOW_PROXY_PASSWORD", secret),
                    "username=u",
                    "password=p",
                    "allow-http=true",
                    "proxy.host=127.0.0.1",
                    "proxy.port=" + proxy.port(),
                    "proxy.username=clerk",
                    "proxy.password=${SERVICENOW_PROXY_PASSWORD:}");
            assertThat(basic(proxy, "Proxy-Authorization")).isEqualTo("clerk:" + secret);
        }
    }

    private static void ask(URI url, Map<String, String> variables, String... settings) {
        Way.to(url, Clock.systemUTC(), variables, Way::ask, settings);
    }

    private static String basic(Stub server, String header) {
        var sent = server.received().stream()
                .map(headers -> headers.getFirst(header))
                .filter(value -> value != null)
                .findFirst()
                .orElseThrow();
        return new String(Base64.getDecoder().decode(sent.substring("Basic ".length())), StandardCharsets.UTF_8);
    }

    private static Map<String, String> form(String body) {
        return Arrays.stream(body.split("&"))
                .map(field -> field.split("=", 2))
                .collect(Collectors.toMap(
                        field -> field[0], field -> URLDecoder.decode(field[1], StandardCharsets.UTF_8)));
    }
}
