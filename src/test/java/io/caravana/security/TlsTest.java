package io.caravana.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.Caravana;
import io.caravana.database.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The server behind a key store of Spring's SSL bundles. */
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"server.ssl.bundle=server", "spring.security.user.password=open sesame"})
class TlsTest {

    private static final String STORE_PASSWORD = "changeit";

    @TempDir
    static Path temp;

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry registry) throws Exception {
        var made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-keystore",
                        store().toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        STORE_PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("keytool.log").toFile())
                .start();
        assertThat(made.waitFor()).isZero();
        registry.add("spring.ssl.bundle.jks.server.keystore.location", () -> "file:" + store());
        registry.add("spring.ssl.bundle.jks.server.keystore.password", () -> STORE_PASSWORD);
        registry.add("caravana.database.url", TestDatabase::url);
    }

    private static Path store() {
        return temp.resolve("server.p12");
    }

    @LocalServerPort
    int port;

    @Test
    void a_browser_is_told_to_come_by_tls_only() throws Exception {
        var answer = client().send(
                        HttpRequest.newBuilder(URI.create("https://localhost:%d/api/executions".formatted(port)))
                                .build(),
                        BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("Strict-Transport-Security"))
                .hasValueSatisfying(value -> assertThat(value).contains("max-age=31536000"));
    }

    @Test
    void its_cookies_travel_by_tls_only() throws Exception {
        var answer = client().send(
                        HttpRequest.newBuilder(URI.create("https://localhost:%d/actuator/hawtio".formatted(port)))
                                .header("Accept", "text/html")
                                .build(),
                        BodyHandlers.ofString());

        assertThat(answer.headers().allValues("Set-Cookie"))
                .isNotEmpty()
                .allSatisfy(cookie -> assertThat(cookie).contains("Secure"));
    }

    private static HttpClient client() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store())) {
            store.load(in, STORE_PASSWORD.toCharArray());
        }
        var own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setCertificateEntry("server", store.getCertificate("mykey"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(own);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }
}
