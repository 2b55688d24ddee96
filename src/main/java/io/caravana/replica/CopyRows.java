package io.caravana.replica;

import io.caravana.servicenow.SourceRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes records as PostgreSQL's {@code COPY … (FORMAT binary)} takes them, straight from their bytes. What it makes of a
 * value is what the cast of {@link ColumnType#from} makes of it; the values have passed {@link ColumnType#problem}.
 *
 * @see <a href="https://www.postgresql.org/docs/17/sql-copy.html">PostgreSQL's COPY, Binary Format</a>
 */
public final class CopyRows {

    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0};
    private static final int NULL = -1;
    private static final int FULL = 64 * 1024;
    private static final long MICROS = 1_000_000;
    private static final int SECONDS_A_DAY = 86_400;
    /** The first day of 2000, PostgreSQL's first, in days since that of 1970. */
    private static final int EPOCH = 10_957;

    private static final int NUMERIC_NEGATIVE = 0x4000;
    /** PostgreSQL's numerics are made of digits to this base, four decimal ones each. */
    private static final int DIGITS = 4;

    private final OutputStream out;
    private byte[] bytes = new byte[FULL + 4096];
    private int end;

    public CopyRows(OutputStream out) {
        this.out = out;
        room(SIGNATURE.length + 2 * Integer.BYTES);
        put(SIGNATURE);
        putInt(0);
        putInt(0);
    }

    /** Begins a row of so many columns. */
    public void begin(int columns) throws IOException {
        if (end >= FULL) {
            flush();
        }
        room(Short.BYTES);
        putShort(columns);
    }

    /** The row's next column: a record's value, NULL where it is empty or absent. */
    public void value(SourceRecord row, int place, ColumnType type, ValueText text) {
        var length = row.length(place);
        if (length <= 0) {
            room(Integer.BYTES);
            putInt(NULL);
            return;
        }
        room(length + 2 * Long.BYTES + Integer.BYTES);
        switch (type) {
            case TEXT -> {
                putInt(length);
                row.copy(place, bytes, end);
                end += length;
            }
            case INTEGER -> {
                putInt(Integer.BYTES);
                putInt((int) whole(text.at(place)));
            }
            case BIGINT -> number(whole(text.at(place)));
            case BOOLEAN -> {
                putInt(1);
                var first = row.at(place, 0);
                bytes[end++] = (byte) (first == 't' || first == '1' ? 1 : 0);
            }
            case DATE -> {
                putInt(Integer.BYTES);
                putInt(day(text.at(place)) - EPOCH);
            }
            case TIMESTAMP -> number(seconds(text.at(place)) * MICROS - EPOCH * SECONDS_A_DAY * MICROS);
            case INTERVAL -> {
                var seconds = seconds(text.at(place));
                putInt(Long.BYTES + 2 * Integer.BYTES);
                putLong(seconds % SECONDS_A_DAY * MICROS);
                putInt((int) (seconds / SECONDS_A_DAY));
                putInt(0);
            }
            case NUMERIC -> numeric(text.at(place));
        }
    }

    /** The row's next column: a number of 64 bits. */
    public void number(long number) {
        room(Integer.BYTES + Long.BYTES);
        putInt(Long.BYTES);
        putLong(number);
    }

    /** The row's next column: a text of our own. */
    public void text(String text) {
        var encoded = text.getBytes(StandardCharsets.UTF_8);
        room(Integer.BYTES + encoded.length);
        putInt(encoded.length);
        put(encoded);
    }

    /** Writes what is left, and the end. */
    public void end() throws IOException {
        room(Short.BYTES);
        putShort(NULL);
        flush();
    }

    private void flush() throws IOException {
        out.write(bytes, 0, end);
        end = 0;
    }

    private static long whole(ValueText text) {
        return Long.parseLong(text, 0, text.length(), 10);
    }

    private static long seconds(ValueText text) {
        return (long) day(text) * SECONDS_A_DAY + two(text, 11) * 3_600L + two(text, 14) * 60L + two(text, 17);
    }

    /** The days since the first of 1970, of a text that begins with a day. */
    private static int day(ValueText text) {
        var month = two(text, 5);
        // years begin with March, so that the odd day is their last
        var year = two(text, 0) * 100 + two(text, 2) - (month <= 2 ? 1 : 0);
        var dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + two(text, 8) - 1;
        return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468;
    }

    private static int two(ValueText text, int from) {
        return (text.charAt(from) - '0') * 10 + text.charAt(from + 1) - '0';
    }

    private void numeric(ValueText text) {
        var number = new BigDecimal(text.toString());
        if (number.scale() < 0) {
            number = number.setScale(0);
        }
        var scale = number.scale();
        var digits = number.unscaledValue().abs().toString();
        var before = Math.max(0, digits.length() - scale);
        // decimal digits around the point, filled up to groups of four on both sides
        var weight = (before + DIGITS - 1) / DIGITS;
        var groups = weight + (scale + DIGITS - 1) / DIGITS;
        var decimal = new byte[groups * DIGITS];
        var from = weight * DIGITS + scale - digits.length();
        for (int i = 0; i < digits.length(); i++) {
            decimal[from + i] = (byte) (digits.charAt(i) - '0');
        }
        var first = 0;
        while (first < groups && group(decimal, first) == 0) {
            first++;
        }
        var last = groups;
        while (last > first && group(decimal, last - 1) == 0) {
            last--;
        }
        var length = (4 + last - first) * Short.BYTES;
        room(Integer.BYTES + length);
        putInt(length);
        putShort(last - first);
        putShort(last == first ? 0 : weight - 1 - first);
        putShort(number.signum() < 0 ? NUMERIC_NEGATIVE : 0);
        putShort(scale);
        for (int n = first; n < last; n++) {
            putShort(group(decimal, n));
        }
    }

    private static int group(byte[] decimal, int n) {
        var from = n * DIGITS;
        return ((decimal[from] * 10 + decimal[from + 1]) * 10 + decimal[from + 2]) * 10 + decimal[from + 3];
    }

    private void room(int more) {
        if (end + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + more));
        }
    }

    private void put(byte[] some) {
        System.arraycopy(some, 0, bytes, end, some.length);
        end += some.length;
    }

    private void putShort(int number) {
        bytes[end++] = (byte) (number >> 8);
        bytes[end++] = (byte) number;
    }

    private void putInt(int number) {
        putShort(number >> 16);
        putShort(number);
    }

    private void putLong(long number) {
        putInt((int) (number >> 32));
        putInt((int) number);
    }
}
