package io.caravana.connector;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/**
 * The wait that a header {@code Retry-After} asks for, in seconds or until a date.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#field.retry-after">RFC 9110, 10.2.3</a>
 */
public final class RetryAfter {

    private RetryAfter() {}

    /**
     * Reads the header.
     *
     * @param text its value; null or empty when there is none
     * @param date the answer's header {@code Date}, by which a date is understood, as clocks differ; may be null
     * @return more than nothing; null where no wait is asked for
     */
    public static Duration of(String text, String date) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        var wait = text.matches("\\d{1,18}") ? Duration.ofSeconds(Long.parseLong(text)) : until(text, date);
        return wait == null || wait.isZero() || wait.isNegative() ? null : wait;
    }

    private static Duration until(String text, String date) {
        var until = instant(text);
        var now = instant(date);
        return until == null ? null : Duration.between(now == null ? Instant.now() : now, until);
    }

    private static Instant instant(String date) {
        try {
            return date == null
                    ? null
                    : ZonedDateTime.parse(date.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant();
        } catch (DateTimeException unknownForm) {
            return null;
        }
    }
}
