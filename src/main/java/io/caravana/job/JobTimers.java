package io.caravana.job;

import io.caravana.catalog.Catalog;
import io.caravana.catalog.Job;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** One route a job with a cron, from the template in {@code routes/trigger/timers.camel.yaml}. */
@Component
@ConditionalOnProperty("caravana.timers")
final class JobTimers implements CamelContextConfiguration {

    private final Catalog catalog;

    JobTimers(Catalog catalog) {
        this.catalog = catalog;
    }

    /** The template is there only once the routes have been read. */
    @Override
    public void beforeApplicationStart(CamelContext camel) {
        catalog.jobs().stream().filter(Job::isTimed).forEach(job -> add(camel, job));
    }

    private void add(CamelContext camel, Job job) {
        TemplatedRouteBuilder.builder(camel, "start-job-by-timer")
                .routeId("start-" + job.name() + "-by-timer")
                .parameter("job", job.name())
                .parameter("cron", job.cron().replace(' ', '+'))
                .parameter("zone", catalog.timeZone().getId())
                .add();
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {
        // the routes start with all the others
    }
}
