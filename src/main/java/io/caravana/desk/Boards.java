package io.caravana.desk;

import io.caravana.catalog.Catalog;
import io.caravana.replica.RowScope;
import io.caravana.security.CurrentCaller;
import io.caravana.ticket.Counters;
import io.caravana.ticket.Counters.Counter;
import io.caravana.ticket.Slas;
import io.caravana.ticket.Slas.Next;
import io.caravana.ticket.TicketType;
import io.caravana.ticket.Trends;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the routes that answer with the SLA board and the charts. What they sum up is computed at most once a minute for a scope. */
@Component("boards")
@ConditionalOnWebApplication
final class Boards {

    private static final Duration FRESH = Duration.ofMinutes(1);
    private static final int MONTHS = 6;
    private static final int DAYS = 30;
    private static final int MOST_GROUPS = 6;

    private final Pages pages;
    private final CurrentCaller caller;
    private final Slas slas;
    private final Trends trends;
    private final Counters counters;
    private final Clock clock;
    private final Catalog catalog;
    private final Map<RowScope, Sums> sums = new ConcurrentHashMap<>();

    Boards(
            Pages pages,
            CurrentCaller caller,
            Slas slas,
            Trends trends,
            Counters counters,
            Clock clock,
            Catalog catalog) {
        this.pages = pages;
        this.caller = caller;
        this.slas = slas;
        this.trends = trends;
        this.counters = counters;
        this.clock = clock;
        this.catalog = catalog;
    }

    private record Sums(Instant at, Map<String, Object> values) {}

    /**
     * SLAs that run out until a time, by group.
     *
     * @param groups those with the most first, and no more than fit
     * @param more how many groups there are beside them
     */
    public record Bucket(String name, long count, List<Map.Entry<String, Long>> groups, int more) {}

    public void slas(Exchange exchange) {
        var model = new HashMap<>(next());
        model.putAll(summed(caller.scope()));
        pages.answer(exchange, "slas", null, model);
    }

    /** The part of the board that changes by itself. */
    public void next(Exchange exchange) {
        pages.answer(exchange, "slas", "next", next());
    }

    public void charts(Exchange exchange) {
        var scope = caller.scope();
        var model = new HashMap<>(summed(scope));
        model.put(
                "states",
                counters.now(scope).stream()
                        .filter(one -> one.type() == TicketType.INCIDENT)
                        .toList());
        model.put(
                "most",
                counters.now(scope).stream()
                        .filter(one -> one.type() == TicketType.INCIDENT)
                        .mapToLong(Counter::total)
                        .max()
                        .orElse(1));
        pages.answer(exchange, "charts", null, model);
    }

    private Map<String, Object> next() {
        var now = OffsetDateTime.now(clock);
        var zone = catalog.timeZone();
        var midnight = LocalDate.now(clock.withZone(zone))
                .plusDays(1)
                .atStartOfDay(zone)
                .toOffsetDateTime();
        var far = midnight.isBefore(now.plusHours(4)) ? now.plusHours(4) : midnight;
        var found = slas.next(far, caller.scope());
        return Map.of(
                "loaded", slas.areKnown(),
                "next", found,
                "buckets",
                        List.of(
                                bucket("next15", found, now.plusMinutes(15)),
                                bucket("next60", found, now.plusHours(1)),
                                bucket("next240", found, now.plusHours(4)),
                                bucket("nextToday", found, midnight)));
    }

    private static Bucket bucket(String name, List<Next> all, OffsetDateTime until) {
        var within = all.stream().filter(one -> !one.endsAt().isAfter(until)).toList();
        var groups = within.stream()
                .collect(Collectors.groupingBy(
                        one -> one.ticket().group() == null ? "–" : one.ticket().group(),
                        TreeMap::new,
                        Collectors.counting()));
        var most = groups.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(MOST_GROUPS)
                .toList();
        return new Bucket(name, within.size(), most, groups.size() - most.size());
    }

    private Map<String, Object> summed(RowScope scope) {
        var known = sums.get(scope);
        if (known == null || known.at.plus(FRESH).isBefore(clock.instant())) {
            // as many as there are limits in the configuration
            known = new Sums(clock.instant(), sum(scope));
            sums.put(scope, known);
        }
        return known.values;
    }

    private Map<String, Object> sum(RowScope scope) {
        var model = new HashMap<String, Object>();
        model.put("keptByMonth", slas.kept("month", MONTHS, scope));
        model.put("keptByGroup", slas.kept("group", MONTHS, scope));
        model.put("keptByPriority", slas.kept("priority", MONTHS, scope));
        model.put("known", trends.areKnown());
        if (trends.areKnown()) {
            var days = trends.days(DAYS, scope);
            model.put("days", days);
            model.put(
                    "mostADay",
                    days.stream()
                            .mapToLong(day -> Math.max(day.opened(), day.resolved()))
                            .max()
                            .orElse(1));
            model.put("age", bars(trends.backlogByAge(scope)));
            model.put("groups", bars(trends.backlogByGroup(scope)));
            model.put("hours", bars(trends.hoursToResolve(scope)));
        }
        return model;
    }

    /** Bars with their share of the longest. */
    private static List<Map<String, Object>> bars(List<Trends.Bar> bars) {
        var most = bars.stream().mapToDouble(Trends.Bar::value).max().orElse(1);
        return bars.stream()
                .map(bar -> Map.<String, Object>of(
                        "name", bar.name(), "value", bar.value(), "share", most == 0 ? 0 : bar.value() / most))
                .toList();
    }
}
