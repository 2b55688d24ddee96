package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.execution.log.TableLoadView;
import io.caravana.simulator.Request;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** The limits of the instance, as the instance itself sees them, with two jobs side by side. */
@TestPropertySource(
        properties = {
            "caravana.simulator.incidents=800",
            "caravana.simulator.latency=20ms",
            "caravana.servicenow.rate-limit=10",
            "caravana.servicenow.max-concurrent=3"
        })
class RequestRateTest extends LoadTest {

    private static final int RATE = 10;
    /** In one second alone, a request that was late on its way may come together with the next ones (decision 7). */
    private static final int SECONDS = 3;

    @Autowired
    MeterRegistry meters;

    @Test
    void the_instance_gets_no_more_requests_a_second_than_configured() {
        simulator.clearRequests();
        var incidents = jobs.start("incidents", BEGINNING, TODAY).id();
        var configurations = jobs.start("configurations", BEGINNING, TODAY).id();
        assertThat(end(incidents).status()).isEqualTo("success");
        assertThat(end(configurations).status()).isEqualTo("success");

        var arrivals =
                simulator.requests().stream().map(Request::started).sorted().toList();
        assertThat(arrivals).hasSizeGreaterThan(4 * RATE);
        var most = RATE * SECONDS;
        for (int i = most; i < arrivals.size(); i++) {
            assertThat(Duration.between(arrivals.get(i - most), arrivals.get(i)))
                    .as("%d requests from %s on", most + 1, arrivals.get(i - most))
                    .isGreaterThan(Duration.ofSeconds(SECONDS));
        }
        assertThat(simulator.counters().maximumInFlight()).isEqualTo(3);
        assertThat(waited("rate")).isGreaterThan(3);
        assertThat(waited("pause")).isZero();
        var told = executions.find(incidents).orElseThrow().tables();
        assertThat(told).extracting(TableLoadView::waitedRateSeconds).allMatch(seconds -> seconds.signum() > 0);
        assertThat(told).extracting(TableLoadView::waitedPauseSeconds).allMatch(seconds -> seconds.signum() == 0);
    }

    private double waited(String reason) {
        return meters.get("caravana.servicenow.wait").tag("reason", reason).timers().stream()
                .mapToDouble(timer -> timer.totalTime(TimeUnit.SECONDS))
                .sum();
    }
}
