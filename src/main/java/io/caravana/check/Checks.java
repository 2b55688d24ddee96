package io.caravana.check;

import io.caravana.error.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/** Tries everything that a load needs, one thing after the other, each for a bounded time. Changes nothing. */
@Component
public final class Checks {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final SourceTrials source;
    private final DatabaseTrials database;

    Checks(SourceTrials source, DatabaseTrials database) {
        this.source = source;
        this.database = database;
    }

    /**
     * Tries everything.
     *
     * @param told is told each finding as soon as there is one
     */
    public Report run(Consumer<Finding> told) {
        var threads = Executors.newCachedThreadPool(Checks::thread);
        try {
            var run = new Run(threads, told, new ArrayList<>());
            var isReached =
                    database.trials().stream().map(run::attempt).toList().get(0);
            if (run.attempt(source.signIn())) {
                source.trials(isReached).forEach(run::attempt);
            } else {
                run.tell(Finding.wrong("tables", "were not tried, as the sign-in failed", "Mend the sign-in first"));
            }
            return Report.of(run.findings);
        } finally {
            threads.shutdownNow();
        }
    }

    /** What does not answer must not keep the process. */
    private static Thread thread(Runnable task) {
        var thread = new Thread(task, "check");
        thread.setDaemon(true);
        return thread;
    }

    private record Run(ExecutorService threads, Consumer<Finding> told, List<Finding> findings) {

        /** Whether nothing is wrong. */
        boolean attempt(Trial trial) {
            var finding = finding(trial);
            tell(finding);
            return finding.ok();
        }

        void tell(Finding finding) {
            findings.add(finding);
            told.accept(finding);
        }

        private Finding finding(Trial trial) {
            var attempt = threads.submit(trial.attempt());
            try {
                return attempt.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                return Finding.wrong(trial.name(), Failures.explain(e.getCause()), trial.advice());
            } catch (TimeoutException e) {
                attempt.cancel(true);
                return Finding.wrong(
                        trial.name(), "no answer within %d s".formatted(LONGEST.toSeconds()), trial.advice());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Finding.wrong(trial.name(), "was interrupted", trial.advice());
            }
        }
    }
}
