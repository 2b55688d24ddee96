package io.caravana.desk;

import io.caravana.ticket.StateNames;
import io.caravana.ticket.TicketType;
import java.text.NumberFormat;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** How a template says numbers, moments and states in the reader's language. */
public final class Words {

    private final Language language;
    private final ZoneId zone;
    private final StateNames names;

    Words(Language language, ZoneId zone, StateNames names) {
        this.language = language;
        this.zone = zone;
        this.names = names;
    }

    public String language() {
        return language.code();
    }

    public String state(TicketType type, String state) {
        return names.state(type, state, language.code());
    }

    public String priority(String priority) {
        return priority == null ? "–" : names.priorities(language.code()).getOrDefault(priority, priority);
    }

    /** How a state looks: work waits, goes on, is held, is done, or was given up. */
    public String look(TicketType type, String state) {
        var finished = type.isFinished(state);
        var givenUp = type == TicketType.INCIDENT ? "8" : "7";
        return finished
                ? givenUp.equals(state) ? "dropped" : "done"
                : type == TicketType.INCIDENT
                        ? switch (state == null ? "" : state) {
                            case "1" -> "new";
                            case "2" -> "work";
                            default -> "hold";
                        }
                        : switch (state == null ? "" : state) {
                            case "1" -> "hold";
                            case "2" -> "new";
                            default -> "work";
                        };
    }

    public String number(Number number) {
        return number == null
                ? "–"
                : NumberFormat.getInstance(language.locale()).format(number);
    }

    /** With its sign, a true minus. */
    public String change(long number) {
        return (number > 0 ? "+" : number < 0 ? "−" : "±") + number(Math.abs(number));
    }

    public String moment(OffsetDateTime at) {
        return at == null ? "–" : say(at, language == Language.PT ? "dd/MM/yyyy HH:mm" : "d MMM yyyy HH:mm");
    }

    /** The hour today, otherwise the day. */
    public String brief(OffsetDateTime at, OffsetDateTime now) {
        if (at == null) {
            return "–";
        }
        var today = at.atZoneSameInstant(zone)
                .toLocalDate()
                .equals(now.atZoneSameInstant(zone).toLocalDate());
        return say(at, today ? "HH:mm" : language == Language.PT ? "dd/MM/yyyy" : "d MMM yyyy");
    }

    public String iso(OffsetDateTime at) {
        return at == null ? "" : at.toInstant().toString();
    }

    public String duration(Number seconds) {
        if (seconds == null) {
            return "–";
        }
        var time = Duration.ofSeconds(seconds.longValue());
        return time.toHours() > 0
                ? "%d h %02d min".formatted(time.toHours(), time.toMinutesPart())
                : "%d min".formatted(time.toMinutes());
    }

    /** Seconds as a short time: with a tenth, then whole ones, then minutes. */
    public String seconds(Number seconds) {
        if (seconds == null) {
            return "–";
        }
        var time = seconds.doubleValue();
        return time < 10
                ? number(Math.round(time * 10) / 10.0) + " s"
                : time < 120 ? number(Math.round(time)) + " s" : duration(Math.round(time));
    }

    /** A month, such as 2026-11, as people write it. */
    public String month(String month) {
        return month != null && month.matches("\\d{4}-\\d\\d")
                ? DateTimeFormatter.ofPattern("MMM yyyy", language.locale()).format(YearMonth.parse(month))
                : month;
    }

    /** A part of a whole, in percent; null where the whole is not known. */
    public Long percent(long part, Long whole) {
        return whole == null || whole == 0 ? null : Math.min(100, part * 100 / whole);
    }

    /** A column of ServiceNow as people write it. */
    public String field(String column) {
        return column.substring(0, 1).toUpperCase(language.locale())
                + column.substring(1).replace('_', ' ');
    }

    private String say(OffsetDateTime at, String pattern) {
        return DateTimeFormatter.ofPattern(pattern, language.locale()).format(at.atZoneSameInstant(zone));
    }
}
