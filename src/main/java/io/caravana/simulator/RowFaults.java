package io.caravana.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import io.caravana.simulator.Fault.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What the faults of one request do to the rows of its answer. */
final class RowFaults {
    private static final Set<Kind> BROKEN = EnumSet.of(
            Kind.BROKEN_WITH_ERROR,
            Kind.BROKEN_MALFORMED_WITH_ERROR,
            Kind.BROKEN_MALFORMED,
            Kind.BROKEN_CUT,
            Kind.BROKEN_TRAILING_COMMA);
    private static final Set<Kind> OF_ONE_ROW = EnumSet.of(Kind.BAD_VALUE, Kind.NO_SYS_ID, Kind.EMPTY_ROW);

    /** Where the page breaks off, and how. */
    record Break(Kind kind, int rows) {}

    private final List<Fault> faults;

    RowFaults(List<Fault> faults) {
        this.faults = faults;
    }

    /** The rows the account may see, as the faults leave them; {@code parse} makes a condition of an encoded query. */
    List<Row> visible(List<Row> rows, Function<String, Where> parse) {
        var visible = rows;
        for (var fault : faults) {
            visible = switch (fault.kind()) {
                case EMPTY_PAGE -> List.of();
                case HIDDEN_ROWS -> without(visible, parse.apply(fault.setting("query", "")));
                case DUPLICATE_ROW -> withDuplicate(visible, fault);
                default -> visible;
            };
        }
        return visible;
    }

    /** How many rows an answer has at most. */
    int capped(int limit) {
        return faults.stream()
                .filter(fault -> fault.kind() == Kind.ROW_CAP)
                .mapToInt(fault -> fault.number("rows", 500))
                .reduce(limit, Math::min);
    }

    List<Path> visibleFields(List<Path> fields) {
        var hidden = faults.stream()
                .filter(fault -> fault.kind() == Kind.HIDDEN_FIELDS
                        && list(fault, "sys_ids").isEmpty())
                .flatMap(fault -> list(fault, "fields").stream())
                .toList();
        return hidden.isEmpty()
                ? fields
                : fields.stream()
                        .filter(field -> !hidden.contains(field.name()))
                        .toList();
    }

    /** Where the page must break off, if at all. */
    Optional<Break> breakOf(List<Row> page, List<Path> fields) {
        for (var fault : faults) {
            if (BROKEN.contains(fault.kind())) {
                return Optional.of(new Break(fault.kind(), fault.number("rows", (page.size() + 1) / 2)));
            }
            var giant = fault.kind() == Kind.GIANT_ROW && fields.size() > 1 ? indexOf(page, fault) : -1;
            if (giant >= 0) {
                return Optional.of(new Break(Kind.valueOf(fault.setting("as", "BROKEN_WITH_ERROR")), giant));
            }
        }
        return Optional.empty();
    }

    /** Writes a row, spoilt where a fault says so. */
    void write(JsonGenerator json, RecordWriter writer, List<Path> fields, List<Row> page, int index)
            throws IOException {
        var row = page.get(index);
        var left = fields;
        var added = new ArrayList<Map.Entry<String, String>>();
        for (var fault : faults) {
            if (fault.kind() == Kind.EXTRA_COLUMN) {
                added.add(Map.entry(fault.setting("column", "u_unannounced"), fault.setting("value", "surprise")));
            }
            if (fault.kind() == Kind.HIDDEN_FIELDS && list(fault, "sys_ids").contains(row.sysId())) {
                for (var hidden : list(fault, "fields")) {
                    left = without(left, hidden);
                }
            }
            if (OF_ONE_ROW.contains(fault.kind()) && indexOf(page, fault) == index) {
                left = spoilt(left, fault);
                if (fault.kind() == Kind.BAD_VALUE) {
                    added.add(Map.entry(fault.setting("column", ""), fault.setting("value", "not a value")));
                }
            }
        }
        json.writeStartObject();
        writer.writeFields(json, row, left);
        for (var column : added) {
            json.writeStringField(column.getKey(), column.getValue());
        }
        json.writeEndObject();
    }

    private static List<String> list(Fault fault, String setting) {
        var text = fault.setting(setting, "");
        return text.isEmpty() ? List.of() : List.of(text.split(","));
    }

    private static List<Path> spoilt(List<Path> fields, Fault fault) {
        return switch (fault.kind()) {
            case EMPTY_ROW -> List.of();
            case NO_SYS_ID -> without(fields, "sys_id");
            default -> without(fields, fault.setting("column", ""));
        };
    }

    private static List<Path> without(List<Path> fields, String name) {
        return fields.stream().filter(field -> !field.name().equals(name)).toList();
    }

    private static List<Row> without(List<Row> rows, Where hidden) {
        return rows.stream().filter(row -> !hidden.matches(row)).toList();
    }

    private static List<Row> withDuplicate(List<Row> rows, Fault fault) {
        var index = indexOf(rows, fault);
        if (index < 0) {
            return rows;
        }
        var more = new ArrayList<>(rows);
        more.add(rows.get(index));
        return more;
    }

    /** The place of the row the fault names, or of the first row; -1 when the page does not hold it. */
    private static int indexOf(List<Row> page, Fault fault) {
        var sysId = fault.setting("sys_id", "");
        for (var i = 0; i < page.size(); i++) {
            if (sysId.isEmpty() || page.get(i).sysId().equals(sysId)) {
                return i;
            }
        }
        return -1;
    }
}
