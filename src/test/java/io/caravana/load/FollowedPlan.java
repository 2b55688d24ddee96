package io.caravana.load;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.test.context.TestPropertySource;

/** Caravana with the plan of the simulator's workload engine, and a clock that a test moves. */
@Import(FollowedPlan.Time.class)
@TestPropertySource(
        properties = {
            "caravana.workload.url=simulator",
            "caravana.workload.every=0s",
            "caravana.workload.actions=true",
            "caravana.workload.owners[0].stream=FOLHA*",
            "caravana.workload.owners[0].group=batch-team",
            "caravana.workload.page-size=70",
            "caravana.workload.rate-limit=1000",
            "caravana.simulator.jobs=240"
        })
abstract class FollowedPlan extends LoadTest {

    @TestConfiguration
    static class Time {
        @Bean
        @Primary
        Watch watch() {
            return new Watch();
        }
    }

    /** The time of this machine, and what a test adds to it. */
    static final class Watch extends Clock {
        private volatile Duration ahead = Duration.ZERO;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return Clock.offset(Clock.system(zone), ahead);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        void pass(Duration time) {
            ahead = ahead.plus(time);
        }
    }

    @Autowired
    Watch watch;

    @Autowired
    private CamelContext camel;

    @Autowired
    ProducerTemplate routes;

    /** Reads by themselves would come between. */
    @BeforeEach
    void stopReading() throws Exception {
        camel.getRouteController().stopRoute("poll-plan-on-time");
    }

    /**
     * Lets time pass until a job has failed that stays so.
     *
     * @param besides one that does not count; null: there is none
     */
    String failedJob(String besides) {
        poll();
        var job = failed(besides);
        for (var step = 0; step < 200 && job.isEmpty(); step++) {
            watch.pass(Duration.ofMinutes(5));
            poll();
            job = failed(besides);
        }
        return job.orElseThrow();
    }

    private Optional<String> failed(String besides) {
        return jdbc.sql(
                        "SELECT id FROM workload.job WHERE state = 'failed' AND recovery_option = 'STOP' AND gone_at IS NULL ORDER BY ended_at DESC LIMIT 1")
                .query(String.class)
                .optional()
                .filter(job -> !job.equals(besides));
    }

    void poll() {
        routes.sendBody("direct:poll-plan", null);
    }

    void pollAll() {
        jdbc.sql("UPDATE workload.engine SET full_begun_at = NULL").update();
        poll();
    }
}
