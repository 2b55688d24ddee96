package io.caravana.pipeline;

import static java.util.Comparator.comparingInt;

import io.caravana.execution.run.LogFields;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Threads for the ranges of all tables, shared fairly: each table load that has something to do has one at least, however
 * many others there are; the rest, up to a number in all, go to who has the fewest. A range may take hours, so a queue for
 * all of them would have a small table wait for a large one.
 *
 * <p>Whose work it is, is told by the {@link LogFields} of the thread that hands it over.
 */
public final class TableThreads extends AbstractExecutorService {

    private final ExecutorService threads = Executors.newCachedThreadPool(task -> new Thread(task, "partition"));
    private final Map<String, Share> shares = new HashMap<>();
    private final int most;
    private int running;

    /** What one table load has to do. */
    private static final class Share {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int running;
    }

    /** @param most how many threads there are in all, but for the one that each load has at least */
    public TableThreads(int most) {
        this.most = most;
    }

    @Override
    public synchronized void execute(Runnable task) {
        if (threads.isShutdown()) {
            throw new RejectedExecutionException("the process is ending");
        }
        shares.computeIfAbsent(LogFields.load(), load -> new Share()).waiting.add(task);
        startWhatMay();
    }

    private void startWhatMay() {
        for (var next = next(); next.isPresent() && !threads.isShutdown(); next = next()) {
            start(next.get());
        }
    }

    private Optional<Share> next() {
        return shares.values().stream()
                .filter(share -> !share.waiting.isEmpty())
                .filter(share -> running < most || share.running == 0)
                .min(comparingInt(share -> share.running));
    }

    private void start(Share share) {
        var task = share.waiting.remove();
        share.running++;
        running++;
        threads.execute(() -> {
            try {
                task.run();
            } finally {
                ended(share);
            }
        });
    }

    private synchronized void ended(Share share) {
        share.running--;
        running--;
        shares.values().removeIf(other -> other.running == 0 && other.waiting.isEmpty());
        startWhatMay();
    }

    @Override
    public void shutdown() {
        threads.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return threads.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return threads.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return threads.isTerminated();
    }

    @Override
    public boolean awaitTermination(long time, TimeUnit unit) throws InterruptedException {
        return threads.awaitTermination(time, unit);
    }
}
