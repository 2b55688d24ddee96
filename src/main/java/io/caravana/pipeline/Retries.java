package io.caravana.pipeline;

import io.caravana.error.Failures;
import io.caravana.error.Passing;
import io.caravana.execution.TableBusyException;
import io.caravana.execution.TableLoad;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Decides how long a step is tried again, and says what is about to be tried again, and why. */
@Component("retries")
public final class Retries implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);
    private static final String BEGAN = "retriesBegan";

    private final int attempts;
    private final Duration total;

    Retries(RetryProperties properties) {
        this.attempts = properties.attempts();
        this.total = properties.total();
    }

    /** Whether the step that failed is tried again: a number of times, and for a time in all. */
    public boolean goesOn(Exchange exchange) {
        var counter = counter(exchange);
        if (counter <= 1) {
            exchange.setProperty(BEGAN, System.nanoTime());
        }
        var failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (!Passing.mayPass(failure)) {
            return false;
        }
        var patience = Passing.patience(failure);
        var elapsed = System.nanoTime() - exchange.getProperty(BEGAN, System.nanoTime(), Long.class);
        return !isStopped(exchange)
                && counter <= attempts + patience.furtherAttempts()
                && (patience.isForAnyTime() || elapsed < total.toNanos());
    }

    /** Whether an event is written again: for as long as it takes, if what keeps it from being written may pass. */
    public boolean isWrittenAgain(Exchange exchange) {
        return Passing.mayPass(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class))
                || counter(exchange) <= attempts;
    }

    private static boolean isStopped(Exchange exchange) {
        var load = exchange.getProperty("load", TableLoad.class);
        return load != null && load.execution().stop().isAsked();
    }

    @Override
    public void process(Exchange exchange) {
        var failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (failure instanceof TableBusyException) {
            LOG.info("{}", Failures.explain(failure));
            return;
        }
        var load = exchange.getProperty("load", TableLoad.class);
        if (load != null) {
            load.retried();
        }
        var counter = counter(exchange);
        LOG.warn(
                "{}. Trying again, {}{}",
                Failures.explain(failure),
                counter,
                counter <= attempts ? " of " + attempts : "");
    }

    /** Says that the work of a timer was not done; its next time comes. */
    public void givenUp(Exchange exchange) {
        Failures.log(
                LOG,
                "%s: not done this time".formatted(exchange.getFromRouteId()),
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    private static int counter(Exchange exchange) {
        return exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
    }
}
