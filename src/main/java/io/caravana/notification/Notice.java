package io.caravana.notification;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Something that people are to know of a job. Templates use its methods, and webhooks get it as JSON.
 *
 * @param event what it is
 * @param caravana what Caravana calls itself
 * @param job the job's name
 * @param executionId the execution that it is about; null where there is none
 * @param startDate the first day of its period; null where it has none
 * @param endDate the last day
 * @param startedAt when it began
 * @param endedAt when it ended; null while it runs
 * @param since when the trouble began
 * @param times how often executions have ended in it
 * @param tables the tables that are in trouble
 * @param link where the execution can be seen; null where that is not configured
 */
public record Notice(
        Event event,
        String caravana,
        String job,
        String executionId,
        LocalDate startDate,
        LocalDate endDate,
        OffsetDateTime startedAt,
        OffsetDateTime endedAt,
        OffsetDateTime since,
        long times,
        List<TableTrouble> tables,
        String link) {

    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'");

    /** What there is to tell; each has the template of its name. */
    public enum Event {
        FAILED,
        INCOMPLETE,
        INTERRUPTED,
        LATE,
        RUNNING_LONG,
        RECOVERED,
        TEST;

        /** The name in JSON and of the template's file. */
        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * A table that is in trouble.
     *
     * @param problem what is wrong, and what to do
     */
    public record TableTrouble(String table, String problem) {}

    /** The same, after it has come again. */
    Notice repeated(OffsetDateTime begin, long often) {
        return new Notice(
                event, caravana, job, executionId, startDate, endDate, startedAt, endedAt, begin, often, tables, link);
    }

    /** The days of the execution's period in words; for a job without one, that there is none. */
    public String period() {
        return startDate == null ? "none" : startDate + " to " + endDate;
    }

    /** A line for each table in trouble. */
    public String problems() {
        return tables.stream()
                .map(table -> "- " + table.table() + ": " + table.problem())
                .collect(Collectors.joining("\n"));
    }

    /** How often it has happened; empty for the first time. */
    public String again() {
        return times < 2 ? "" : " again, %d times since %s".formatted(times, minute(since));
    }

    /** When the trouble began. */
    public String begin() {
        return minute(since);
    }

    /** When the execution began. */
    public String start() {
        return minute(startedAt);
    }

    /** Where the execution can be seen, or how. */
    public String where() {
        return link != null ? link : "GET /api/executions/" + executionId + " at this Caravana";
    }

    private static String minute(OffsetDateTime moment) {
        return moment == null ? "" : MINUTE.format(moment.withOffsetSameInstant(ZoneOffset.UTC));
    }
}
