package io.caravana.command;

import io.caravana.catalog.Catalog;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.database.Database;
import io.caravana.error.Failures;
import io.caravana.execution.run.LogFields;
import io.caravana.job.JobService;
import io.caravana.security.Access;
import io.caravana.simulator.Simulator;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * What a server says once it is up: where things are. On the built-in simulator it also shows the work at once: jobs over the period
 * that the simulator has, and then the changes that people make there.
 */
@Component("welcome")
@Profile("!command")
final class Welcome {

    private static final Logger LOG = LoggerFactory.getLogger(Welcome.class);

    /** As many as at a small desk. */
    private static final int CHANGES_PER_MINUTE = 12;

    private static final String LIVE = "live";
    private static final String CHANGES = "caravana.simulator.changes-per-minute";

    private final ServiceNowAccess access;
    private final Database database;
    private final JobService jobs;
    private final Progress progress;
    private final Catalog catalog;
    private final Clock clock;
    private final String signIn;
    private final boolean demo;
    private final int days;
    private final ObjectProvider<Simulator> simulator;
    private final boolean changesAreSet;
    private volatile boolean isShown;
    private final PrintWriter out = Output.on(new PrintWriter(System.out, true, StandardCharsets.UTF_8));

    Welcome(
            ServiceNowAccess access,
            Database database,
            JobService jobs,
            Progress progress,
            Catalog catalog,
            Clock clock,
            Environment environment,
            ObjectProvider<Simulator> simulator,
            @Value("${caravana.demo}") boolean demo,
            @Value("${caravana.simulator.days:90}") int days) {
        this.access = access;
        this.database = database;
        this.jobs = jobs;
        this.progress = progress;
        this.catalog = catalog;
        this.clock = clock;
        this.signIn = Access.of(environment).configured()
                ? "with the sign-in you have configured"
                : LogFields.areForPrograms()
                        ? "nobody is configured to sign in"
                        : "user \"user\", the password is printed above";
        this.simulator = simulator;
        this.changesAreSet = environment.containsProperty(CHANGES);
        this.demo = demo;
        this.days = days;
    }

    @EventListener
    void greet(ApplicationReadyEvent event) {
        if (event.getApplicationContext() instanceof ServletWebServerApplicationContext server) {
            var ssl = server.getBean(ServerProperties.class).getSsl();
            var base = "%s://localhost:%d"
                    .formatted(
                            ssl != null && ssl.isEnabled() ? "https" : "http",
                            server.getWebServer().getPort());
            if (isDemo()) {
                new Thread(() -> demonstrate(base), "demo").start();
            } else {
                tellWhere(base);
            }
        }
    }

    /** Whether the work is shown: nothing is configured, neither an instance nor a database. */
    public boolean isDemo() {
        return demo && access.simulated() && database.embedded();
    }

    /** Carries what has changed since the last time, once the first loads have ended. */
    public void follow() {
        if (isShown && catalog.job(LIVE).isPresent()) {
            jobs.startByTimer(LIVE);
        }
    }

    private void demonstrate(String base) {
        out.printf("%nNo SERVICENOW_URL is set: loading from the built-in simulator at %s%n", access.url());
        try {
            var today = LocalDate.now(clock.withZone(catalog.timeZone()));
            var started = new ArrayList<String>();
            for (var job : List.of("incidents", "configurations", "tickets", "choices")) {
                if (catalog.job(job).isPresent()) {
                    started.add(jobs.start(job, today.minusDays(days), today).id());
                }
            }
            for (var id : started) {
                var ended = progress.follow(id, null);
                var hasPeriod = catalog.job(ended.executionType())
                        .filter(catalog::takesPeriod)
                        .isPresent();
                Summary.print(ended, hasPeriod, out);
            }
        } catch (RuntimeException e) {
            Failures.log(LOG, "The demonstration could not be shown", e);
        }
        tellWhere(base);
        if (!changesAreSet) {
            simulator.ifAvailable(desk -> desk.letTimePass(CHANGES_PER_MINUTE));
        }
        isShown = true;
    }

    private void tellWhere(String base) {
        out.printf("""

                Desk        %s/
                ServiceNow  %s
                Database    %s
                            %s -c 'SELECT number, short_description FROM servicenow.incident LIMIT 5'
                API         %s/api/executions
                API docs    %s/swagger-ui/index.html
                Console     %s/actuator/hawtio   (%s)
                Metrics     %s/actuator/prometheus

                """, base, access.url(), database.jdbcUrl(), database.psql(), base, base, base, signIn, base);
    }
}
