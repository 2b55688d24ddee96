package io.caravana.pipeline;

import java.util.concurrent.Semaphore;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.Policy;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * How many pages are worked on at once, parsed or stored. Pages come in bursts; without a limit all threads of a burst
 * want the processors together, its pages fill the heap as objects, and a request to the API waits behind all of them.
 * Waiting for ServiceNow takes no permit.
 */
@Component("pagePermits")
public final class PagePermits implements Policy {

    /** One is parsed while another is stored. */
    private static final int LEAST = 2;

    private final Semaphore free;

    PagePermits(@Value("${caravana.pages-at-once}") int pages) {
        free = new Semaphore(
                pages > 0 ? pages : Math.max(LEAST, Runtime.getRuntime().availableProcessors()), true);
    }

    /** Waits for a permit, which is to be given back. */
    public void acquire() throws InterruptedException {
        free.acquire();
    }

    public void release() {
        free.release();
    }

    @Override
    public void beforeWrap(Route route, NamedNode definition) {
        // nothing is to be prepared
    }

    @Override
    public Processor wrap(Route route, Processor steps) {
        return exchange -> process(steps, exchange);
    }

    private void process(Processor steps, Exchange exchange) throws Exception {
        acquire();
        try {
            steps.process(exchange);
        } finally {
            release();
        }
    }
}
