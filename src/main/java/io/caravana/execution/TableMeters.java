package io.caravana.execution;

import io.caravana.connector.Wait;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * The metrics of a table in a job. They are there from the start on, at zero: an alert on what grows would not see a
 * first value appear. What they mean is said in docs/operations.md.
 */
public final class TableMeters {

    /** Prometheus puts a label {@code job} of its own on everything. */
    static final String JOB = "job_name";

    static final String TABLE = "table";

    private static final Duration[] ANSWER_BUCKETS =
            buckets(50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000);
    private static final Duration[] BATCH_BUCKETS = buckets(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000);

    private final MeterRegistry registry;
    private final Tags tags;
    private final Counter inserted;
    private final Counter updated;
    private final Counter unchanged;
    private final Counter rejected;
    private final Counter deleted;
    private final Counter pages;
    private final Counter retries;
    private final Counter json;
    private final Counter wire;
    private final Timer answers;
    private final Timer batches;

    public TableMeters(MeterRegistry registry, String job, String table) {
        this.registry = registry;
        this.tags = Tags.of(JOB, job, TABLE, table);
        this.inserted = rows("inserted");
        this.updated = rows("updated");
        this.unchanged = rows("unchanged");
        this.rejected = rows("rejected");
        this.deleted = rows("deleted");
        this.pages = counter("caravana.pages", "Pages stored, and pages of keys compared");
        this.retries = counter("caravana.retries", "Steps that were tried again");
        this.json = bytes("caravana.servicenow.json", "Answers as JSON");
        this.wire = bytes("caravana.servicenow.wire", "Answers as they travelled");
        this.answers = Timer.builder("caravana.servicenow.answer")
                .description("From sending a request to the end of its answer")
                .tags(tags)
                .serviceLevelObjectives(ANSWER_BUCKETS)
                .register(registry);
        this.batches = Timer.builder("caravana.batch.write")
                .description("The statement that writes a batch")
                .tags(tags)
                .serviceLevelObjectives(BATCH_BUCKETS)
                .register(registry);
        requests("200");
        Arrays.stream(Wait.values()).forEach(this::waits);
    }

    /** For a load that is not measured. */
    static TableMeters none() {
        return new TableMeters(new CompositeMeterRegistry(), "", "");
    }

    void stored(long ins, long upd, long same, long bad) {
        pages.increment();
        inserted.increment(ins);
        updated.increment(upd);
        unchanged.increment(same);
        rejected.increment(bad);
    }

    void reconciled(long rows) {
        deleted.increment(rows);
    }

    void answered(String status, long nanos) {
        requests(status).increment();
        answers.record(Duration.ofNanos(nanos));
    }

    void received(long jsonBytes, long wireBytes) {
        json.increment(jsonBytes);
        wire.increment(wireBytes);
    }

    void waited(Wait reason, long nanos) {
        waits(reason).record(Duration.ofNanos(nanos));
    }

    void batch(long nanos) {
        batches.record(Duration.ofNanos(nanos));
    }

    void retried() {
        retries.increment();
    }

    private Counter rows(String outcome) {
        return Counter.builder("caravana.rows")
                .description("Rows by what became of them")
                .tags(tags)
                .tag("outcome", outcome)
                .register(registry);
    }

    private Counter requests(String status) {
        return Counter.builder("caravana.servicenow.requests")
                .description(
                        "Requests by the status of their answer; broken: 200 without a whole page; none: no answer")
                .tags(tags)
                .tag("status", status)
                .register(registry);
    }

    private Timer waits(Wait reason) {
        return Timer.builder("caravana.servicenow.wait")
                .description("What requests waited before they were sent")
                .tags(tags)
                .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }

    private Counter bytes(String name, String description) {
        return Counter.builder(name)
                .description(description)
                .baseUnit("bytes")
                .tags(tags)
                .register(registry);
    }

    private static Duration[] buckets(long... millis) {
        return LongStream.of(millis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }
}
