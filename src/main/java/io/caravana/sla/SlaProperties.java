package io.caravana.sla;

import io.caravana.settings.Mistake;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.Validated;

/**
 * What is promised for tickets, from {@code config/sla-rules.yaml}.
 *
 * @param enabled whether promises are computed
 * @param everyMillis how often tickets that have changed, warnings and breaches are looked for
 * @param calendars when people work
 * @param tickets what the states of a table's tickets mean
 * @param rules the promises
 */
@Validated
@ConfigurationProperties("caravana.sla")
record SlaProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("15000") long everyMillis,
        @DefaultValue List<@Valid Calendar> calendars,
        @DefaultValue List<@Valid Tickets> tickets,
        @DefaultValue List<@Valid Rule> rules)
        implements Validator {

    private static final String DAY = "(\\d{4}-)?\\d\\d-\\d\\d";
    private static final String A_DAY = "a day such as 2026-02-17, or 12-24 for each year";

    /**
     * When people work.
     *
     * @param name its name in the rules
     * @param zone whose clocks the hours are of
     * @param days the weekdays
     * @param hours the hours of such a day
     * @param holidays the place whose public holidays are free, such as BR, BR-SP or DE-BY; empty: none
     * @param moreHolidays days that are free too: 2026-02-17, or 12-24 for each year
     * @param noHolidays days that are no holidays here
     */
    record Calendar(
            @NotBlank String name,
            @DefaultValue("UTC") ZoneId zone,

            @DefaultValue({"monday", "tuesday", "wednesday", "thursday", "friday"}) @NotEmpty
            List<
                            @Pattern(
                                    regexp = "monday|tuesday|wednesday|thursday|friday|saturday|sunday",
                                    message = "a day such as monday")
                            String>
                    days,

            @DefaultValue("00:00-24:00") @NotEmpty
            List<
                            @Pattern(
                                    regexp = "([01]\\d|2[0-3]):[0-5]\\d-(([01]\\d|2[0-3]):[0-5]\\d|24:00)",
                                    message = "hours such as 09:00-18:00")
                            String>
                    hours,

            @DefaultValue("") @Pattern(regexp = "|[A-Z_]+(-[A-Z]+)?", message = "a place such as BR or BR-SP")
            String holidays,

            @DefaultValue List<@Pattern(regexp = DAY, message = A_DAY) String> moreHolidays,
            @DefaultValue List<@Pattern(regexp = DAY, message = A_DAY) String> noHolidays) {}

    /**
     * What the states of a table's tickets mean. Every other state is one in which people work.
     *
     * @param table the replica table
     * @param unanswered the states in which nobody has answered yet
     * @param paused the states in which somebody else is waited for
     * @param ended the states in which the ticket is done
     * @param cancelled the states in which nothing was to be done
     */
    record Tickets(
            @NotBlank @Pattern(regexp = "[a-z][a-z0-9_]{0,62}", message = "a table's target in tables.yaml")
            String table,

            @DefaultValue("1") List<String> unanswered,
            @DefaultValue List<String> paused,
            @DefaultValue List<String> ended,
            @DefaultValue List<String> cancelled) {}

    /**
     * A promise. Of several rules for the same tickets, that of the priority holds before one for all, and the one that began last
     * before the ticket was opened.
     *
     * @param table the replica table of the tickets
     * @param priority their priority; 0: all
     * @param measure response or resolution
     * @param hours how many working hours it may take
     * @param calendar which hours count
     * @param penaltyPercent what a broken promise costs, in percent of whatever the contract says
     * @param from the first day on which a ticket must be opened for it; empty: any
     */
    record Rule(
            @NotBlank String table,
            @DefaultValue("0") @Min(0) @Max(99) int priority,
            @DefaultValue("resolution") Promise.Measure measure,

            @DefaultValue("8") @DecimalMin("0.01") @DecimalMax("10000")
            double hours,

            @NotBlank String calendar,

            @DefaultValue("0") @DecimalMin("0") @DecimalMax("100")
            double penaltyPercent,

            @DefaultValue("") @Pattern(regexp = "|\\d{4}-\\d\\d-\\d\\d", message = "a date such as 2026-01-31")
            String from) {

        LocalDate begins() {
            return from.isEmpty() ? LocalDate.MIN : LocalDate.parse(from);
        }
    }

    @Override
    public boolean supports(Class<?> type) {
        return type == SlaProperties.class;
    }

    @Override
    public void validate(Object target, Errors errors) {
        if (errors.hasErrors()) {
            return;
        }
        var names = new LinkedHashSet<String>();
        for (int index = 0; index < calendars.size(); index++) {
            var calendar = calendars.get(index);
            var key = "calendars[%d].".formatted(index);
            if (!names.add(calendar.name())) {
                Mistake.note(errors, key + "name", "another calendar has this name");
            }
            try {
                WorkCalendar.hours(calendar);
            } catch (WorkCalendar.WrongException e) {
                Mistake.note(errors, key + e.key(), "it takes " + e.getMessage());
            }
        }
        for (int index = 0; index < rules.size(); index++) {
            var rule = rules.get(index);
            var key = "rules[%d].".formatted(index);
            if (!names.contains(rule.calendar())) {
                Mistake.note(errors, key + "calendar", "it takes one of the calendars " + String.join(", ", names));
            }
            if (tickets.stream().noneMatch(ticket -> ticket.table().equals(rule.table()))) {
                Mistake.note(errors, key + "table", "caravana.sla.tickets does not say what its states mean");
            }
            try {
                rule.begins();
            } catch (DateTimeException e) {
                Mistake.note(errors, key + "from", "it takes a date that exists");
            }
        }
    }
}
