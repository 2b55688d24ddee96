package io.caravana.replica;

import io.caravana.servicenow.SourceRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * Makes the numbers that stand for records, of their raw values and of the columns that these are written to. A row keeps
 * the one of the record that was stored last: while that comes again, and its columns are what they were, nothing of it can
 * be new. It finds no row that others have edited.
 */
public final class Fingerprints {

    private final long[] seeds;

    /** @param columns by the place of their field; empty where a field is not stored */
    public Fingerprints(ReplicaTable table, List<String> columns) {
        seeds = columns.stream()
                .mapToLong(column -> column.isEmpty() ? 0 : seed(table, column))
                .toArray();
    }

    private static long seed(ReplicaTable table, String column) {
        var identity = column + ' ' + table.type(column) + ' ' + table.numbers().get(column);
        return MurmurHash3.hash128x64(identity.getBytes(StandardCharsets.UTF_8))[0] | 1;
    }

    /** The fingerprint of a record. */
    public long of(SourceRecord row) {
        return row.hash(seeds);
    }

    /** Those of several, in their order. */
    public long[] of(List<SourceRecord> rows) {
        return rows.stream().mapToLong(this::of).toArray();
    }
}
