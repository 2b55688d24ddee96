package io.caravana.sla;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * When people work. Time is counted as it passes, not as clocks show it: of a night in which the clocks go forward, an hour is missing.
 *
 * @param zone whose clocks the hours are of
 * @param days the weekdays on which people work
 * @param spans the hours of such a day, in their order
 * @param holidays the days on which nobody works
 */
record BusinessHours(ZoneId zone, Set<DayOfWeek> days, List<Span> spans, Predicate<LocalDate> holidays) {

    /** More than a year without any work is a mistake in the calendar. */
    private static final int LONGEST_BREAK = 400;

    /**
     * Hours without a break.
     *
     * @param end midnight: the end of the day
     */
    record Span(LocalTime start, LocalTime end) {

        Span {
            if (!end.equals(LocalTime.MIDNIGHT) && !start.isBefore(end)) {
                throw new IllegalArgumentException("%s is not before %s".formatted(start, end));
            }
        }

        boolean overlaps(Span later) {
            return end.equals(LocalTime.MIDNIGHT) || later.start.isBefore(end);
        }
    }

    BusinessHours {
        days = Set.copyOf(days);
        spans = spans.stream().sorted(Comparator.comparing(Span::start)).toList();
        if (days.isEmpty() || spans.isEmpty()) {
            throw new IllegalArgumentException("nobody ever works");
        }
        for (int index = 1; index < spans.size(); index++) {
            if (spans.get(index - 1).overlaps(spans.get(index))) {
                throw new IllegalArgumentException(
                        "%s and %s overlap".formatted(spans.get(index - 1), spans.get(index)));
            }
        }
    }

    /** Day and night, on every day. */
    static BusinessHours always(ZoneId zone) {
        var wholeDay = new Span(LocalTime.MIDNIGHT, LocalTime.MIDNIGHT);
        return new BusinessHours(zone, Set.of(DayOfWeek.values()), List.of(wholeDay), day -> false);
    }

    /** The working time from one moment to a later one. */
    Duration between(Instant from, Instant to) {
        var worked = Duration.ZERO;
        var last = LocalDate.ofInstant(to, zone);
        for (var day = LocalDate.ofInstant(from, zone); !day.isAfter(last); day = day.plusDays(1)) {
            for (var span : spansOf(day)) {
                var start = latest(moment(day, span.start()), from);
                var end = earliest(end(day, span), to);
                if (start.isBefore(end)) {
                    worked = worked.plus(Duration.between(start, end));
                }
            }
        }
        return worked;
    }

    /** The first moment at which so much working time has passed. */
    Instant after(Instant from, Duration working) {
        if (working.isZero()) {
            return from;
        }
        var left = working;
        var idle = 0;
        for (var day = LocalDate.ofInstant(from, zone); idle < LONGEST_BREAK; day = day.plusDays(1)) {
            var spans = spansOf(day);
            idle = spans.isEmpty() ? idle + 1 : 0;
            for (var span : spans) {
                var start = latest(moment(day, span.start()), from);
                var end = end(day, span);
                var worked = start.isBefore(end) ? Duration.between(start, end) : Duration.ZERO;
                if (worked.compareTo(left) >= 0) {
                    return start.plus(left);
                }
                left = left.minus(worked);
            }
        }
        throw new IllegalStateException("nobody works for more than %d days after %s".formatted(LONGEST_BREAK, from));
    }

    private List<Span> spansOf(LocalDate day) {
        return days.contains(day.getDayOfWeek()) && !holidays.test(day) ? spans : List.of();
    }

    private Instant end(LocalDate day, Span span) {
        return span.end().equals(LocalTime.MIDNIGHT)
                ? moment(day.plusDays(1), LocalTime.MIDNIGHT)
                : moment(day, span.end());
    }

    /**
     * When clocks show that. A time that they skip is the moment at which they skip it, and of one that they show twice it is the first: so
     * a later time is never an earlier moment.
     */
    private Instant moment(LocalDate day, LocalTime time) {
        var shown = LocalDateTime.of(day, time);
        var change = zone.getRules().getTransition(shown);
        return change != null && change.isGap()
                ? change.getInstant()
                : shown.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Instant earliest(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
