package io.caravana.action;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** The metrics of actions. Their labels are engines and kinds of failures: few, however many codes there are. */
@Component
class ActionMeters {

    private final MeterRegistry registry;
    private final Counter created;
    private volatile long waiting;

    ActionMeters(MeterRegistry registry) {
        this.registry = registry;
        this.created = Counter.builder("code.created")
                .description("Codes that were made")
                .register(registry);
        Gauge.builder("code.queue", this, meters -> meters.waiting)
                .description("Runs on events that wait, of all workers on the database")
                .register(registry);
    }

    void created() {
        created.increment();
    }

    /** @param failure null where it completed */
    void ran(String engine, Failure failure, Duration wall) {
        var result = failure == null ? "completed" : failure.inWords();
        Counter.builder("code.run")
                .description("Runs of codes, by what ran them and how they ended")
                .tag("engine", engine)
                .tag("result", result)
                .register(registry)
                .increment();
        Timer.builder("code.run.duration")
                .description("How long runs took")
                .tag("engine", engine)
                .register(registry)
                .record(wall);
    }

    void refused(Failure failure) {
        Counter.builder("code.refused")
                .description("Calls that did not become a run")
                .tag("failure", failure.inWords())
                .register(registry)
                .increment();
    }

    void waiting(long runs) {
        waiting = runs;
    }
}
