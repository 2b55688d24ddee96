package io.caravana.servicenow;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.springframework.stereotype.Component;

/** The time that ServiceNow's own clock shows: records are stamped by it. */
@Component
public final class SourceClock {

    /** The header has whole seconds: a smaller difference means nothing. */
    private static final Duration SAME = Duration.ofSeconds(2);

    private final Clock clock;
    private volatile Duration ahead = Duration.ZERO;

    SourceClock(Clock clock) {
        this.clock = clock;
    }

    /**
     * Learns from an answer.
     *
     * @param date its header {@code Date}; null when it had none
     */
    public void learn(String date) {
        if (date == null) {
            return;
        }
        try {
            var there = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME);
            var difference = Duration.between(clock.instant(), there.toInstant());
            ahead = difference.abs().compareTo(SAME) < 0 ? Duration.ZERO : difference;
        } catch (DateTimeException unknownForm) {
            ahead = Duration.ZERO;
        }
    }

    /** What it shows now, as far as is known. */
    public Instant now() {
        return clock.instant().plus(ahead);
    }
}
