package io.caravana.job;

import io.caravana.execution.Execution;
import io.caravana.execution.TableLoad;
import io.caravana.execution.TableMeters;
import io.caravana.table.Catalog;
import io.caravana.table.Table;
import io.caravana.table.Window;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.LocalDate;
import java.util.UUID;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.ProducerTemplate;
import org.springframework.stereotype.Component;

/** Starts jobs. */
@Component("jobs")
public class Jobs {

    private final Catalog catalog;
    private final Clock clock;
    private final ProducerTemplate routes;
    private final MeterRegistry meters;

    Jobs(Catalog catalog, Clock clock, ProducerTemplate routes, MeterRegistry meters) {
        this.catalog = catalog;
        this.clock = clock;
        this.routes = routes;
        this.meters = meters;
    }

    /**
     * Starts a job in the background and returns at once; the execution is in the log already.
     *
     * @param start the first day; null: yesterday
     * @param end the last day; null: yesterday
     * @throws UnknownJobException if no such job is configured
     * @throws IllegalArgumentException if the period ends before it starts
     * @throws io.caravana.execution.JobRunningException if the job is running
     */
    public Execution start(String job, LocalDate start, LocalDate end) {
        if (catalog.job(job).isEmpty()) {
            throw new UnknownJobException(job, catalog.jobNames());
        }
        var yesterday = LocalDate.now(clock.withZone(catalog.timeZone())).minusDays(1);
        var window = new Window(start != null ? start : yesterday, end != null ? end : yesterday, catalog.timeZone());
        var execution = new Execution(UUID.randomUUID().toString(), job, window, catalog.tablesOf(job));
        try {
            routes.sendBody("direct:start-job", execution);
        } catch (CamelExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
        return execution;
    }

    /** Starts a job for yesterday; for timers. */
    public Execution startForYesterday(String job) {
        return start(job, null, null);
    }

    /** The load of one of an execution's tables. */
    public TableLoad open(@ExchangeProperty("execution") Execution execution, @ExchangeProperty("table") Table table) {
        return new TableLoad(execution, table, new TableMeters(meters, execution.job(), table.target()));
    }

    /** Ends a table load in error. */
    public void fail(
            @ExchangeProperty("load") TableLoad load, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable cause) {
        load.failed(cause);
    }
}
