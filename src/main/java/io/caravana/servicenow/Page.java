package io.caravana.servicenow;

import java.util.List;

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

    /** The key of the last record that has one; null when none has. */
    public String lastKey() {
        for (int i = records.size() - 1; i >= 0; i--) {
            var key = records.get(i).sysId();
            if (key != null) {
                return key;
            }
        }
        return null;
    }

    /** Records that came without a {@code sys_id}. */
    public long withoutKey() {
        return records.stream().filter(row -> row.sysId() == null).count();
    }
}
