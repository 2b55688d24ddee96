package io.caravana.execution;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Lets the loads of this process end where they are when it is stopped, before anything that they need is closed. */
@Component
final class Shutdown implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);
    private static final Duration LONGEST = Duration.ofSeconds(4);
    private static final Duration LONGEST_NOTE = Duration.ofSeconds(1);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final RunningExecutions executions;
    private final Interruptions interruptions;
    private volatile boolean running;

    Shutdown(RunningExecutions executions, Interruptions interruptions) {
        this.executions = executions;
        this.interruptions = interruptions;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public void stop() {
        running = false;
        if (executions.isNone()) {
            return;
        }
        LOG.info("Loads are running: they end after the pages that they are at, and go on with the next start");
        executions.interruptAll();
        try {
            var deadline = System.nanoTime() + LONGEST.toNanos();
            while (!executions.isNone() && System.nanoTime() < deadline) {
                new CountDownLatch(1).await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!executions.isNone()) {
            noteWhatIsLeft();
        }
    }

    /** A database that does not answer must not hold up the end: the next start finds out by itself. */
    private void noteWhatIsLeft() {
        var noting = CompletableFuture.runAsync(interruptions::interruptOwn);
        try {
            noting.get(LONGEST_NOTE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("The database took no note of the loads that are interrupted; the next start will");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The first of all. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
