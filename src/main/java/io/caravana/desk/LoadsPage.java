package io.caravana.desk;

import io.caravana.catalog.Catalog;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.execution.log.TableLags;
import io.caravana.job.JobService;
import io.caravana.job.WrongStateException;
import io.caravana.replica.RejectedRecords;
import io.caravana.security.CurrentCaller;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the routes that answer with the loads, and that start, cancel and retry them. */
@Component("loadsPage")
@ConditionalOnWebApplication
final class LoadsPage {

    private static final Logger LOG = LoggerFactory.getLogger(LoadsPage.class);
    private static final int LISTED = 15;
    private static final int LOOKED_AT = 200;
    private static final int OF_A_JOB = 3;

    private final Pages pages;
    private final Executions executions;
    private final JobService jobs;
    private final Catalog catalog;
    private final RejectedRecords rejected;
    private final TableLags lags;
    private final CurrentCaller caller;

    LoadsPage(
            Pages pages,
            Executions executions,
            JobService jobs,
            Catalog catalog,
            RejectedRecords rejected,
            TableLags lags,
            CurrentCaller caller) {
        this.pages = pages;
        this.executions = executions;
        this.jobs = jobs;
        this.catalog = catalog;
        this.rejected = rejected;
        this.lags = lags;
        this.caller = caller;
    }

    public void page(Exchange exchange) {
        pages.answer(exchange, "loads", null, model());
    }

    /** The part that changes by itself. */
    public void now(Exchange exchange) {
        pages.answer(exchange, "loads", "now", model());
    }

    public void start(Exchange exchange, @Header("job") String job) {
        jobs.start(job, null, null);
        now(exchange);
    }

    public void cancel(Exchange exchange, @Header("id") String id) {
        whereItGoes(() -> jobs.cancel(id));
        now(exchange);
    }

    /** Starts the job again for the tables that were not loaded. */
    public void retry(Exchange exchange, @Header("id") String id) {
        whereItGoes(() -> jobs.retry(id));
        now(exchange);
    }

    private static boolean isWorthSeeing(ExecutionView run) {
        return !run.status().equals("success");
    }

    /** A button may be older than the state of its execution, which the answer shows. */
    private static void whereItGoes(Runnable work) {
        try {
            work.run();
        } catch (WrongStateException e) {
            LOG.debug("{}", e.getMessage());
        }
    }

    private Map<String, Object> model() {
        var running = executions.list(null, "running", LISTED).stream()
                .map(ExecutionView::executionId)
                .map(executions::find)
                .flatMap(Optional::stream)
                .filter(execution -> !execution.hasEnded())
                .toList();
        // the job live runs every few seconds, and would leave no place for the others
        var seen = new HashMap<String, Integer>();
        var last = executions.list(null, null, LOOKED_AT).stream()
                .filter(ExecutionView::hasEnded)
                .filter(run -> seen.merge(run.executionType(), 1, Integer::sum) <= OF_A_JOB || isWorthSeeing(run))
                .limit(LISTED)
                .toList();
        return Map.of(
                "running", running,
                "last", last,
                "lags", lags.all(),
                "rejected", rejected.list(null, null, null, caller.scope(), LISTED),
                "jobs", catalog.jobNames());
    }
}
