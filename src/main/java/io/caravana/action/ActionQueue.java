package io.caravana.action;

import jakarta.annotation.PreDestroy;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Takes runs that wait, in turns of their projects, as many at once as this process may do beside its calls. */
@Component
@ConditionalOnWebApplication
class ActionQueue {

    private final Actions actions;
    private final Runs runs;
    private final ActionMeters meters;
    private final ActionProperties properties;
    private final Semaphore free;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "action-queue");
        thread.setDaemon(true);
        return thread;
    });

    ActionQueue(Actions actions, Runs runs, ActionMeters meters, ActionProperties properties) {
        this.actions = actions;
        this.runs = runs;
        this.meters = meters;
        this.properties = properties;
        this.free = new Semaphore(Math.max(1, properties.concurrent() / 2));
    }

    @Scheduled(fixedDelay = 500)
    void work() {
        while (properties.enabled() && free.tryAcquire()) {
            UUID run = null;
            try {
                run = runs.claim(properties.perProject()).orElse(null);
            } finally {
                if (run == null) {
                    free.release();
                }
            }
            if (run == null) {
                return;
            }
            var claimed = run;
            threads.execute(() -> {
                try {
                    actions.runQueued(claimed);
                } finally {
                    free.release();
                }
                work();
            });
        }
    }

    /** A run is lost whose worker has gone: one on an event comes again, of the others nobody waits any more. */
    @Scheduled(initialDelay = 5_000, fixedDelay = 15_000)
    void findLost() {
        runs.recover();
        meters.waiting(runs.waiting());
    }

    @PreDestroy
    void close() {
        threads.shutdownNow();
    }
}
