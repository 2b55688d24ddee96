package io.caravana.simulator;

import com.fasterxml.jackson.core.io.SerializedString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A field, reached over references when it is dotted: {@code caller_id.company.name}. */
final class Path {
    /** A row and the column of it that the path ends in. */
    record Cell(Row row, Column column) {
        String value() {
            return row.get(column.position());
        }
    }

    private final Tables tables;
    private final List<Column> steps;
    private final SerializedString json;

    private Path(Tables tables, List<Column> steps, SerializedString json) {
        this.tables = tables;
        this.steps = steps;
        this.json = json;
    }

    static Path of(Tables tables, Column column) {
        return new Path(tables, List.of(column), column.json());
    }

    /** The path of that name, or empty when a part of it is no column, or no reference to a known table. */
    static Optional<Path> of(Tables tables, Table table, String name) {
        var direct = table.column(name);
        if (direct != null) {
            return Optional.of(of(tables, direct));
        }
        var steps = new ArrayList<Column>();
        var current = table;
        for (var part : name.split("\\.", -1)) {
            var column = current == null ? null : current.column(part);
            if (column == null) {
                return Optional.empty();
            }
            steps.add(column);
            current = column.type() == ColumnType.REFERENCE ? tables.get(column.reference()) : null;
        }
        return Optional.of(new Path(tables, List.copyOf(steps), new SerializedString(name)));
    }

    SerializedString json() {
        return json;
    }

    String name() {
        return json.getValue();
    }

    boolean isDirect() {
        return steps.size() == 1;
    }

    /** The column the path ends in. */
    Column column() {
        return steps.get(steps.size() - 1);
    }

    /** Where the path ends for this row, or null when a reference on the way is empty or dangles. */
    Cell cell(Row row) {
        var current = row;
        for (var i = 0; i < steps.size() - 1; i++) {
            var step = steps.get(i);
            current = tables.follow(step, current.get(step.position()));
            if (current == null) {
                return null;
            }
            current = tables.get(step.reference()).project(current);
        }
        return new Cell(current, column());
    }

    /** The raw value at the end of the path, empty when there is none. */
    String value(Row row) {
        if (isDirect()) {
            return row.get(steps.get(0).position());
        }
        var cell = cell(row);
        return cell == null ? "" : cell.value();
    }

    /** The raw value, or for a reference what the record it points to shows. */
    String shown(Row row) {
        var value = value(row);
        if (column().type() != ColumnType.REFERENCE) {
            return value;
        }
        var target = tables.follow(column(), value);
        return target == null ? "" : Tables.display(target);
    }
}
