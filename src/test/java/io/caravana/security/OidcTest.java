package io.caravana.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.caravana.Caravana;
import io.caravana.console.Browser;
import io.caravana.database.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.util.UriComponentsBuilder;

/** A provider of OpenID Connect on this machine, set by Spring's own keys, for programs and for people. */
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "server.address=0.0.0.0",
            "caravana.security.oidc.roles-claim=realm_access.roles",
            "caravana.security.refused-sign-ins-per-minute=1000"
        })
class OidcTest {

    private static final String CLIENT = "caravana";

    private static RSAKey key;
    private static HttpServer provider;
    private static volatile String nonce;

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry registry) throws Exception {
        key = new RSAKeyGenerator(2048).keyID("test").generate();
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext("/keys", exchange -> answer(exchange, new JWKSet(key.toPublicJWK()).toString()));
        provider.createContext("/token", OidcTest::answerWithTokens);
        provider.start();
        registry.add("caravana.database.url", TestDatabase::url);
        registry.add("spring.security.oauth2.resourceserver.jwt.jwk-set-uri", () -> issuer() + "/keys");
        var client = "spring.security.oauth2.client.";
        registry.add(client + "registration.house.client-id", () -> CLIENT);
        registry.add(client + "registration.house.client-secret", () -> "a secret of this test");
        registry.add(client + "registration.house.authorization-grant-type", () -> "authorization_code");
        registry.add(client + "registration.house.redirect-uri", () -> "{baseUrl}/login/oauth2/code/{registrationId}");
        registry.add(client + "registration.house.scope", () -> "openid");
        registry.add(client + "provider.house.authorization-uri", () -> issuer() + "/authorize");
        registry.add(client + "provider.house.token-uri", () -> issuer() + "/token");
        registry.add(client + "provider.house.jwk-set-uri", () -> issuer() + "/keys");
    }

    @AfterAll
    static void stop() {
        provider.stop(0);
    }

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    @ParameterizedTest
    @CsvSource({
        "caravana-viewer, 200, 403",
        "caravana-operator, 200, 404",
        "caravana-admin, 200, 404",
        "admin, 403, 403",
        "something, 403, 403"
    })
    void a_token_of_the_provider_has_the_role_that_its_claim_says(String role, int reads, int starts) throws Exception {
        var token = Browser.token(token(key, role, Instant.now().plusSeconds(60)));

        assertThat(new Browser(port).get("/api/executions", token).statusCode()).isEqualTo(reads);
        assertThat(new Browser(port)
                        .post("/api/service-now-new/load-nothing", "", token)
                        .statusCode())
                .isEqualTo(starts);
    }

    @Test
    void a_token_that_is_over_or_of_somebody_else_is_refused() throws Exception {
        var other = new RSAKeyGenerator(2048).keyID("test").generate();
        var over = token(key, "caravana-admin", Instant.now().minusSeconds(600));
        var forged = token(other, "caravana-admin", Instant.now().plusSeconds(60));

        for (var token : List.of(over, forged, "not a token")) {
            assertThat(new Browser(port)
                            .get("/api/executions", Browser.token(token))
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void a_person_signs_in_with_the_provider_and_the_audit_knows_how() throws Exception {
        var browser = new Browser(port);
        var toProvider =
                location(browser.get("/oauth2/authorization/house").headers().map());
        assertThat(toProvider.toString()).startsWith(issuer() + "/authorize");
        var asked = UriComponentsBuilder.fromUri(toProvider).build().getQueryParams();
        nonce = asked.getFirst("nonce");

        browser.get("/login/oauth2/code/house?code=1&state=" + asked.getFirst("state"));

        assertThat(browser.get("/api/executions").statusCode()).isEqualTo(200);
        assertThat(browser.post("/api/service-now-new/load-nothing", "", "X-XSRF-TOKEN", browser.csrfToken())
                        .statusCode())
                .isEqualTo(404);
        await().untilAsserted(() -> assertThat(jdbc.sql("""
                        SELECT concat_ws(' ', who, signed_in_by, method, path, status) FROM caravana.audit
                        WHERE who = 'maria' AND signed_in_by = 'oidc' AND method = 'SIGN-IN'""").query(String.class).list())
                .containsExactly("maria oidc SIGN-IN /login/oauth2/code/house 200"));
    }

    @Test
    void an_answer_that_nobody_asked_for_signs_nobody_in_and_is_audited() throws Exception {
        var browser = new Browser(port);

        var answer = browser.get("/login/oauth2/code/house?code=1&state=made-up");

        assertThat(location(answer.headers().map()).toString()).endsWith("/login?error");
        assertThat(browser.get("/api/executions").statusCode()).isEqualTo(401);
        await().untilAsserted(() ->
                assertThat(jdbc.sql("""
                        SELECT count(*) FROM caravana.audit
                        WHERE who IS NULL AND method = 'SIGN-IN' AND path = '/login/oauth2/code/house' AND status = 401""").query(Long.class).single()).isOne());
    }

    private static URI location(Map<String, List<String>> headers) {
        return URI.create(headers.get("location").get(0));
    }

    private static String issuer() {
        return "http://localhost:" + provider.getAddress().getPort();
    }

    private static String token(RSAKey signedBy, String role, Instant until) {
        var claims = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .subject("maria")
                .audience(CLIENT)
                .issueTime(new Date())
                .expirationTime(Date.from(until))
                .claim("nonce", nonce)
                .claim("realm_access", Map.of("roles", List.of(role)))
                .build();
        var token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("test").build(), claims);
        try {
            token.sign(new RSASSASigner(signedBy));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return token.serialize();
    }

    private static void answerWithTokens(HttpExchange exchange) throws IOException {
        var token = token(key, "caravana-operator", Instant.now().plusSeconds(60));
        answer(
                exchange,
                "{\"access_token\":\"%s\",\"id_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":60}"
                        .formatted(token, token));
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        var bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
