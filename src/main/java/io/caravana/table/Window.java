package io.caravana.table;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The period of an execution: whole days of a time zone, first to last second, both ends included.
 *
 * @param start {@code data_inicio}
 * @param end {@code data_fim}, not before {@code start}
 * @param zone the zone in which the days begin and end
 */
public record Window(LocalDate start, LocalDate end, ZoneId zone) {

    private static final DateTimeFormatter RAW = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    public Window {
        if (end.isBefore(start)) {
            throw new IllegalArgumentException("the period ends (%s) before it starts (%s)".formatted(end, start));
        }
    }

    /** The first second of the period. */
    public Instant from() {
        return start.atStartOfDay(zone).toInstant();
    }

    /** The last second of the period. */
    public Instant to() {
        return end.plusDays(1).atStartOfDay(zone).toInstant().minusSeconds(1);
    }

    /** An encoded query for a field inside the period; ServiceNow takes plain literals as UTC. */
    public String on(String field) {
        return "%s>=%s^%s<=%s".formatted(field, raw(from()), field, raw(to()));
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
