package io.caravana.sla;

import io.caravana.sla.BusinessHours.Span;
import io.caravana.sla.SlaProperties.Calendar;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.MonthDay;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Reads a calendar of the configuration. */
final class WorkCalendar {

    private static final int A_DATE = "2026-01-31".length();

    private WorkCalendar() {}

    /** A value that is wrong, as no pattern can say. */
    static final class WrongException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String key;

        WrongException(String key, String right) {
            super(right);
            this.key = key;
        }

        String key() {
            return key;
        }
    }

    /** @throws WrongException if a value is wrong */
    static BusinessHours hours(Calendar calendar) {
        var days = calendar.days().stream()
                .map(day -> DayOfWeek.valueOf(day.toUpperCase(Locale.ROOT)))
                .collect(Collectors.toSet());
        var free = holidays(calendar.holidays())
                .or(listed("more-holidays", calendar.moreHolidays()))
                .and(listed("no-holidays", calendar.noHolidays()).negate());
        try {
            var spans = calendar.hours().stream().map(WorkCalendar::span).toList();
            return new BusinessHours(calendar.zone(), days, spans, free);
        } catch (IllegalArgumentException e) {
            throw new WrongException("hours", "hours that end after they begin and do not overlap");
        }
    }

    private static Span span(String hours) {
        var end = hours.substring(hours.indexOf('-') + 1);
        return new Span(
                LocalTime.parse(hours.substring(0, hours.indexOf('-'))),
                end.equals("24:00") ? LocalTime.MIDNIGHT : LocalTime.parse(end));
    }

    private static Predicate<LocalDate> holidays(String place) {
        try {
            return place.isEmpty() ? day -> false : Holidays.of(place);
        } catch (IllegalArgumentException e) {
            throw new WrongException("holidays", e.getMessage());
        }
    }

    private static Predicate<LocalDate> listed(String key, List<String> days) {
        try {
            var once = days.stream()
                    .filter(day -> day.length() == A_DATE)
                    .map(LocalDate::parse)
                    .collect(Collectors.toSet());
            var yearly = days.stream()
                    .filter(day -> day.length() < A_DATE)
                    .map(day -> MonthDay.parse("--" + day))
                    .collect(Collectors.toSet());
            return day -> once.contains(day) || yearly.contains(MonthDay.from(day));
        } catch (DateTimeException e) {
            throw new WrongException(key, "days that exist");
        }
    }
}
