package io.caravana.alert;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Something that people should know. Templates use its methods, and webhooks receive it as JSON.
 *
 * @param event what it is, and the name of its template: {@code failed} is written by {@code failed.txt}
 * @param caravana what Caravana calls itself
 * @param job the job that it is about; null where it is about none
 * @param executionId the execution that it is about; null where there is none
 * @param startDate the first day of its period; null where it has none
 * @param endDate the last day
 * @param startedAt when it began
 * @param endedAt when it ended; null while it runs
 * @param since when the trouble began
 * @param times how often executions have ended in it
 * @param tables the tables that are in trouble
 * @param link where the execution can be seen; null where that is not configured
 * @param values what else its template may use, as {@code ${body.values[number]}}
 */
public record Notice(
        String event,
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
        String link,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Object> values) {

    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'");

    /**
     * A table that is in trouble.
     *
     * @param problem what is wrong, and what to do
     */
    public record TableTrouble(String table, String problem) {}

    /** A notice that is not about a job. The outbox adds who sends it. */
    public static Notice of(String event, OffsetDateTime since, Map<String, Object> values) {
        return new Notice(event, null, null, null, null, null, null, null, since, 1, List.of(), null, values);
    }

    /** The same, with who sends it and where the execution can be seen. */
    Notice by(AlertProperties sender) {
        return new Notice(
                event,
                sender.name(),
                job,
                executionId,
                startDate,
                endDate,
                startedAt,
                endedAt,
                since,
                times,
                tables,
                executionId == null ? null : sender.link("/api/executions/" + executionId),
                values);
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
