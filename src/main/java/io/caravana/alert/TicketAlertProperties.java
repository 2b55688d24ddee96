package io.caravana.alert;

import io.caravana.settings.Mistake;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.time.LocalTime;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.Validated;

/**
 * Which changes of tickets people are told of, by the channels of {@code caravana.notifications}. Of none as long as there is no rule.
 *
 * @param rules a change that one of them fits is told
 * @param perMinute messages that a channel sends in a minute, at most; what is above is told in one message
 * @param quietFrom when the quiet hours begin, in {@code caravana.time-zone}: what happens in them is told afterwards, in one message
 * @param quietTo when they end; the same as {@code quiet-from}: there are none
 */
@Validated
@ConfigurationProperties("caravana.ticket-alerts")
record TicketAlertProperties(
        @DefaultValue List<@Valid Rule> rules,
        @DefaultValue("5") @Min(1) @Max(1_000) int perMinute,

        @DefaultValue("00:00") @Pattern(regexp = TIME, message = A_TIME)
        String quietFrom,

        @DefaultValue("00:00") @Pattern(regexp = TIME, message = A_TIME)
        String quietTo)
        implements Validator {

    private static final String TIME = "([01]\\d|2[0-3]):[0-5]\\d";
    private static final String A_TIME = "a time such as 22:00";

    /**
     * @param events the types that it fits, such as {@code incident:created}; {@code *} stands for any text
     * @param priorities the priorities; none: all
     * @param companies names or keys (sys_id) of companies; none: all
     * @param groups names or keys (sys_id) of assignment groups; none: all
     */
    record Rule(
            @NotEmpty List<String> events,
            @DefaultValue List<String> priorities,
            @DefaultValue List<String> companies,
            @DefaultValue List<String> groups) {

        boolean fits(List<String> types, String priority) {
            return (priorities.isEmpty() || priority != null && priorities.contains(priority))
                    && events.stream().anyMatch(wanted -> types.stream().anyMatch(type -> fits(wanted, type)));
        }

        private static boolean fits(String wanted, String type) {
            return java.util.regex.Pattern.matches(("\\Q" + wanted + "\\E").replace("*", "\\E.*\\Q"), type);
        }
    }

    boolean isQuiet(LocalTime now) {
        var from = LocalTime.parse(quietFrom);
        var to = LocalTime.parse(quietTo);
        return from.isAfter(to) ? !now.isBefore(from) || now.isBefore(to) : !now.isBefore(from) && now.isBefore(to);
    }

    @Override
    public boolean supports(Class<?> type) {
        return type == TicketAlertProperties.class;
    }

    @Override
    public void validate(Object target, Errors errors) {
        for (int index = 0; index < rules.size(); index++) {
            var events = rules.get(index).events;
            if (events != null && events.stream().anyMatch(String::isBlank)) {
                Mistake.note(errors, "rules[%d].events".formatted(index), "it takes types such as incident:created");
            }
        }
    }
}
