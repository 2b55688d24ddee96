package io.caravana.execution;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Says what is about to be tried again, and why. */
@Component("retryLog")
final class RetryLog implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(RetryLog.class);

    @Override
    public void process(Exchange exchange) {
        var message = exchange.getMessage();
        LOG.warn(
                "{}. Trying again, {} of {}",
                Failures.explain(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)),
                message.getHeader(Exchange.REDELIVERY_COUNTER),
                message.getHeader(Exchange.REDELIVERY_MAX_COUNTER));
    }
}
