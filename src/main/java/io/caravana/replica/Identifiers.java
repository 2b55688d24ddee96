package io.caravana.replica;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/** The names that may stand in SQL text. */
public final class Identifiers {

    private static final Pattern SAFE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    /** PostgreSQL cuts longer names off without a word; ServiceNow allows 80. */
    private static final int LONGEST = 63;

    private Identifiers() {}

    /**
     * The column for a field: its own name; dots of a walk become underscores; a name too long for PostgreSQL ends in a
     * checksum that tells it from its neighbours.
     *
     * @throws ReplicaException if the name holds anything but letters, digits and underscores
     */
    public static String column(String field) {
        var name = field.replace('.', '_');
        requireSafe(name, field);
        if (name.length() <= LONGEST) {
            return name;
        }
        var sum = new CRC32();
        sum.update(name.getBytes(StandardCharsets.US_ASCII));
        return "%s_%08x".formatted(name.substring(0, LONGEST - 9), sum.getValue());
    }

    /** A name as it stands in SQL. */
    static String quoted(String name) {
        requireSafe(name, name);
        return '"' + name + '"';
    }

    /** Any name that a person has given, as it stands in SQL that is only shown. */
    static String anyQuoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static void requireSafe(String name, String shown) {
        if (!SAFE.matcher(name).matches()) {
            throw new ReplicaException(
                    "the name '%s' cannot be a table or a column: only letters, digits and underscores can"
                            .formatted(shown));
        }
    }
}
