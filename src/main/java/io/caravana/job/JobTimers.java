package io.caravana.job;

import io.caravana.catalog.Catalog;
import io.caravana.catalog.Job;
import java.time.Clock;
import java.util.TimeZone;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** One route a job with a cron, from the template in {@code routes/trigger/timers.camel.yaml}. */
@Component
@ConditionalOnProperty("caravana.timers")
final class JobTimers implements CamelContextConfiguration {

    /** In every hour of every day. */
    private static final Pattern HOURLY = Pattern.compile("\\S+\\s+\\S+\\s+\\*\\s+[*?]\\s+\\*\\s+[*?](\\s+\\*)?");

    private final Catalog catalog;
    private final Clock clock;

    JobTimers(Catalog catalog, Clock clock) {
        this.catalog = catalog;
        this.clock = clock;
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
                .parameter("zone", zone(job.cron()).getID())
                .add();
    }

    /** Quartz pauses while an hour is repeated. What starts in every hour needs none of the clock's changes. */
    private TimeZone zone(String cron) {
        var zone = catalog.timeZone();
        return TimeZone.getTimeZone(
                HOURLY.matcher(cron.strip()).matches() ? zone.getRules().getStandardOffset(clock.instant()) : zone);
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {
        // the routes start with all the others
    }
}
