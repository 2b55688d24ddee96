package io.caravana.desk;

import io.caravana.catalog.Catalog;
import io.caravana.execution.log.ExecutionLog;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.execution.log.TableLags;
import io.caravana.execution.log.TableLoadView;
import io.caravana.job.Jobs;
import io.caravana.replica.RejectedRecords;
import io.caravana.security.CurrentCaller;
import io.caravana.ticket.NoSuchTicketException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the routes that answer with the loads, and that start, cancel and retry them. */
@Component("loadsPage")
@ConditionalOnWebApplication
final class LoadsPage {

    private static final int LISTED = 15;
    private static final int LOOKED_AT = 200;
    private static final int OF_A_JOB = 3;

    private final Pages pages;
    private final Executions executions;
    private final ExecutionLog log;
    private final Jobs jobs;
    private final Catalog catalog;
    private final RejectedRecords rejected;
    private final TableLags lags;
    private final CurrentCaller caller;

    LoadsPage(
            Pages pages,
            Executions executions,
            ExecutionLog log,
            Jobs jobs,
            Catalog catalog,
            RejectedRecords rejected,
            TableLags lags,
            CurrentCaller caller) {
        this.pages = pages;
        this.executions = executions;
        this.log = log;
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
        log.cancel(id);
        now(exchange);
    }

    /** Starts the job again for the tables that were not loaded. */
    public void retry(Exchange exchange, @Header("id") String id) {
        var failed = executions.find(id).orElseThrow(NoSuchTicketException::new);
        var tables = failed.tables().stream()
                .filter(table -> !table.status().equals("success"))
                .map(TableLoadView::table)
                .toList();
        if (failed.hasEnded() && !tables.isEmpty()) {
            jobs.retry(failed.executionType(), failed.startDate(), failed.endDate(), tables);
        }
        now(exchange);
    }

    private static boolean isWorthSeeing(ExecutionView run) {
        return !run.status().equals("success");
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
