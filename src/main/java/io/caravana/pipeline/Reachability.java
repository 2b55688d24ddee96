package io.caravana.pipeline;

import io.caravana.catalog.Catalog;
import io.caravana.connector.Limiter;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.error.Failures;
import io.caravana.servicenow.EncodedQuery;
import io.caravana.servicenow.PageCursor;
import io.caravana.servicenow.ServiceNowException;
import io.caravana.servicenow.TableReader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.camel.ProducerTemplate;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.stereotype.Component;

/**
 * Whether ServiceNow answers. A page that any load has got tells it; else for a row that there is not is asked, on the
 * route that loads take, once a minute at most, without a second try and in the background: a probe never waits for it.
 */
@Component("serviceNowHealthIndicator")
final class Reachability implements HealthIndicator {

    /** Not among those that make the whole unhealthy: nothing is won when Caravana goes out of service, too. */
    private static final Status UNREACHABLE = new Status("UNREACHABLE");

    private static final Health ASKED =
            Health.unknown().withDetail("why", "is being asked").build();

    private static final Duration GOOD_FOR = Duration.ofMinutes(1);

    /** ServiceNow locks an account that is refused several times in a quarter of an hour. */
    private static final Duration REFUSAL_GOOD_FOR = Duration.ofHours(1);

    private final Limiter limiter;
    private final ServiceNowAccess access;
    private final Catalog catalog;
    private final ProducerTemplate routes;
    private final Clock clock;

    private boolean isAsking;
    private Instant goodUntil = Instant.MIN;
    private Health answer = ASKED;

    Reachability(Limiter limiter, ServiceNowAccess access, Catalog catalog, ProducerTemplate routes, Clock clock) {
        this.limiter = limiter;
        this.access = access;
        this.catalog = catalog;
        this.routes = routes;
        this.clock = clock;
    }

    @Override
    public synchronized Health health() {
        var now = clock.instant();
        if (limiter.isAnsweredSince(now.minus(GOOD_FOR))) {
            return reachable();
        }
        var until = limiter.closedUntil();
        if (until != null) {
            return unreachable("is left alone until " + until);
        }
        if (!isAsking && goodUntil.isBefore(now)) {
            isAsking = true;
            answer = goodUntil.isBefore(now.minus(GOOD_FOR)) ? ASKED : answer;
            var thread = new Thread(this::ask, "reachability");
            thread.setDaemon(true);
            thread.start();
        }
        return answer;
    }

    private void ask() {
        var failure = failure();
        var isRefused = failure instanceof ServiceNowException.Permanent permanent && permanent.isSignInRefused();
        synchronized (this) {
            answer = failure == null ? reachable() : unreachable(Failures.explain(failure));
            goodUntil = clock.instant().plus(isRefused ? REFUSAL_GOOD_FOR : GOOD_FOR);
            isAsking = false;
        }
    }

    /** What comes of asking; null when that is an answer. */
    private Exception failure() {
        var table = catalog.tables().get(0);
        var nothing = EncodedQuery.ALL.and("sys_id", "=", "0");
        var reader = new TableReader(new PageCursor(table.source(), nothing, List.of("sys_id"), false, 1));
        return routes.request("direct:fetch-page", request -> request.setProperty("load", reader))
                .getException();
    }

    private Health reachable() {
        return Health.up().withDetail("instance", access.name()).build();
    }

    private Health unreachable(String why) {
        return Health.status(UNREACHABLE)
                .withDetail("instance", access.name())
                .withDetail("why", why)
                .build();
    }
}
