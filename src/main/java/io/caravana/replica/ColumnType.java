package io.caravana.replica;

import io.caravana.catalog.Window;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The types of replica columns. A value travels as ServiceNow's own text and PostgreSQL casts it; it is checked here
 * first, so that a bad value costs its record and not the batch.
 */
public enum ColumnType {
    TEXT("text", "%s"),
    INTEGER("integer", "CAST(%s AS integer)"),
    BIGINT("bigint", "CAST(%s AS bigint)"),
    NUMERIC("numeric", "CAST(%s AS numeric)"),
    BOOLEAN("boolean", "CAST(%s AS boolean)"),
    DATE("date", "CAST(%s AS date)"),
    /** Raw values are UTC. */
    TIMESTAMP("timestamp with time zone", "CAST(%s AS timestamp) AT TIME ZONE 'UTC'"),
    /** ServiceNow writes a duration as the moment that lies so long after the beginning of 1970. */
    INTERVAL("interval", "CAST(%s AS timestamp) - TIMESTAMP '1970-01-01 00:00:00'");

    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,3})?");
    private static final String MIDNIGHT = " 00:00:00";

    private final String sql;
    private final String cast;

    ColumnType(String sql, String cast) {
        this.sql = sql;
        this.cast = cast;
    }

    /** The type's name in DDL, as {@code format_type} gives it. */
    String sql() {
        return sql;
    }

    /** An expression of this type from a text expression. */
    String from(String expression) {
        return cast.formatted(expression);
    }

    /**
     * A condition that compares the days or moments in a column of this type with a raw value, in any zone to the same
     * end. Texts of another form never meet it; the others sort as what they mean, but not by every collation.
     *
     * @param raw an expression
     */
    String compared(String column, String operator, Window.Unit unit, String raw) {
        if (this == of(unit)) {
            return "%s %s %s".formatted(column, operator, from(raw));
        }
        var text = "CAST(%s AS text)".formatted(column);
        return "%s ~ '^%s$' AND %s COLLATE \"C\" %s %s".formatted(text, unit.form(), text, operator, raw);
    }

    /** The type for the days or moments of a window column. */
    static ColumnType of(Window.Unit unit) {
        return unit == Window.Unit.DAY ? DATE : TIMESTAMP;
    }

    /** The type for a dictionary's {@code internal_type}. */
    public static ColumnType of(String internalType) {
        return Window.Unit.of(internalType).map(ColumnType::of).orElseGet(() -> switch (internalType) {
            case "integer", "count", "order_index" -> INTEGER;
            case "long", "longint", "auto_increment" -> BIGINT;
            case "boolean" -> BOOLEAN;
            case "decimal", "float", "double", "currency", "percent", "percent_complete" -> NUMERIC;
            case "glide_duration", "timer" -> INTERVAL;
            default -> TEXT;
        });
    }

    /** The type that a column of an existing table has; empty when values cannot be written to such a column. */
    static Optional<ColumnType> ofSql(String formatType) {
        return Arrays.stream(values())
                .filter(type -> type.sql.equals(formatType))
                .findFirst();
    }

    /** Whether a column may become that type with all its values, and without breaking a query that calculates with it. */
    boolean widensTo(ColumnType other) {
        return switch (this) {
            case INTEGER -> other == BIGINT || other == NUMERIC;
            case BIGINT -> other == NUMERIC;
            default -> false;
        };
    }

    /** What is wrong with a value that is not empty; null when it can be stored. */
    public String problem(CharSequence value) {
        return switch (this) {
            case TEXT -> textProblem(value);
            case INTEGER -> isWhole(value, Integer.MIN_VALUE, Integer.MAX_VALUE) ? null : "is not a 32-bit integer";
            case BIGINT -> isWhole(value, Long.MIN_VALUE, Long.MAX_VALUE) ? null : "is not a 64-bit integer";
            case NUMERIC -> DECIMAL.matcher(value).matches() ? null : "is not a number";
            case BOOLEAN -> isBoolean(value) ? null : "is neither true nor false";
            case DATE -> isDate(value) ? null : "is not a date";
            case TIMESTAMP -> isDateTime(value) ? null : "is not a date and time";
            case INTERVAL -> isDateTime(value) ? null : "is not a duration";
        };
    }

    private static String textProblem(CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (c == 0) {
                return "holds the character U+0000, which PostgreSQL cannot store";
            }
            if (Character.isSurrogate(c)) {
                var paired = Character.isHighSurrogate(c)
                        && i + 1 < value.length()
                        && Character.isLowSurrogate(value.charAt(i + 1));
                if (!paired) {
                    return "holds half a character (an unpaired surrogate)";
                }
                i++;
            }
        }
        return null;
    }

    private static boolean isWhole(CharSequence value, long least, long most) {
        try {
            var number = Long.parseLong(value, 0, value.length(), 10);
            return number >= least && number <= most;
        } catch (NumberFormatException notANumber) {
            return false;
        }
    }

    private static boolean isBoolean(CharSequence value) {
        return "true".contentEquals(value)
                || "false".contentEquals(value)
                || "1".contentEquals(value)
                || "0".contentEquals(value);
    }

    private static boolean isDate(CharSequence value) {
        return value.length() == 10
                ? isCalendarDay(value)
                : isDateTime(value) && MIDNIGHT.contentEquals(value.subSequence(10, 19));
    }

    private static boolean isDateTime(CharSequence value) {
        return value.length() == 19
                && isCalendarDay(value)
                && value.charAt(10) == ' '
                && value.charAt(13) == ':'
                && value.charAt(16) == ':'
                && isBetween(number(value, 11, 2), 0, 23)
                && isBetween(number(value, 14, 2), 0, 59)
                && isBetween(number(value, 17, 2), 0, 59);
    }

    private static boolean isCalendarDay(CharSequence value) {
        if (value.charAt(4) != '-' || value.charAt(7) != '-') {
            return false;
        }
        var year = number(value, 0, 4);
        var month = number(value, 5, 2);
        var day = number(value, 8, 2);
        if (year < 1 || !isBetween(month, 1, 12) || day < 1) {
            return false;
        }
        return day <= 28 || exists(year, month, day);
    }

    private static boolean exists(int year, int month, int day) {
        try {
            LocalDate.of(year, month, day);
            return true;
        } catch (DateTimeException noSuchDay) {
            return false;
        }
    }

    private static boolean isBetween(int number, int least, int most) {
        return number >= least && number <= most;
    }

    /** The number written in some digits; negative when they are not all digits. */
    private static int number(CharSequence value, int from, int digits) {
        var number = 0;
        for (int i = from; i < from + digits; i++) {
            var digit = value.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
