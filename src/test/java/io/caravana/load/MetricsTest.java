package io.caravana.load;

import static org.awaitility.Awaitility.await;

import io.caravana.simulator.Fault;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.autoconfigure.actuate.observability.AutoConfigureObservability;
import org.springframework.boot.test.web.server.LocalServerPort;

@AutoConfigureObservability(tracing = false)
class MetricsTest extends LoadTest {

    @LocalServerPort
    int port;

    @Test
    void dump() throws Exception {
        simulator.faults().add(Fault.status(503).on("incident").at(2).times(1));
        loaded("incidents");
        await().atMost(Duration.ofSeconds(15)).until(() -> scrape().contains("caravana_job_last_success"));
        java.nio.file.Files.writeString(java.nio.file.Path.of("/tmp/scrape.txt"), scrape());
        java.nio.file.Files.writeString(
                java.nio.file.Path.of("/tmp/health.txt"),
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/health"))
                                        .build(),
                                BodyHandlers.ofString())
                        .body());
    }

    private String scrape() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/prometheus"));
        return HttpClient.newHttpClient()
                .send(request.build(), BodyHandlers.ofString())
                .body();
    }
}
