package io.caravana.job;

import io.caravana.catalog.Catalog;
import io.caravana.catalog.Job;
import io.caravana.catalog.SyncMode;
import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.error.Failures;
import io.caravana.execution.log.ExecutionLog;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.execution.log.SetAside;
import io.caravana.execution.log.TableLoadView;
import io.caravana.execution.recovery.ExecutionRegistry;
import io.caravana.execution.recovery.JobRunningException;
import io.caravana.execution.recovery.Recovery;
import io.caravana.execution.recovery.Recovery.Interrupted;
import io.caravana.execution.run.Execution;
import io.caravana.execution.run.LogFields;
import io.caravana.replica.RejectedRecords;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Starts jobs, ends executions, and runs again what has failed or was interrupted. */
@Component("jobService")
public class JobService {

    private static final Logger LOG = LoggerFactory.getLogger(JobService.class);

    private final Catalog catalog;
    private final Clock clock;
    private final StartJob startJob;
    private final Executions executions;
    private final ExecutionLog log;
    private final Recovery recovery;
    private final RejectedRecords rejected;
    private final ExecutionRegistry registry;
    private final SetAside setAside;

    /** Why a job was not started by its timer last. */
    private final Map<String, String> notStarted = new ConcurrentHashMap<>();

    JobService(
            Catalog catalog,
            Clock clock,
            StartJob startJob,
            Executions executions,
            ExecutionLog log,
            Recovery recovery,
            RejectedRecords rejected,
            ExecutionRegistry registry,
            SetAside setAside) {
        this.setAside = setAside;
        this.registry = registry;
        this.rejected = rejected;
        this.recovery = recovery;
        this.catalog = catalog;
        this.clock = clock;
        this.startJob = startJob;
        this.executions = executions;
        this.log = log;
    }

    /**
     * Starts a job in the background and returns at once; the execution is in the log already. If the job was interrupted
     * not long ago, with the same period, it goes on.
     *
     * @param start the first day; null: yesterday
     * @param end the last day; null: yesterday. With neither, it also follows what has changed in the tables, as the job says
     * @throws UnknownJobException if no such job is configured
     * @throws IllegalArgumentException if the period ends before it starts, or the job takes none
     * @throws io.caravana.execution.recovery.JobRunningException if the job is running
     */
    public Execution start(String job, LocalDate start, LocalDate end) {
        return start(job, start, end, false);
    }

    /**
     * The same.
     *
     * @param verify whether every value is compared with the replica, and not only the fingerprints of rows
     */
    public Execution start(String job, LocalDate start, LocalDate end, boolean verify) {
        var asked = idle(job);
        tryAll(asked);
        return start(asked, start, end, verify);
    }

    /** What a person starts is also to try the tables that are set aside. */
    private void tryAll(Job job) {
        if (job.syncMode() == SyncMode.INCREMENTAL) {
            setAside.tryAll(job.name());
        }
    }

    private Execution start(Job asked, LocalDate start, LocalDate end, boolean verify) {
        var window = window(asked, start, end);
        if (asked.syncMode() == SyncMode.RETRY_REJECTED) {
            return start(asked, "");
        }
        var keepsUp = window != null && start == null && end == null && asked.followChanges();
        return start(interrupted(asked, window, keepsUp)
                .orElseGet(() -> new Execution(
                        UUID.randomUUID().toString(),
                        asked.name(),
                        asked.syncMode(),
                        window,
                        catalog.tablesOf(asked),
                        keepsUp))
                .verifying(verify));
    }

    /**
     * Lets a running execution end after the pages that are under way, whichever worker runs it.
     *
     * @throws UnknownExecutionException if there is none
     * @throws WrongStateException if it has ended
     */
    public void cancel(String executionId) {
        if (!log.cancel(executionId)) {
            throw new WrongStateException(
                    "the execution has ended already: " + find(executionId).status());
        }
    }

    /**
     * Starts the job of an execution again for the tables that did not end in success, with the same period, as a new
     * execution, in the background.
     *
     * @throws UnknownExecutionException if there is no such execution
     * @throws WrongStateException if it still runs, or has loaded every table
     * @throws UnknownJobException if its job is not configured any more
     * @throws IllegalArgumentException if none of the tables belongs to the job any more
     * @throws io.caravana.execution.recovery.JobRunningException if the job is running
     */
    public Execution retry(String executionId) {
        var failed = find(executionId);
        if (!failed.hasEnded()) {
            throw new WrongStateException("the execution still runs; cancel it, or wait for its end");
        }
        var tables = failed.tables().stream()
                .filter(table -> !table.status().equals("success"))
                .map(TableLoadView::table)
                .toList();
        if (tables.isEmpty()) {
            throw new WrongStateException("every table of the execution was loaded");
        }
        var asked = idle(failed.executionType());
        var left = catalog.tablesOf(asked).stream()
                .filter(table -> tables.contains(table.target()))
                .toList();
        if (left.isEmpty()) {
            throw new IllegalArgumentException(
                    "the job '%s' has none of the tables %s any more".formatted(asked.name(), tables));
        }
        tryAll(asked);
        return start(new Execution(
                UUID.randomUUID().toString(),
                asked.name(),
                asked.syncMode(),
                window(asked, failed.startDate(), failed.endDate()),
                left));
    }

