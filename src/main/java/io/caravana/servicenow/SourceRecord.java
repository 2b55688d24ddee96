package io.caravana.servicenow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * One record as ServiceNow sent it: raw values, references as their value, by the places of {@link Fields}. A page has
 * many thousand values, which wait together for the database: they are kept as the UTF-8 that goes there, and not as
 * objects.
 */
public final class SourceRecord {

    /** Escaped, so that any database can keep what it cannot store otherwise. */
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final int ABSENT = -1;
    /** A character of Java's takes so many bytes in UTF-8 at most. */
    private static final int MOST_BYTES = 3;

    private final byte[] bytes;
    /** By place: where a value begins, and how long it is. */
    private final int[] bounds;

    private final Map<Integer, String> strange;
    /** Asked for often, and made once. */
    private String sysId;

    private SourceRecord(byte[] bytes, int[] bounds, Map<Integer, String> strange) {
        this.bytes = bytes;
        this.bounds = bounds;
        this.strange = strange;
    }

    /** A record with these values; null: it does not have the field. */
    public static SourceRecord of(String... values) {
        var writer = new Writer();
        for (int place = 0; place < values.length; place++) {
            if (values[place] != null) {
                writer.put(place, values[place].toCharArray(), 0, values[place].length());
            }
        }
        return writer.end();
    }

    /** The value at a place, {@code ""} when it is empty; null when the record did not have the field. */
    public String value(int place) {
        var value = strange.get(place);
        if (value != null || length(place) == ABSENT) {
            return value;
        }
        return new String(bytes, bounds[2 * place], length(place), StandardCharsets.UTF_8);
    }

    /** Whether the record has the field, be it empty. */
    public boolean has(int place) {
        return length(place) != ABSENT;
    }

    /** The bytes of a value in UTF-8; 0 when it is empty, negative when the record did not have the field. */
    public int length(int place) {
        return 2 * place < bounds.length ? bounds[2 * place + 1] : ABSENT;
    }

    /** One byte of a value in UTF-8. */
    public byte at(int place, int index) {
        return bytes[bounds[2 * place] + index];
    }

    /** Writes a value in UTF-8. */
    public void copy(int place, byte[] target, int from) {
        System.arraycopy(bytes, bounds[2 * place], target, from, length(place));
    }

    /** Whether a value is text that UTF-8 cannot carry, or holds U+0000: its bytes are not the whole truth. */
    public boolean isStrange(int place) {
        return strange.containsKey(place);
    }

    /**
     * A number that stands for the values that the record has, of those fields that have a seed. It is the same for the same values,
     * whichever places they are at, if they came in the same order.
     *
     * @param seeds by place; 0: the field does not count
     */
    public long hash(long[] seeds) {
        var hash = MurmurHash3.hash128x64(bytes)[0];
        for (int place = 0; 2 * place < bounds.length; place++) {
            if (has(place) && seeds[place] != 0) {
                hash += mixed(seeds[place] ^ (long) bounds[2 * place] << Integer.SIZE ^ length(place));
            }
        }
        return hash;
    }

    /** The end of the same hash: a change of any bit changes about half of them. */
    private static long mixed(long number) {
        var mixed = (number ^ number >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }

    /** The record's key; null when it came without one. */
    public String sysId() {
        if (sysId == null && hasSysId()) {
            sysId = value(Fields.SYS_ID);
        }
        return sysId;
    }

    boolean hasSysId() {
        return length(Fields.SYS_ID) > 0;
    }

    /** The record as a JSON object of ASCII characters, with the fields it came with. */
    public String toJson(List<String> names) {
        var object = new LinkedHashMap<String, String>();
        for (int place = 0; place < names.size(); place++) {
            if (has(place)) {
                object.put(names.get(place), value(place));
            }
        }
        try {
            return JSON.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of strings could not be written as JSON", e);
        }
    }

    /** Writes records, one after the other, with what it needs for that. */
    static final class Writer {

        private byte[] bytes = new byte[4096];
        private int[] bounds = new int[256];
        private Map<Integer, String> strange = Map.of();
        private int end;
        private int places;

        /** Sets the value at a place. */
        void put(int place, char[] chars, int from, int length) {
            open(place);
            room(MOST_BYTES * length);
            var begin = end;
            var isStrange = false;
            for (int i = from; i < from + length; i++) {
                var c = chars[i];
                if (c < 0x80) {
                    bytes[end++] = (byte) c;
                    isStrange |= c == 0;
                } else if (c < 0x800) {
                    bytes[end++] = (byte) (0xC0 | c >> 6);
                    bytes[end++] = (byte) (0x80 | c & 0x3F);
                } else if (!Character.isSurrogate(c)) {
                    bytes[end++] = (byte) (0xE0 | c >> 12);
                    bytes[end++] = (byte) (0x80 | c >> 6 & 0x3F);
                    bytes[end++] = (byte) (0x80 | c & 0x3F);
                } else if (i + 1 < from + length && Character.isSurrogatePair(c, chars[i + 1])) {
                    var point = Character.toCodePoint(c, chars[++i]);
                    bytes[end++] = (byte) (0xF0 | point >> 18);
                    bytes[end++] = (byte) (0x80 | point >> 12 & 0x3F);
                    bytes[end++] = (byte) (0x80 | point >> 6 & 0x3F);
                    bytes[end++] = (byte) (0x80 | point & 0x3F);
                } else {
                    bytes[end++] = '?';
                    isStrange = true;
                }
            }
            if (isStrange) {
                strange = strange.isEmpty() ? new LinkedHashMap<>() : strange;
                strange.put(place, new String(chars, from, length));
            }
            close(place, begin);
        }

        private void open(int place) {
            if (2 * place >= bounds.length) {
                bounds = Arrays.copyOf(bounds, 4 * place);
            }
            for (; places <= place; places++) {
                bounds[2 * places + 1] = ABSENT;
            }
            if (!strange.isEmpty()) {
                strange.remove(place);
            }
        }

        private void close(int place, int begin) {
            bounds[2 * place] = begin;
            bounds[2 * place + 1] = end - begin;
        }

        private void room(int length) {
            if (end + length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + length));
            }
        }

        /** The record that was written; the next one begins. */
        SourceRecord end() {
            var record = new SourceRecord(Arrays.copyOf(bytes, end), Arrays.copyOf(bounds, 2 * places), strange);
            end = 0;
            places = 0;
            strange = Map.of();
            return record;
        }
    }
}
