package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.caravana.catalog.Catalog;
import io.caravana.catalog.Table;
import io.caravana.execution.log.Executions;
import io.caravana.job.JobService;
import io.caravana.replica.RejectedRecords;
import io.caravana.replica.RejectedView;
import io.caravana.security.CurrentCaller;
import org.apache.camel.Exchange;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the REST routes for rejected records. */
@Component("rejectedApi")
@ConditionalOnWebApplication
final class RejectedApi {

    private final Api api;
    private final JobService jobs;
    private final RejectedRecords records;
    private final Executions executions;
    private final Catalog catalog;
    private final CurrentCaller caller;

    RejectedApi(
            Api api,
            JobService jobs,
            RejectedRecords records,
            Executions executions,
            Catalog catalog,
            CurrentCaller caller) {
        this.caller = caller;
        this.executions = executions;
        this.catalog = catalog;
        this.api = api;
        this.jobs = jobs;
        this.records = records;
    }

    /** Answers with the records that came onto the list last. */
    public void list(Exchange exchange) throws JsonProcessingException {
        var query = Query.of(exchange, "table", "execution", "before", "limit");
        var table = query.text("table");
        var execution = query.text("execution");
        Api.known("table", table, catalog.tables().stream().map(Table::target).toList(), records.tables()::contains);
        if (execution != null && executions.find(execution).isEmpty()) {
            throw new BadRequestException("execution is '%s', and there is no such execution".formatted(execution));
        }
        var before = query.number("before");
        api.page(
                exchange,
                query,
                limit -> records.list(table, execution, before, caller.scope(), limit),
                RejectedView::id);
    }

    /** Starts to read the records anew and answers at once. */
    public void retry(Exchange exchange) throws JsonProcessingException {
        api.accepted(exchange, jobs.retryRejected(Query.of(exchange, "table").text("table")));
    }
}
