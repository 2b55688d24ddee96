package io.caravana.change;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;
import org.springframework.stereotype.Component;

/**
 * Change events as records of a Kafka topic. The value is JSON as {@code docs/change-event.schema.json} describes it: the fields
 * {@code before}, {@code after}, {@code op}, {@code source} and {@code ts_ms} mean what they mean in Debezium's change events.
 */
@Component("changeRecords")
class ChangeRecords {

    private static final Map<String, String> OPERATIONS = Map.of("created", "c", "updated", "u", "deleted", "d");
    private static final List<String> SIDES = List.of("before", "after");

    private final CamelContext camel;
    private final ObjectMapper mapper;

    ChangeRecords(CamelContext camel, ObjectMapper mapper) {
        this.camel = camel;
        this.mapper = mapper;
    }

    /** One record an event, whose key {@code table:sys_id} keeps the events of a row in order. */
    public List<Message> write(@Body List<ChangeEvent> events) throws JsonProcessingException {
        var records = new ArrayList<Message>(events.size());
        for (var event : events) {
            var message = new DefaultMessage(camel);
            message.setHeader(KafkaConstants.KEY, event.table() + ":" + event.sysId());
            message.setHeader("id", event.id().toString());
            message.setHeader("table", event.table());
            message.setHeader("kind", event.kind());
            message.setBody(mapper.writeValueAsString(value(event)));
            records.add(message);
        }
        return records;
    }

    private ObjectNode value(ChangeEvent event) {
        var value = mapper.createObjectNode().put("id", event.id().toString());
        value.set("types", mapper.valueToTree(event.types()));
        for (int side = 0; side < SIDES.size(); side++) {
            var absent = side == 0 ? "created" : "deleted";
            value.set(SIDES.get(side), event.kind().equals(absent) ? null : values(event, side));
        }
        value.put("op", OPERATIONS.get(event.kind()))
                .put("ts_ms", event.committedAt().toInstant().toEpochMilli());
        value.putObject("source")
                .put("connector", "caravana")
                .put("table", event.table())
                .put("sys_id", event.sysId())
                .put("number", event.number())
                .put("execution_id", event.executionId())
                .put("changed_by", event.changedBy());
        return value;
    }

    private ObjectNode values(ChangeEvent event, int side) {
        var values = mapper.createObjectNode();
        event.changes()
                .properties()
                .forEach(column -> values.set(column.getKey(), column.getValue().path(side)));
        return values;
    }
}
