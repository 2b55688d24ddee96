package io.caravana.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import io.caravana.simulator.RecordWriter.Mode;
import io.caravana.simulator.RowFaults.Break;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reading over {@code /api/now/table}. */
public final class TableApi {
    private static final String CANCELLED = "Transaction cancelled: maximum execution time exceeded";
    private static final String CANCELLED_DETAIL = "Check logs for error trace or enable glide.rest.debug property";

    private final Instance instance;

    public TableApi(Instance instance) {
        this.instance = instance;
    }

    Answer list(Call call, Table table, List<Fault> faults, boolean isFirstVersion) {
        var limit = number(call, "sysparm_limit", 10_000);
        var offset = number(call, "sysparm_offset", 0);
        if (limit < 1) {
            return Answer.error(400, "Invalid value given for sysparm_limit", null);
        }
        if (offset < 0) {
            return Answer.error(400, "Invalid value given for sysparm_offset", null);
        }
        var query = instance.query(call, table);
        var counted = !call.flag("sysparm_no_count");
        var rowFaults = new RowFaults(faults);
        var page = instance.selection().page(table, query, offset, rowFaults.capped(limit), counted);
        if (isFirstVersion && page.rows().isEmpty()) {
            return noRecord();
        }
        var rows = rowFaults.visible(page.rows(), text -> instance.where(table, text));
        var fields = rowFaults.visibleFields(fields(call, table));
        var answer = Answer.json(200, json -> writePage(json, writer(call), fields, rows, rowFaults));
        return withPaging(answer, call, offset, limit, page, counted);
    }

    Answer record(Call call, Table table, String sysId, List<Fault> faults) {
        var row = instance.tables().find(table.name(), sysId);
        var rowFaults = new RowFaults(faults);
        var visible =
                row == null ? List.<Row>of() : rowFaults.visible(List.of(row), text -> instance.where(table, text));
        return visible.isEmpty() ? noRecord() : record(call, 200, visible.get(0), rowFaults);
    }

    Answer record(Call call, int status, Row row) {
        return record(call, status, row, new RowFaults(List.of()));
    }

    /** The record as the CMDB's interface answers it, of a class or one that extends it. */
    Answer item(Call call, Table table, String sysId) {
        var row = instance.tables().find(table.name(), sysId);
        if (row == null) {
            return noRecord();
        }
        return Answer.json(200, json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("result");
            json.writeFieldName("attributes");
            writer(call).write(json, row, fields(call, row.table()));
            json.writeArrayFieldStart("outbound_relations");
            json.writeEndArray();
            json.writeArrayFieldStart("inbound_relations");
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    static Answer noRecord() {
        return Answer.error(404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval");
    }

    private Answer record(Call call, int status, Row row, RowFaults faults) {
        var fields = faults.visibleFields(fields(call, row.table()));
        return Answer.json(status, json -> {
            json.writeStartObject();
            json.writeFieldName("result");
            var broken = faults.breakOf(List.of(row), fields);
            if (broken.isPresent()) {
                json.writeString("");
                Answer.writeError(json, CANCELLED, CANCELLED_DETAIL);
            } else {
                faults.write(json, writer(call), fields, List.of(row), 0);
            }
            json.writeEndObject();
        });
    }

    private Answer withPaging(Answer answer, Call call, int offset, int limit, Selection.Page page, boolean counted) {
        if (!counted) {
            return answer;
        }
        var answered = answer.with("X-Total-Count", Long.toString(page.total()));
        var link = Link.header(call, offset, limit, page.total());
        return link.isEmpty() || call.flag("sysparm_suppress_pagination_header")
                ? answered
                : answered.with("Link", link);
    }

    private static void writePage(
            JsonGenerator json, RecordWriter writer, List<Path> fields, List<Row> rows, RowFaults faults)
            throws IOException {
        var broken = faults.breakOf(rows, fields);
        var whole = broken.map(Break::rows)
                .map(rowsBefore -> Math.min(rowsBefore, rows.size()))
                .orElse(rows.size());
        json.writeStartObject();
        json.writeArrayFieldStart("result");
        for (var i = 0; i < whole; i++) {
            faults.write(json, writer, fields, rows, i);
        }
        if (broken.isPresent()) {
            breakOff(json, broken.get());
        } else {
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void breakOff(JsonGenerator json, Break broken) throws IOException {
        switch (broken.kind()) {
            case BROKEN_MALFORMED_WITH_ERROR ->
                json.writeRaw("\"\"],\"error\":{\"detail\":\"%s\",\"message\":\"%s\"},\"status\":\"failure\"}"
                        .formatted(CANCELLED_DETAIL, CANCELLED));
            case BROKEN_MALFORMED -> json.writeRaw("\"\"]}");
            case BROKEN_TRAILING_COMMA -> json.writeRaw(",");
            case BROKEN_CUT -> json.writeRaw(broken.rows() == 0 ? "{\"parent\":\"" : ",{\"parent\":\"");
            default -> {
                json.writeString("");
                json.writeEndArray();
                Answer.writeError(json, CANCELLED, CANCELLED_DETAIL);
                json.writeEndObject();
            }
        }
    }

    RecordWriter writer(Call call) {
        return new RecordWriter(
                instance.tables(),
                instance.displayValues(),
                Mode.of(call.parameter("sysparm_display_value")),
                !call.flag("sysparm_exclude_reference_link"),
                call.base() + "/api/now/table/");
    }

    private List<Path> fields(Call call, Table table) {
        var asked = call.parameter("sysparm_fields");
        if (asked.isBlank()) {
            return table.columns().stream()
                    .map(column -> Path.of(instance.tables(), column))
                    .toList();
        }
        return new ArrayList<>(Arrays.stream(asked.split(","))
                .map(String::strip)
                .distinct()
                .map(name -> Path.of(instance.tables(), table, name))
                .flatMap(Optional::stream)
                .toList());
    }

    /** The number of a parameter; -1 when it is none. */
    static int number(Call call, String parameter, int otherwise) {
        var text = call.parameter(parameter);
        if (text.isEmpty()) {
            return otherwise;
        }
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }
}
