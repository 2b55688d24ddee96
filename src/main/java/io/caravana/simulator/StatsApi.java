package io.caravana.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Counts, extremes, sums and averages over {@code /api/now/stats}. */
final class StatsApi {
    private final Instance instance;

    StatsApi(Instance instance) {
        this.instance = instance;
    }

    Answer stats(Call call, Table table) {
        var query = instance.query(call, table);
        var groupBy = paths(call, table, "sysparm_group_by");
        if (groupBy.isEmpty()) {
            return Answer.json(200, json -> writeUngrouped(json, call, table, query));
        }
        return Answer.json(200, json -> writeGrouped(json, call, table, query, groupBy));
    }

    private void writeUngrouped(JsonGenerator json, Call call, Table table, EncodedQuery query) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("result");
        if (needsRows(call)) {
            writeStats(json, call, table, instance.selection().matches(table, query));
        } else {
            json.writeObjectFieldStart("stats");
            if (call.flag("sysparm_count")) {
                json.writeStringField(
                        "count", Long.toString(instance.selection().count(table, query.where())));
            }
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeGrouped(JsonGenerator json, Call call, Table table, EncodedQuery query, List<Path> groupBy)
            throws IOException {
        var groups = new TreeMap<String, List<Row>>();
        for (var row : instance.selection().matches(table, query)) {
            var key = String.join(
                    "\u0001", groupBy.stream().map(path -> path.value(row)).toList());
            groups.computeIfAbsent(key, values -> new ArrayList<>()).add(row);
        }
        json.writeStartObject();
        json.writeArrayFieldStart("result");
        for (var group : groups.values()) {
            json.writeStartObject();
            writeStats(json, call, table, group);
            writeGroup(json, call, groupBy, group.get(0));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeGroup(JsonGenerator json, Call call, List<Path> groupBy, Row row) throws IOException {
        var shown = !call.parameter("sysparm_display_value").isEmpty()
                && !call.parameter("sysparm_display_value").equals("false");
        var display = instance.displayValues();
        json.writeArrayFieldStart("groupby_fields");
        for (var path : groupBy) {
            json.writeStartObject();
            json.writeStringField("field", path.name());
            json.writeStringField("value", path.value(row));
            if (shown) {
                var cell = path.cell(row);
                json.writeStringField("display_value", cell == null ? "" : display.of(cell.row(), cell.column()));
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeStats(JsonGenerator json, Call call, Table table, List<Row> rows) throws IOException {
        json.writeObjectFieldStart("stats");
        if (call.flag("sysparm_count")) {
            json.writeStringField("count", Integer.toString(rows.size()));
        }
        for (var aggregate : List.of("min", "max", "avg", "sum")) {
            var fields = paths(call, table, "sysparm_" + aggregate + "_fields");
            if (!fields.isEmpty()) {
                json.writeObjectFieldStart(aggregate);
                for (var field : fields) {
                    json.writeStringField(field.name(), aggregated(aggregate, field, rows));
                }
                json.writeEndObject();
            }
        }
        json.writeEndObject();
    }

    private static String aggregated(String aggregate, Path field, List<Row> rows) {
        var values = rows.stream().map(field::value).filter(value -> !value.isEmpty());
        var order = Values.comparator(field.column());
        return switch (aggregate) {
            case "min" -> values.min(order).orElse("");
            case "max" -> values.max(order).orElse("");
            default -> total(values.map(StatsApi::amount).toList(), aggregate.equals("avg"));
        };
    }

    private static String total(List<BigDecimal> amounts, boolean average) {
        if (amounts.isEmpty()) {
            return "";
        }
        var sum = amounts.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        return average
                ? sum.divide(BigDecimal.valueOf(amounts.size()), 4, RoundingMode.HALF_UP)
                        .toPlainString()
                : sum.toPlainString();
    }

    /** MySQL takes a text that is no number for zero. */
    private static BigDecimal amount(String value) {
        try {
            return new BigDecimal(value);
        } catch (NumberFormatException notANumber) {
            return BigDecimal.ZERO;
        }
    }

    private static boolean needsRows(Call call) {
        return call.parameters().keySet().stream().anyMatch(name -> name.matches("sysparm_(min|max|avg|sum)_fields"));
    }

    private List<Path> paths(Call call, Table table, String parameter) {
        return Arrays.stream(call.parameter(parameter).split(","))
                .map(name -> Path.of(instance.tables(), table, name.strip()))
                .flatMap(Optional::stream)
                .toList();
    }
}
