package io.caravana.assistant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a tool has found.
 *
 * @param system servicenow, workload or runbooks
 * @param key the field of a row that names it
 * @param rows each with the names and values that people see
 * @param asOf when that was so
 * @param truncated whether there is more
 */
public record Found(String system, String table, String key, List<Row> rows, OffsetDateTime asOf, boolean truncated) {

    private static final int MOST_ROWS = 50;
    private static final int MOST_CHARACTERS = 8_000;

    /** @param link where people see it; null: nowhere */
    public record Row(String link, Map<String, Object> fields) {}

    /** The first rows, as many as fit into what an answer may have: fifty, and eight thousand characters of JSON. */
    public Found capped(ObjectMapper json) {
        var characters = 0;
        var kept = new ArrayList<Row>();
        for (var row : rows) {
            try {
                characters += json.writeValueAsString(row.fields).length();
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("What a tool finds is plain", e);
            }
            if (kept.size() == MOST_ROWS || characters > MOST_CHARACTERS && !kept.isEmpty()) {
                break;
            }
            kept.add(row);
        }
        return new Found(system, table, key, kept, asOf, truncated || kept.size() < rows.size());
    }
}
