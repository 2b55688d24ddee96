package io.caravana.sla;

import io.caravana.sla.Promise.Measure;
import io.caravana.sla.SlaProperties.Calendar;
import io.caravana.sla.SlaProperties.Rule;
import io.caravana.sla.SlaProperties.Tickets;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Which promise holds for which ticket. */
@Component("slaRules")
public class SlaRules {

    private static final int SECONDS_OF_AN_HOUR = 3_600;

    private final SlaProperties properties;
    private final Map<String, BusinessHours> calendars;

    SlaRules(SlaProperties properties) {
        this.properties = properties;
        this.calendars = properties.calendars().stream().collect(Collectors.toMap(Calendar::name, WorkCalendar::hours));
    }

    /** A promise for a ticket, and what it costs to break it. */
    record Agreed(Promise promise, BigDecimal penalty) {}

    /** Whether promises are computed at all. */
    public boolean isOn() {
        return properties.enabled() && !properties.rules().isEmpty();
    }

    /** The replica tables with promises. */
    List<String> tables() {
        return properties.rules().stream().map(Rule::table).distinct().toList();
    }

    /** The rule that holds: as it was when the ticket was opened, for the priority that it has now. */
    Optional<Agreed> agreed(String table, Measure measure, int priority, Instant opened) {
        return properties.rules().stream()
                .filter(rule -> rule.table().equals(table) && rule.measure() == measure)
                .filter(rule -> rule.priority() == 0 || rule.priority() == priority)
                .filter(rule -> !LocalDate.ofInstant(opened, hours(rule).zone()).isBefore(rule.begins()))
                .max(Comparator.comparingInt((Rule rule) -> Math.min(rule.priority(), 1))
                        .thenComparing(Rule::begins))
                .map(rule -> new Agreed(
                        new Promise(
                                measure,
                                Duration.ofSeconds(Math.round(rule.hours() * SECONDS_OF_AN_HOUR)),
                                hours(rule)),
                        BigDecimal.valueOf(rule.penaltyPercent())));
    }

    private BusinessHours hours(Rule rule) {
        return calendars.get(rule.calendar());
    }

    /** What a state of a table's tickets means. */
    Phase phase(String table, String state) {
        var known = properties.tickets().stream()
                .filter(ticket -> ticket.table().equals(table))
                .findFirst()
                .orElseThrow();
        return phase(known, state);
    }

    private static Phase phase(Tickets known, String state) {
        if (known.unanswered().contains(state)) {
            return Phase.NEW;
        }
        if (known.paused().contains(state)) {
            return Phase.PAUSED;
        }
        if (known.ended().contains(state)) {
            return Phase.ENDED;
        }
        return known.cancelled().contains(state) ? Phase.CANCELLED : Phase.OPEN;
    }
}
