package io.caravana.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.catalog.Catalog;
import io.caravana.catalog.Job;
import io.caravana.catalog.SyncMode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.quartz.CronExpression;
import org.quartz.CronTrigger;
import org.quartz.impl.matchers.GroupMatcher;

/** When the timers fire: asked of Quartz, as the shipped route template sets it up. */
class JobTimersTest {

    private static final String NEW_YORK = "America/New_York";

    @Test
    void a_time_of_day_is_that_of_the_zone_in_summer_and_in_winter() throws Exception {
        assertThat(firings("0 30 5 * * ?", NEW_YORK, "2026-03-07T12:00:00Z", 2))
                .containsExactly("2026-03-08T09:30:00Z", "2026-03-09T09:30:00Z");
        assertThat(firings("0 30 5 * * ?", NEW_YORK, "2026-11-01T12:00:00Z", 1))
                .containsExactly("2026-11-02T10:30:00Z");
        assertThat(firings("0 30 5 * * ?", "UTC", "2026-03-07T12:00:00Z", 1)).containsExactly("2026-03-08T05:30:00Z");
    }

    @Test
    void a_zone_that_is_an_offset_is_taken_as_it_is() throws Exception {
        assertThat(firings("0 30 5 * * ?", "+02:00", "2026-03-07T12:00:00Z", 1))
                .containsExactly("2026-03-08T03:30:00Z");
        assertThat(firings("0 30 5 * * ?", "-03:00", "2026-03-07T12:00:00Z", 1))
                .containsExactly("2026-03-08T08:30:00Z");
    }

    @Test
    void a_time_in_the_skipped_hour_does_not_come_that_night() throws Exception {
        assertThat(firings("0 30 2 * * ?", NEW_YORK, "2026-03-07T12:00:00Z", 1))
                .containsExactly("2026-03-09T06:30:00Z");
    }

    @Test
    void a_time_in_the_repeated_hour_comes_once() throws Exception {
        assertThat(firings("0 30 1 * * ?", NEW_YORK, "2026-10-31T12:00:00Z", 2))
                .containsExactly("2026-11-01T06:30:00Z", "2026-11-02T06:30:00Z");
    }

    @Test
    void what_starts_in_every_hour_does_not_pause_in_the_repeated_one() throws Exception {
        for (var zone : List.of(NEW_YORK, "Europe/Berlin", "Asia/Kolkata", "UTC")) {
            for (var day : List.of("2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01")) {
                var midnight = LocalDate.parse(day).atStartOfDay(ZoneOffset.UTC).toInstant();
                var moments = firings("0 0/15 * * * ?", zone, midnight.toString(), 24 * 4);
                assertThat(moments.get(0)).as("%s, %s", zone, day).isEqualTo(day + "T00:15:00Z");
                assertThat(moments.get(moments.size() - 1))
                        .as("%s, %s", zone, day)
                        .isEqualTo(LocalDate.parse(day).plusDays(1) + "T00:00:00Z");
            }
        }
        assertThat(firings("0 0 * * * ?", "Asia/Kolkata", "2026-03-08T00:00:00Z", 1))
                .as("at the full hours of the zone")
                .containsExactly("2026-03-08T00:30:00Z");
    }

    @Test
    void what_starts_in_every_hour_of_some_days_keeps_the_days_of_the_zone() throws Exception {
        assertThat(firings("0 0 * ? * MON", NEW_YORK, "2026-07-05T12:00:00Z", 1))
                .containsExactly("2026-07-06T04:00:00Z");
    }

    private static List<String> firings(String cron, String zone, String after, int number) throws Exception {
        try (var camel = new DefaultCamelContext()) {
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(ResourceHelper.resolveMandatoryResource(
                            camel,
                            "file:"
                                    + Path.of("routes/trigger/timers.camel.yaml")
                                            .toAbsolutePath()));
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:start-on-time").to("mock:started");
                }
            });
            var job = new Job("nightly", "", SyncMode.WINDOW, true, 1, cron, true, false);
            new JobTimers(new Catalog(ZoneId.of(zone), List.of(job), List.of()), Clock.systemUTC())
                    .beforeApplicationStart(camel);
            camel.start();
            return firings(expression(camel), Date.from(Instant.parse(after)), number);
        }
    }

    /** The trigger itself knows no time before it was made. */
    private static CronExpression expression(DefaultCamelContext camel) throws Exception {
        var quartz = camel.getComponent("quartz", QuartzComponent.class).getScheduler();
        var key =
                quartz.getTriggerKeys(GroupMatcher.anyTriggerGroup()).iterator().next();
        var trigger = (CronTrigger) quartz.getTrigger(key);
        var expression = new CronExpression(trigger.getCronExpression());
        expression.setTimeZone(trigger.getTimeZone());
        return expression;
    }

    private static List<String> firings(CronExpression cron, Date after, int number) {
        var moments = new ArrayList<String>();
        for (var moment = after; moments.size() < number; ) {
            moment = cron.getNextValidTimeAfter(moment);
            moments.add(moment.toInstant().toString());
        }
        return moments;
    }
}
