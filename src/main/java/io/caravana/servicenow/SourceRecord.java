package io.caravana.servicenow;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * One record as ServiceNow sent it: raw values, references as their value.
 *
 * @param values by the places of {@link Fields}; null: the field was not in the record, {@code ""}: it is empty. May be
 *     shorter than the fields.
 */
public record SourceRecord(String[] values) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** The value at a place; null when the record did not have the field. */
    public String value(int place) {
        return place < values.length ? values[place] : null;
    }

    /** The record's key; null when it came without one. */
    public String sysId() {
        var key = value(Fields.SYS_ID);
        return key == null || key.isEmpty() ? null : key;
    }

    /** The record as a JSON object, with the fields it came with. */
    public String toJson(List<String> names) {
        var object = new LinkedHashMap<String, String>();
        for (int place = 0; place < values.length; place++) {
            if (values[place] != null) {
                object.put(names.get(place), values[place]);
            }
        }
        try {
            return JSON.writeValueAsString(object);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("a map of strings could not be written as JSON", e);
        }
    }
}
