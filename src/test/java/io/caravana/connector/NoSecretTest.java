package io.caravana.connector;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.caravana.connector.Stub.Reply;
import io.caravana.error.Failures;
import io.caravana.servicenow.ServiceNowException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.ClassPathResource;

/** Sign-ins of every kind fail, all that logs says everything, and what is said is searched for the secrets. */
@ExtendWith(OutputCaptureExtension.class)
class NoSecretTest {

    /** Each has a character that is another one in a URL. */
    private static final List<String> SECRETS = List.of(
            "p@ssword-of-the-account",
            "key+of-the-api",
            "cl/ient-secret",
            "refresh/token-first",
            "refresh/token-second",
            "access-token-of-oauth",
            "bearer-of-the-broker",
            "cookie-of-the-session",
            "user-token-of-the-session",
            "proxy/password",
            "key/for-the-gateway");

    private static final List<String> SILENCED = List.of(
            "org.apache.hc.client5.http.headers",
            "org.apache.hc.client5.http.impl.classic.MainClientExec",
            "org.apache.hc.client5.http.wire");

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level usual = root.getLevel();

    /** What ServiceNow, its token server and the broker answer: they repeat what they were told, and refuse pages. */
    private final Stub server = new Stub(request -> {
        if (request.contains("refresh_token=refresh%2Ftoken-second") || request.contains("refuse")) {
            return new Reply(
                    401,
                    "application/json",
                    "{\"error\":\"invalid\",\"error_description\":\"%s\"}"
                            .formatted(URLDecoder.decode(request, StandardCharsets.UTF_8)),
                    null);
        }
        return request.contains("grant_type")
                ? Reply.json("{\"access_token\":\"access-token-of-oauth\",\"refresh_token\":\"refresh/token-second\"}")
                : new Reply(401, "application/json", "{\"error\":{\"message\":\"User Not Authenticated\"}}", null);
    });

    private final Stub broker =
            new Stub(request -> Reply.json("{\"cookies\":{\"JSESSIONID\":\"cookie-of-the-session\"},"
                    + "\"headers\":{\"X-UserToken\":\"user-token-of-the-session\"}}"));
    private final Stub garbled =
            new Stub(request -> Reply.json("{\"access_token\":\"access-token-of-oauth\", cookie-of-the-session"));

    @BeforeEach
    void say_everything() throws Exception {
        root.setLevel(Level.TRACE);
        // the other side, which Caravana does not run
        ((Logger) LoggerFactory.getLogger("com.sun.net.httpserver")).setLevel(Level.INFO);
        var levels = new YamlPropertySourceLoader()
                .load("application", new ClassPathResource("application.yaml"))
                .get(0);
        for (var logger : SILENCED) {
            var level = String.valueOf(levels.getProperty("logging.level." + logger));
            ((Logger) LoggerFactory.getLogger(logger)).setLevel(Level.toLevel(level, Level.TRACE));
        }
    }

    @AfterEach
    void be_quiet_again() {
        root.setLevel(usual);
        Stream.of(server, broker, garbled).forEach(Stub::close);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "username=u password=p@ssword-of-the-account",
                "api-key=key+of-the-api",
                "api-key=key+of-the-api headers[0].name=X-Gateway headers[0].value=key/for-the-gateway",
                "oauth.grant=client_credentials oauth.client-id=c oauth.client-secret=cl/ient-secret",
                "oauth.grant=client_credentials oauth.client-id=refuse oauth.client-secret=cl/ient-secret",
                "oauth.grant=password oauth.client-id=c oauth.client-secret=cl/ient-secret username=u password=p@ssword-of-the-account",
                "oauth.grant=password oauth.client-id=refuse oauth.client-secret=cl/ient-secret username=u password=p@ssword-of-the-account",
                "oauth.grant=refresh_token oauth.client-id=c oauth.client-secret=cl/ient-secret oauth.refresh-token=refresh/token-first",
                "broker.url=BROKER/session?key=bearer-of-the-broker broker.token=bearer-of-the-broker",
                "broker.url=SERVER/session?key=bearer-of-the-broker broker.token=bearer-of-the-broker",
                "broker.url=GARBLED/session broker.token=bearer-of-the-broker",
                "broker.url=http://127.0.0.1:1/session?key=bearer-of-the-broker broker.token=bearer-of-the-broker",
                "username=u password=p@ssword-of-the-account proxy.host=localhost proxy.port=PROXY proxy.username=x proxy.password=proxy/password"
            })
    void a_failed_sign_in_shows_no_secret(String settings, CapturedOutput output) throws Exception {
        var said = new ArrayList<String>();
        try (var proxy = new Proxy("x", "another")) {
            Way.to(
                    server.url(),
                    way -> {
                        for (var i = 0; i < 2; i++) {
                            var failure = way.ask();
                            assertThat(failure).isInstanceOf(ServiceNowException.class);
                            said.add(everything((ServiceNowException) failure));
                        }
                        Stream.of(SignIn.class, ConnectionProperties.class, Keyring.class)
                                .forEach(type -> said.add(way.bean(type).toString()));
                        said.add(way.bean(ServiceNowProperties.class).toString());
                        said.add(way.bean(ServiceNowAccess.class).toString());
                        said.add(way.bean(ConnectionProperties.class).broker().toString());
                        said.add(way.bean(ConnectionProperties.class).proxy().toString());
                        said.add(way.bean(ConnectionProperties.class).headers().toString());
                    },
                    settings.replace("BROKER", broker.url().toString())
                            .replace("SERVER", server.url().toString())
                            .replace("GARBLED", garbled.url().toString())
                            .replace("PROXY", Integer.toString(proxy.port()))
                            .split(" "));
        }
        assertThat(output.getAll()).contains("DEBUG");
        for (var secret : SECRETS) {
            for (var form : List.of(
                    secret,
                    URLEncoder.encode(secret, StandardCharsets.UTF_8),
                    basic("u", secret),
                    basic("x", secret))) {
                assertThat(String.join("\n", said)).doesNotContain(form);
                assertThat(output.getAll().contains(form))
                        .as("%s in the log", form)
                        .isFalse();
            }
        }
    }

    private static String basic(String user, String secret) {
        return Base64.getEncoder().encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    private static String everything(ServiceNowException failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text + "\n" + Failures.explain(failure);
    }
}
