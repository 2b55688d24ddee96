package io.caravana.execution.run;

import io.caravana.connector.Wait;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The metrics of a table in a job. They exist from the start on, at zero: an alert on what grows would not see a first value
 * appear. docs/operations.md says what they mean.
 */
public final class TableMeters {

    /** Prometheus puts a label {@code job} of its own on everything. */
    public static final String JOB = "job_name";

    public static final String TABLE = "table";

    private static final String BYTES = "bytes";

    private static final Duration[] ANSWER_BUCKETS =
            buckets(50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000);
    private static final Duration[] BATCH_BUCKETS = buckets(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000);

    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<Count, Counter> counters = new EnumMap<>(Count.class);
    private final Timer answers;
    private final Timer batches;

    public TableMeters(MeterRegistry registry, String job, String table) {
        this.registry = registry;
        this.tags = Tags.of(JOB, job, TABLE, table);
        counters.put(
                Count.PAGES, counter("caravana.pages", "Pages stored, and pages of keys compared", Tags.empty(), null));
        for (var outcome : List.of(Count.INSERTED, Count.UPDATED, Count.UNCHANGED, Count.REJECTED, Count.DELETED)) {
            counters.put(outcome, rows(outcome));
        }
        counters.put(Count.JSON_BYTES, counter("caravana.servicenow.json", "Answers as JSON", Tags.empty(), BYTES));
        counters.put(
                Count.WIRE_BYTES,
                counter("caravana.servicenow.wire", "Answers as they travelled", Tags.empty(), BYTES));
        this.answers = timer(
                "caravana.servicenow.answer",
                "From sending a request to the end of its answer",
                Tags.empty(),
                ANSWER_BUCKETS);
        this.batches = timer("caravana.batch.write", "The statement that writes a batch", Tags.empty(), BATCH_BUCKETS);
        retries().increment(0);
        requests("200").increment(0);
        for (var reason : Wait.values()) {
            waits(reason);
        }
    }

    /** Counts what a metric shows; nothing happens with the rest. */
    public void add(Count what, long number) {
        var counter = counters.get(what);
        if (counter != null) {
            counter.increment(number);
        }
    }

    /** @param status of an answer; broken: 200 without a whole page; none: no answer */
    public void answered(String status, long nanos) {
        requests(status).increment();
        answers.record(Duration.ofNanos(nanos));
    }

    public void waited(Wait reason, long nanos) {
        waits(reason).record(Duration.ofNanos(nanos));
    }

    public void batch(long nanos) {
        batches.record(Duration.ofNanos(nanos));
    }

    public void retried() {
        retries().increment();
    }

    private Counter rows(Count outcome) {
        return counter("caravana.rows", "Rows by what became of them", Tags.of("outcome", outcome.column()), null);
    }

    private Counter retries() {
        return counter("caravana.retries", "Steps that were tried again", Tags.empty(), null);
    }

    private Counter requests(String status) {
        return counter(
                "caravana.servicenow.requests",
                "Requests by the status of their answer; broken: 200 without a whole page; none: no answer",
                Tags.of("status", status),
                null);
    }

    private Timer waits(Wait reason) {
        return timer(
                "caravana.servicenow.wait",
                "What requests waited before they were sent",
                Tags.of("reason", reason.name().toLowerCase(Locale.ROOT)));
    }

    private Counter counter(String name, String description, Tags more, String unit) {
        return Counter.builder(name)
                .description(description)
                .baseUnit(unit)
                .tags(tags.and(more))
                .register(registry);
    }

    private Timer timer(String name, String description, Tags more, Duration... buckets) {
        return Timer.builder(name)
                .description(description)
                .tags(tags.and(more))
                .serviceLevelObjectives(buckets)
                .register(registry);
    }

    private static Duration[] buckets(long... millis) {
        return LongStream.of(millis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }
}
