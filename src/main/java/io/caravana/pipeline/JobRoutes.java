package io.caravana.pipeline;

import io.caravana.catalog.Catalog;
import io.caravana.catalog.Job;
import io.caravana.catalog.Table;
import io.caravana.error.Failures;
import io.caravana.execution.run.Execution;
import io.caravana.execution.run.ExecutionEvent;
import io.caravana.execution.run.LogFields;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * One route a configured job, {@code run-<job>}: a multicast to its tables on a pool of its own, as many threads as the
 * job says. In Java because the branches come from the configuration.
 */
@Component
final class JobRoutes extends RouteBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(JobRoutes.class);

    /** A job that is idle notices so late that the process ends. */
    private static final int LONGEST_STOP_MILLIS = 100;

    private final Catalog catalog;

    JobRoutes(Catalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public void configure() {
        catalog.jobs().forEach(this::run);
    }

    private void run(Job job) {
        var pool = getContext().getExecutorServiceManager().newFixedThreadPool(this, job.name(), job.threads());
        // whoever starts the job is answered at once; a thread of the job's own takes its executions from here
        var tables = from("seda:run-%s?pollTimeout=%d".formatted(job.name(), LONGEST_STOP_MILLIS))
                .routeId("run-" + job.name())
                .routeGroup("job")
                .routeDescription("Loads the tables of " + job.name() + ", " + job.threads() + " side by side")
                .process(exchange -> LogFields.execution(execution(exchange)))
                .id("begin-" + job.name())
                .multicast()
                .id("tables-of-" + job.name())
                .aggregationStrategy(new Branches())
                .parallelProcessing()
                // a table keeps its thread to its end, whatever it does side by side: so the pool bounds the tables
                .synchronous()
                .executorService(LogFields.handedOn(pool));
        for (var table : catalog.tablesOf(job)) {
            tables.filter(exchange -> isToLoad(exchange, table))
                    .id(job.name() + "-" + table.target())
                    .setProperty("table", constant(table))
                    .to("direct:load-table")
                    .end();
        }
        tables.end()
                .to("direct:make-reports")
                .id("to-make-reports-of-" + job.name())
                .process(JobRoutes::finished)
                .id("finish-" + job.name())
                .wireTap("direct:execution-log")
                .dynamicUri(false)
                .executorService("executionLogThread")
                .id("tap-" + job.name() + "-finished");
    }

    private static boolean isToLoad(Exchange exchange, Table table) {
        return execution(exchange).tables().contains(table);
    }

    private static Execution execution(Exchange exchange) {
        return exchange.getProperty("execution", Execution.class);
    }

    private static void finished(Exchange exchange) {
        // this is the thread of the table that was ready last
        LogFields.table(null);
        var execution = execution(exchange);
        LOG.atLevel(execution.level()).log("{} is done with its tables", execution.job());
        exchange.getMessage().setBody(new ExecutionEvent.Finished(execution.id()));
    }

    /**
     * Keeps the job's own exchange. A branch says itself how it ended; what escapes it all the same is logged here, and
     * the execution log counts a table that never reported its end as failed.
     */
    private static final class Branches implements AggregationStrategy {
        @Override
        public Exchange aggregate(Exchange before, Exchange branch) {
            if (branch.getException() != null) {
                Failures.log(LOG, "A table's branch failed outside of its load", branch.getException());
                branch.setException(null);
            }
            return before == null ? branch : before;
        }
    }
}
