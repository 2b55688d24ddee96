package io.caravana.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.HashMap;
import java.util.Map;

/** Creating, changing and deleting over {@code /api/now/table}. */
final class WriteApi {
    private final Instance instance;
    private final Records records;
    private final TableApi reader;

    WriteApi(Instance instance, Records records, TableApi reader) {
        this.instance = instance;
        this.records = records;
        this.reader = reader;
    }

    Answer insert(Call call, Table table) {
        try {
            return reader.record(call, 201, records.insert(table, values(call), instance.username()));
        } catch (JsonProcessingException malformed) {
            return malformed(malformed);
        }
    }

    Answer update(Call call, Table table, String sysId) {
        var row = instance.tables().find(table.name(), sysId);
        if (row == null) {
            return TableApi.noRecord();
        }
        try {
            return reader.record(call, 200, records.update(row, values(call), instance.username()));
        } catch (JsonProcessingException malformed) {
            return malformed(malformed);
        }
    }

    Answer delete(Table table, String sysId) {
        var row = instance.tables().find(table.name(), sysId);
        if (row == null || !records.delete(row.table(), sysId, instance.username())) {
            return TableApi.noRecord();
        }
        return Answer.none(204);
    }

    private static Answer malformed(JsonProcessingException malformed) {
        return Answer.error(400, "Exception while reading request", malformed.getOriginalMessage());
    }

    private static Map<String, String> values(Call call) throws JsonProcessingException {
        var values = new HashMap<String, String>();
        Answer.MAPPER.readTree(call.text()).properties().forEach(field -> {
            var value = field.getValue();
            values.put(field.getKey(), value.isNull() ? "" : value.asText());
        });
        return values;
    }
}
