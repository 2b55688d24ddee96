package io.caravana.job;

import io.caravana.execution.run.Execution;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.springframework.stereotype.Component;

/** The way from Java to the route {@code start-job}. */
@Component
class StartJob {

    private final ProducerTemplate routes;

    StartJob(ProducerTemplate routes) {
        this.routes = routes;
    }

    /** Returns when the execution is in the log; what the route refuses is thrown as it was. */
    void with(Execution execution) {
        try {
            routes.sendBody("direct:start-job", execution);
        } catch (CamelExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
