package io.caravana.execution.recovery;

import io.caravana.execution.run.RunningExecutions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Interrupts the loads of this worker when it is stopped, before anything that they need is closed. */
@Component
public class Shutdown {

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);
    private static final Duration LONGEST = Duration.ofSeconds(4);
    private static final long LONGEST_NOTE_MILLIS = 1_000;
    private static final long LOOK_EVERY_MILLIS = 50;

    private final RunningExecutions executions;
    private final Recovery recovery;

    Shutdown(RunningExecutions executions, Recovery recovery) {
        this.executions = executions;
        this.recovery = recovery;
    }

    /** Spring tells of its end before it stops or closes anything. */
    @EventListener(ContextClosedEvent.class)
    public void interruptLoads() {
        if (executions.isNone()) {
            return;
        }
        LOG.info("Stopping the running loads after the pages that are under way; they resume with the next start");
        executions.interruptAll();
        try {
            var deadline = System.nanoTime() + LONGEST.toNanos();
            while (!executions.isNone() && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
            }
            if (!executions.isNone()) {
                // a database that does not answer must not hold up the end
                CompletableFuture.runAsync(recovery::interruptOwn).get(LONGEST_NOTE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("Could not record the interrupted loads in the database; the next start will");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
