package io.caravana.simulator;

import java.time.Clock;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code javascript:gs.…} values of encoded queries, in the zone of the account that asks. */
final class Scripts {
    static final String PREFIX = "javascript:";

    private static final Pattern CALL = Pattern.compile("(?:javascript:)?gs\\.(\\w+)\\((.*)\\);?");
    private static final Pattern TWO_TEXTS = Pattern.compile("\\s*['\"](.*?)['\"]\\s*,\\s*['\"](.*?)['\"]\\s*");
    private static final LocalTime LAST_SECOND = LocalTime.of(23, 59, 59);

    private final Clock clock;
    private final Account account;

    Scripts(Clock clock, Account account) {
        this.clock = clock;
        this.account = account;
    }

    /** The raw value of a literal or a script; empty when the script is not known. */
    Optional<String> evaluate(String literal) {
        if (!literal.startsWith(PREFIX)) {
            return Optional.of(literal);
        }
        var call = CALL.matcher(literal);
        if (!call.matches()) {
            return Optional.empty();
        }
        return switch (call.group(1)) {
            case "dateGenerate" -> dateGenerate(TWO_TEXTS.matcher(call.group(2)));
            case "beginningOfToday" -> Optional.of(stamp(today().atStartOfDay()));
            case "endOfToday" -> Optional.of(stamp(today().atTime(LAST_SECOND)));
            case "daysAgoStart" -> days(call.group(2)).map(day -> stamp(day.atStartOfDay()));
            case "daysAgoEnd" -> days(call.group(2)).map(day -> stamp(day.atTime(LAST_SECOND)));
            case "getUserID" -> Optional.of(account.sysId());
            default -> Optional.empty();
        };
    }

    private Optional<String> dateGenerate(Matcher texts) {
        if (!texts.matches()) {
            return Optional.empty();
        }
        try {
            var day = LocalDate.parse(texts.group(1));
            return Optional.of(stamp(day.atTime(time(texts.group(2)))));
        } catch (DateTimeParseException notADate) {
            return Optional.empty();
        }
    }

    private static LocalTime time(String text) {
        return switch (text) {
            case "start" -> LocalTime.MIDNIGHT;
            case "end" -> LAST_SECOND;
            default -> LocalTime.parse(text);
        };
    }

    private Optional<LocalDate> days(String ago) {
        return ago.strip().matches("\\d{1,5}")
                ? Optional.of(today().minusDays(Integer.parseInt(ago.strip())))
                : Optional.empty();
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), account.zone());
    }

    private String stamp(LocalDateTime local) {
        return Stamps.of(ZonedDateTime.of(local, account.zone()).toInstant());
    }
}
