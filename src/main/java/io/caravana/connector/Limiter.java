package io.caravana.connector;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Primary;
import org.springframework.stereotype.Component;

/**
 * How many requests to a source are in flight at once in this process, and when none may be sent at all. How many a second is
 * the throttle's affair, in the route {@code request-page}.
 *
 * <p>Too many at once halves what may be in flight; answers give it back, one by one. A wait that the source asks for is
 * kept by everybody. An instance that fails several times in a row is left alone for a growing while, and then asked
 * by one request alone.
 */
@Primary
@Component("limiter")
public final class Limiter implements MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(Limiter.class);
    private static final int FAILURES_IN_A_ROW = 5;
    private static final long LOOK_EVERY = Duration.ofMillis(500).toNanos();
    private static final Duration FIRST_REST = Duration.ofSeconds(5);
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private final String source;
    private final String metric;
    private final Clock clock;
    private final int most;
    private final Duration longestWait;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private int limit;
    private int inFlight;
    private int answersSinceChange;
    private int failures;
    private Duration rest = FIRST_REST;
    private Instant closedUntil = Instant.MIN;
    private Instant answeredAt = Instant.MIN;

    @Autowired
    public Limiter(ServiceNowProperties properties, Clock clock) {
        this("ServiceNow", "servicenow", properties.maxConcurrent(), properties.longestWait(), clock);
    }

    /**
     * The limits of another source.
     *
     * @param source its name in messages
     * @param metric its name in metrics
     * @param most the most requests in flight
     * @param longestWait the longest wait that is kept if the source asks for one
     */
    public Limiter(String source, String metric, int most, Duration longestWait, Clock clock) {
        this.source = source;
        this.metric = metric;
        this.clock = clock;
        this.most = most;
        this.longestWait = longestWait;
        this.limit = most;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("caravana.%s.in.flight".formatted(metric), this, gate -> gate.read(() -> gate.inFlight))
                .description("Requests that are in flight or wait for their place in the second")
                .register(registry);
        Gauge.builder("caravana.%s.in.flight.limit".formatted(metric), this, gate -> gate.read(() -> gate.limit))
                .description("How many may be, at this moment")
                .register(registry);
        Gauge.builder("caravana.%s.pause".formatted(metric), this, gate -> gate.read(gate::pauseSeconds))
                .description("Until the source may be asked again; 0 when it may be asked")
                .baseUnit("seconds")
                .register(registry);
    }

    private double pauseSeconds() {
        return isClosed() ? Duration.between(clock.instant(), closedUntil).toMillis() / 1_000.0 : 0;
    }

    private double read(DoubleSupplier value) {
        lock.lock();
        try {
            return value.getAsDouble();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a page has come since then. */
    public boolean isAnsweredSince(Instant moment) {
        lock.lock();
        try {
            return answeredAt.isAfter(moment);
        } finally {
            lock.unlock();
        }
    }

    /** When the gate opens again; null when it is open. */
    public Instant closedUntil() {
        lock.lock();
        try {
            return isClosed() ? closedUntil : null;
        } finally {
            lock.unlock();
        }
    }

    /** When the gate opens, or has opened. */
    public Instant opensAt() {
        var until = closedUntil();
        return until == null ? clock.instant() : until;
    }

    /** How long it is until then; nothing when that is past. */
    public Duration until(Instant moment) {
        var wait = Duration.between(clock.instant(), moment);
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    /**
     * Waits until a request may be sent, and counts it as in flight.
     *
     * @param goOn throws if nobody wants the request any more
     * @return how many nanoseconds it has waited for each reason
     */
    public Map<Wait, Long> acquire(Runnable goOn) throws InterruptedException {
        var waited = new EnumMap<Wait, Long>(Map.of(Wait.PAUSE, 0L, Wait.IN_FLIGHT, 0L));
        lock.lockInterruptibly();
        try {
            goOn.run();
            while (isClosed() || inFlight >= limit) {
                var began = System.nanoTime();
                var reason = isClosed() ? Wait.PAUSE : Wait.IN_FLIGHT;
                var nanos = isClosed() ? until(closedUntil).toNanos() + 1 : LOOK_EVERY;
                changed.awaitNanos(Math.min(nanos, LOOK_EVERY));
                waited.merge(reason, System.nanoTime() - began, Long::sum);
                goOn.run();
            }
            inFlight++;
            return waited;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        return clock.instant().isBefore(closedUntil);
    }

    /** A request's answer has come whole, or will not come any more: it is no longer in flight. */
    public void release() {
        locked(() -> inFlight--);
    }

    /** An answer was a page. */
    public void succeeded() {
        locked(() -> {
            if (failures >= FAILURES_IN_A_ROW) {
                LOG.info("{} answers again", source);
                limit = most;
            }
            failures = 0;
            answeredAt = clock.instant();
            rest = FIRST_REST;
            answersSinceChange++;
            if (limit < most && answersSinceChange >= limit) {
                change(limit + 1);
            }
        });
    }

    /** A request was refused because there are too many. */
    public void refusedAsTooMany() {
        locked(() -> {
            var half = Math.max(1, limit / 2);
            if (half < limit) {
                LOG.warn("{} has too many requests at once: {} in flight from now on", source, half);
            }
            change(half);
        });
    }

    /** A request was refused for a time, which is kept as far as the configuration goes. */
    public void refusedUntil(Duration wait) {
        var isTooLong = wait.compareTo(longestWait) > 0;
        var why = isTooLong
                ? "%s has asked for a wait of %d s, longer than caravana.%s.longest-wait"
                        .formatted(source, wait.toSeconds(), metric)
                : "%s has asked for a wait of %d s".formatted(source, wait.toSeconds());
        locked(() -> close(isTooLong ? longestWait : wait, why));
    }

    /** A request found the instance out of order. */
    public void failed() {
        locked(() -> {
            failures++;
            if (failures >= FAILURES_IN_A_ROW && !isClosed()) {
                close(rest, "%s has failed %d times in a row".formatted(source, failures));
                rest = rest.multipliedBy(2).compareTo(LONGEST_REST) < 0 ? rest.multipliedBy(2) : LONGEST_REST;
                change(1);
            }
        });
    }

    private void close(Duration wait, String why) {
        var until = clock.instant().plus(wait);
        if (until.isAfter(closedUntil)) {
            closedUntil = until;
            LOG.warn("{}: waiting for it until {}", why, until);
        }
    }

    private void change(int newLimit) {
        limit = newLimit;
        answersSinceChange = 0;
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