    private ExecutionView find(String executionId) {
        return executions.find(executionId).orElseThrow(() -> new UnknownExecutionException(executionId));
    }

    /**
     * Reads the records anew that could not be stored, in the background.
     *
     * @param table the replica table; null or empty: of all
     * @throws IllegalArgumentException if there is no such table
     * @throws UnknownJobException if no job is configured that does it
     * @throws io.caravana.execution.recovery.JobRunningException if it is running
     */
    public Execution retryRejected(String table) {
        var job = catalog.jobThat(SyncMode.RETRY_REJECTED)
                .orElseThrow(() -> new UnknownJobException("sync-mode: retry-rejected", catalog.jobNames()));
        return start(idle(job.name()), table == null ? "" : table);
    }

    /** A job that runs in this process is refused before the database is asked for anything. */
    private Job idle(String name) {
        var job = catalog.job(name).orElseThrow(() -> new UnknownJobException(name, catalog.jobNames()));
        registry.refuseRunning(name);
        return job;
    }

    private Execution start(Job job, String target) {
        var names = catalog.tables().stream().map(Table::target).toList();
        if (!target.isEmpty() && !names.contains(target)) {
            throw new IllegalArgumentException(
                    "there is no table '%s'; the tables are %s".formatted(target, String.join(", ", names)));
        }
        var listed = rejected.tables();
        var tables = catalog.tablesOf(job).stream()
                .filter(table -> listed.contains(table.target()))
                .filter(table -> target.isEmpty() || target.equals(table.target()))
                .toList();
        return start(new Execution(UUID.randomUUID().toString(), job.name(), job.syncMode(), null, tables));
    }

    private Execution start(Execution execution) {
        LogFields.with(execution, () -> {
            startJob.with(execution);
            LOG.atLevel(execution.level())
                    .log(
                            "{} begins, {} tables",
                            execution.job(),
                            execution.tables().size());
        });
        return execution;
    }

    private Optional<Execution> interrupted(Job job, Window window, boolean keepsUp) {
        return window == null
                ? Optional.empty()
                : recovery.interrupted().stream()
                        .filter(interrupted -> interrupted.job().equals(job.name()))
                        .filter(interrupted -> interrupted.keepsUp() == keepsUp
                                && interrupted.window(catalog.timeZone()).equals(window))
                        .findFirst()
                        .map(interrupted -> rest(job, interrupted));
    }

    private Execution rest(Job job, Interrupted interrupted) {
        var left = recovery.unfinished(interrupted.executionId());
        var tables = catalog.tablesOf(job).stream()
                .filter(table -> left.contains(table.target()))
                .toList();
        return Execution.rest(
                interrupted.executionId(),
                job.name(),
                job.syncMode(),
                interrupted.window(catalog.timeZone()),
                tables,
                interrupted.keepsUp());
    }

    /** Resumes what was interrupted: by a process that was stopped, or is gone. Of several workers that try, one does. */
    public void resume() {
        recovery.recover();
        for (var interrupted : recovery.interrupted()) {
            try {
                if (catalog.job(interrupted.job())
                        .filter(job -> job.syncMode() == SyncMode.WINDOW)
                        .isPresent()) {
                    start(rest(idle(interrupted.job()), interrupted).verifying(interrupted.verifies()));
                }
            } catch (JobRunningException e) {
                LOG.debug("Another process resumes it: {}", e.getMessage());
            } catch (RuntimeException e) {
                // the others are resumed all the same
                Failures.log(LOG, "%s was not resumed this time".formatted(interrupted.job()), e);
            }
        }
    }

    private Window window(Job job, LocalDate start, LocalDate end) {
        if (job.syncMode() != SyncMode.WINDOW) {
            if (start != null || end != null) {
                throw new IllegalArgumentException(
                        "the job '%s' takes no period: it reads the %s of its tables, whenever they were made"
                                .formatted(
                                        job.name(),
                                        switch (job.syncMode()) {
                                            case RETRY_REJECTED -> "rejected records";
                                            case KEY_DIFF -> "keys";
                                            default -> "changes";
                                        }));
            }
            return null;
        }
        return Window.asked(start, end, LocalDate.now(clock.withZone(catalog.timeZone())), catalog.timeZone());
    }

    /** Starts a job when its time has come, for yesterday if it takes a period; not while it runs. */
    public void startByTimer(String job) {
        try {
            var due = idle(job);
            start(due, null, null, due.verify());
        } catch (JobRunningException e) {
            // a timer that fires every few seconds would say it as often
            if (!e.getMessage().equals(notStarted.put(job, e.getMessage()))) {
                LOG.info("Not started by its timer: {}", e.getMessage());
            }
        }
    }
}
