package io.caravana.simulator;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Raw date values as ServiceNow stores them: UTC {@code yyyy-MM-dd HH:mm:ss}, and durations as that long after 1970 began. */
final class Stamps {
    private static final DateTimeFormatter RAW = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final String NOTHING = "1970-01-01 00:00:00";
    private static final long DAY = 86_400;

    private Stamps() {}

    static String of(Instant instant) {
        return of(instant.getEpochSecond());
    }

    /** Written by hand, because generating millions of rows spends most of its time here. */
    static String of(long epochSecond) {
        if (epochSecond == 0) {
            return NOTHING;
        }
        var text = new byte[19];
        date(Math.floorDiv(epochSecond, DAY), text);
        var second = (int) Math.floorMod(epochSecond, DAY);
        text[10] = ' ';
        two(text, 11, second / 3_600);
        text[13] = ':';
        two(text, 14, second / 60 % 60);
        text[16] = ':';
        two(text, 17, second % 60);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    static String day(long epochDay) {
        var text = new byte[10];
        date(epochDay, text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    static Optional<LocalDateTime> parse(String raw) {
        try {
            if (raw.length() == 10) {
                return Optional.of(LocalDate.parse(raw).atStartOfDay());
            }
            return Optional.of(LocalDateTime.parse(raw, RAW));
        } catch (DateTimeParseException notADate) {
            return Optional.empty();
        }
    }

    static Optional<Long> seconds(String raw) {
        return parse(raw).map(time -> time.toEpochSecond(ZoneOffset.UTC));
    }

    private static void date(long epochDay, byte[] text) {
        var date = LocalDate.ofEpochDay(epochDay);
        var year = date.getYear();
        two(text, 0, year / 100);
        two(text, 2, year % 100);
        text[4] = '-';
        two(text, 5, date.getMonthValue());
        text[7] = '-';
        two(text, 8, date.getDayOfMonth());
    }

    private static void two(byte[] text, int at, int value) {
        text[at] = (byte) ('0' + value / 10);
        text[at + 1] = (byte) ('0' + value % 10);
    }
}
