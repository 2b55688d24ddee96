package io.caravana.connector;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.caravana.connector.Stub.Reply;
import io.caravana.servicenow.ServiceNowException;
import io.caravana.servicenow.ServiceNowException.Permanent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionsTest {

    private static final String PASSWORD = "store-secret";
    private static final String[] ACCOUNT = {"username=u", "password=account-secret"};

    @TempDir
    static Path stores;

    @BeforeAll
    static void make_certificates() throws Exception {
        keytool("-genkeypair -alias server -dname CN=localhost -ext san=dns:localhost -keyalg EC -storetype PKCS12"
                + " -keystore server.p12 -storepass " + PASSWORD);
        keytool("-genkeypair -alias client -dname CN=caravana -keyalg EC -storetype PKCS12"
                + " -keystore client.p12 -storepass " + PASSWORD);
        trust("server");
        trust("client");
    }

    @Test
    void a_certificate_that_nobody_knows_is_refused_for_good() throws Exception {
        try (var server = https(false)) {
            Way.to(
                    at("localhost", server),
                    way -> assertThat(way.ask())
                            .isInstanceOfSatisfying(
                                    Permanent.class,
                                    failure -> assertThat(failure)
                                            .hasMessageContaining("not trusted")
                                            .hasMessageContaining("caravana.servicenow.ssl-bundle")),
                    ACCOUNT);
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void a_certificate_in_the_truststore_is_accepted() throws Exception {
        try (var server = https(false)) {
            Way.to(at("localhost", server), way -> assertThat(way.ask()).isEqualTo(200), bundle(false, ACCOUNT));
        }
    }

    @Test
    void a_trusted_certificate_of_another_host_is_refused() throws Exception {
        try (var server = https(false)) {
            Way.to(
                    at("127.0.0.1", server),
                    way -> assertThat(way.ask())
                            .isInstanceOf(Permanent.class)
                            .asString()
                            .contains("not trusted"),
                    bundle(false, ACCOUNT));
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void the_client_certificate_is_shown_where_it_is_demanded_and_is_a_sign_in_of_its_own() throws Exception {
        try (var server = https(true)) {
            Way.to(at("localhost", server), way -> assertThat(way.ask()).isEqualTo(200), bundle(true));
            assertThat(server.received().get(0)).doesNotContainKey("Authorization");
        }
    }

    @Test
    void without_the_client_certificate_there_is_no_answer() throws Exception {
        try (var server = https(true)) {
            Way.to(
                    at("localhost", server),
                    way -> assertThat(way.ask()).isInstanceOf(ServiceNowException.class),
                    bundle(false, ACCOUNT));
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void tokens_are_asked_for_with_the_same_trust() throws Exception {
        try (var server = https(true)) {
            var client = new String[] {"oauth.grant=client_credentials", "oauth.client-id=c", "oauth.client-secret=s"};
            Way.to(at("localhost", server), way -> assertThat(way.ask()).isEqualTo(200), bundle(true, client));
            assertThat(server.received()).hasSize(2);
            Way.to(
                    at("localhost", server),
                    way -> assertThat(way.ask())
                            .isInstanceOf(Permanent.class)
                            .asString()
                            .contains("not trusted"),
                    client);
        }
    }

    @Test
    void everything_goes_through_the_proxy_with_its_user_and_password() throws Exception {
        try (var server = https(false);
                var proxy = new Proxy("proxy-user", "proxy-secret")) {
            Way.to(
                    at("localhost", server),
                    way -> {
                        assertThat(way.ask()).isEqualTo(200);
                        assertThat(proxy.tunnels())
                                .containsExactly("localhost:" + server.port(), "localhost:" + server.port());
                    },
                    bundle(
                            false,
                            "oauth.grant=client_credentials",
                            "oauth.client-id=c",
                            "oauth.client-secret=s",
                            "proxy.host=localhost",
                            "proxy.port=" + proxy.port(),
                            "proxy.username=proxy-user",
                            "proxy.password=proxy-secret"));
            assertThat(server.received()).hasSize(2).noneMatch(headers -> headers.containsKey("Proxy-authorization"));
        }
    }

    @Test
    void a_proxy_that_refuses_the_password_is_permanent_and_named() throws Exception {
        try (var server = https(false);
                var proxy = new Proxy("proxy-user", "proxy-secret")) {
            var wrong = List.of(
                    "proxy.host=localhost",
                    "proxy.port=" + proxy.port(),
                    "proxy.username=proxy-user",
                    "proxy.password=wrong-secret");
            for (var signIn :
                    List.of(List.of(ACCOUNT), List.of("broker.url=" + at("localhost", server) + "/session"))) {
                var settings = new ArrayList<>(wrong);
                settings.addAll(signIn);
                Way.to(
                        at("localhost", server),
                        way -> assertThat(way.ask())
                                .isInstanceOfSatisfying(
                                        Permanent.class,
                                        failure -> assertThat(failure)
                                                .hasMessageContaining("407")
                                                .hasMessageContaining("SERVICENOW_PROXY_PASSWORD")),
                        bundle(false, settings.toArray(String[]::new)));
            }
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void hosts_that_bypass_the_proxy_are_reached_directly() throws Exception {
        try (var server = https(false)) {
            var settings = new String[] {
                "proxy.host=localhost",
                "proxy.port=1",
                "proxy.bypass=broker.example, LOCALHOST",
                "username=u",
                "password=p"
            };
            Way.to(at("localhost", server), way -> assertThat(way.ask()).isEqualTo(200), bundle(false, settings));
        }
    }

    private static URI at(String host, Stub server) {
        return URI.create("https://%s:%d".formatted(host, server.port()));
    }

    private static String[] bundle(boolean withClient, String... more) {
        var store = "spring.ssl.bundle.jks.instance.";
        var settings = new ArrayList<>(List.of(more));
        settings.add("ssl-bundle=instance");
        settings.add(store + "truststore.location=file:" + stores.resolve("trust-server.p12"));
        settings.add(store + "truststore.password=" + PASSWORD);
        if (withClient) {
            settings.add(store + "keystore.location=file:" + stores.resolve("client.p12"));
            settings.add(store + "keystore.password=" + PASSWORD);
        }
        return settings.toArray(String[]::new);
    }

    private static Stub https(boolean demandsCertificate) throws Exception {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store("server.p12"), PASSWORD.toCharArray());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store("trust-client.p12"));
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                var ssl = context.getDefaultSSLParameters();
                ssl.setNeedClientAuth(demandsCertificate);
                parameters.setSSLParameters(ssl);
            }
        });
        return new Stub(server, body -> Reply.json("{\"access_token\":\"token\"}"));
    }

    private static KeyStore store(String name) throws Exception {
        return KeyStore.getInstance(stores.resolve(name).toFile(), PASSWORD.toCharArray());
    }

    private static void trust(String name) throws Exception {
        keytool("-exportcert -alias %s -keystore %s.p12 -storepass %s -file %s.crt"
                .formatted(name, name, PASSWORD, name));
        keytool("-importcert -noprompt -alias %s -file %s.crt -storetype PKCS12 -keystore trust-%s.p12 -storepass %s"
                .formatted(name, name, name, PASSWORD));
    }

    private static void keytool(String arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments.split(" ")));
        var output = Files.createTempFile(stores, "keytool", ".log");
        var process = new ProcessBuilder(command)
                .directory(stores.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }
}
