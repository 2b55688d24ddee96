package io.caravana.catalog;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The period of an execution: whole days of a time zone, first to last second, both ends included.
 *
 * @param start {@code data_inicio}
 * @param end {@code data_fim}, not before {@code start}
 * @param zone the zone in which the days begin and end
 */
public record Window(LocalDate start, LocalDate end, ZoneId zone) {

    private static final DateTimeFormatter RAW = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    /** What a window column holds. A day is not a moment: it begins nowhere, and is the same in every zone. */
    public enum Unit {
        DAY("days", "[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        MOMENT("moments", DAY.form + " [0-9]{2}:[0-9]{2}:[0-9]{2}");

        private final String words;
        private final String form;

        Unit(String words, String form) {
            this.words = words;
            this.form = form;
        }

        /** The unit of a dictionary's {@code internal_type}; empty for one that has neither days nor moments. */
        public static Optional<Unit> of(String internalType) {
            return switch (internalType) {
                case "glide_date_time", "due_date", "calendar_date_time", "glide_utc_time", "datetime" ->
                    Optional.of(MOMENT);
                case "glide_date", "date" -> Optional.of(DAY);
                default -> Optional.empty();
            };
        }

        /** The unit of a raw value; empty when it is neither. */
        public static Optional<Unit> ofValue(String raw) {
            return Stream.of(values()).filter(unit -> raw.matches(unit.form)).findFirst();
        }

        /** A regular expression for raw values, in Java as in PostgreSQL. They sort as what they mean. */
        public String form() {
            return form;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    public Window {
        if (end.isBefore(start)) {
            throw new IllegalArgumentException("the period ends (%s) before it starts (%s)".formatted(end, start));
        }
    }

    /**
     * The period that somebody asks for.
     *
     * @param start null: the day before today
     * @param end null: the day before today
     * @throws IllegalArgumentException if it ends before it starts, or begins after today
     */
    public static Window asked(LocalDate start, LocalDate end, LocalDate today, ZoneId zone) {
        if (start != null && start.isAfter(today)) {
            throw new IllegalArgumentException(
                    "the period begins (%s) after today (%s in %s)".formatted(start, today, zone));
        }
        var yesterday = today.minusDays(1);
        return new Window(start != null ? start : yesterday, end != null ? end : yesterday, zone);
    }

    /** The first second of the period. */
    public Instant from() {
        return start.atStartOfDay(zone).toInstant();
    }

    /** The last second of the period. */
    public Instant to() {
        return end.plusDays(1).atStartOfDay(zone).toInstant().minusSeconds(1);
    }

    /** The first raw value of the period: its first day, or the first second of that in its zone. */
    public String first(Unit unit) {
        return unit == Unit.DAY ? start.toString() : raw(from());
    }

    /** The last raw value of the period. */
    public String last(Unit unit) {
        return unit == Unit.DAY ? end.toString() : raw(to());
    }

    /** An encoded query for a field inside the period; ServiceNow takes plain literals as UTC. */
    public String on(String field, Unit unit) {
        return "%s>=%s^%s<=%s".formatted(field, first(unit), field, last(unit));
    }

    /** A moment as ServiceNow writes it: UTC, whole seconds. */
    public static String raw(Instant instant) {
        return RAW.format(instant.atOffset(ZoneOffset.UTC));
    }

    /**
     * The moment that ServiceNow wrote.
     *
     * @throws java.time.DateTimeException if the text is none
     */
    public static Instant moment(String raw) {
        return LocalDateTime.parse(raw, RAW).toInstant(ZoneOffset.UTC);
    }
}
