package io.caravana.pipeline;

import io.caravana.error.Failures;
import io.caravana.error.Passing;
import io.caravana.execution.lease.TableBusyException;
import io.caravana.execution.run.TableLoad;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Decides how often a step is tried again, and logs what is about to be tried again, and why. */
@Component("retries")
public final class Retries implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

    private final int attempts;

    Retries(RetryProperties properties) {
        this.attempts = properties.attempts();
    }

    /** Whether the step that failed is tried again. */
    public boolean shouldRetry(Exchange exchange) {
        var failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        return Passing.mayPass(failure)
                && !isStopped(exchange)
                && counter(exchange) <= attempts + Passing.extraAttempts(failure);
    }

    /** Whether an event is written again: for as long as it takes, if what keeps it from being written may pass. */
    public boolean shouldRewrite(Exchange exchange) {
        return Passing.mayPass(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class))
                || counter(exchange) <= attempts;
    }

    private static boolean isStopped(Exchange exchange) {
        var run = run(exchange);
        return run != null && run.isStopped();
    }

    @Override
    public void process(Exchange exchange) {
        var failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (failure instanceof TableBusyException) {
            LOG.info("{}", Failures.explain(failure));
            return;
        }
        var run = run(exchange);
        if (run != null) {
            run.retried();
        }
        var counter = counter(exchange);
        LOG.warn(
                "{}. Trying again, {}{}",
                Failures.explain(failure),
                counter,
                counter <= attempts ? " of " + attempts : "");
    }

    /** Logs that the work of a timer was not done; its next time comes. */
    public void logExhausted(Exchange exchange) {
        Failures.log(
                LOG,
                "%s failed; the timer tries again".formatted(exchange.getFromRouteId()),
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    private static TableLoad run(Exchange exchange) {
        return exchange.getProperty("load") instanceof LoadContext load ? load.run() : null;
    }

    private static int counter(Exchange exchange) {
        return exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
    }
}
