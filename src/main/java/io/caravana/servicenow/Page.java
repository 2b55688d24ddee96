package io.caravana.servicenow;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * One whole, checked answer.
 *
 * @param fields what the places in the records' values mean
 * @param records in the order of the query
 * @param total rows that match the query, seen or hidden; negative when the request did not ask
 * @param limit rows that were asked for
 * @param unreadable why its one record has no more than its key; null when the records are whole
 */
public record Page(Fields fields, List<SourceRecord> records, long total, int limit, String unreadable) {

    /** The last record that has a key; null when none has. */
    SourceRecord last() {
        for (int i = records.size() - 1; i >= 0; i--) {
            if (records.get(i).hasSysId()) {
                return records.get(i);
            }
        }
        return null;
    }

    /** The keys of the records that have one. */
    public List<String> keys() {
        return records.stream()
                .map(SourceRecord::sysId)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Records that came without a {@code sys_id}. */
    public long withoutKey() {
        return records.stream().filter(row -> !row.hasSysId()).count();
    }

    /** Gives each record as a map of its fields that have a value. */
    void forEachRow(Consumer<Map<String, String>> rows) {
        for (var row : records) {
            var map = new HashMap<String, String>();
            for (int place = 0; place < fields.names().size(); place++) {
                if (row.value(place) != null) {
                    map.put(fields.names().get(place), row.value(place));
                }
            }
            rows.accept(map);
        }
    }
}
