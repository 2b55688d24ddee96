package io.caravana.command;

import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.TableLoadView;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** An execution as a table for people. */
final class Summary {

    private static final List<String> HEAD = List.of(
            "table",
            "status",
            "rows",
            "inserted",
            "updated",
            "unchanged",
            "deleted",
            "rejected",
            "pages",
            "seconds",
            "read");
    private static final List<Boolean> LEFT =
            List.of(true, true, false, false, false, false, false, false, false, false, true);

    private Summary() {}

    /** Prints what was loaded, a line a table, what has changed in the source's columns, and what else is to be known. */
    static void print(ExecutionView execution, boolean withPeriod, PrintWriter out) {
        out.println();
        out.printf(
                "%s%s: %s in %s s%n",
                execution.executionType(),
                execution.startDate() == null || !withPeriod
                        ? ""
                        : " %s..%s".formatted(execution.startDate(), execution.endDate()),
                execution.status(),
                execution.durationSeconds());
        var rows = new ArrayList<List<String>>();
        rows.add(HEAD);
        execution.tables().forEach(table -> rows.add(cells(table)));
        var widths = IntStream.range(0, HEAD.size())
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        rows.forEach(row -> out.println(line(row, widths)));
        execution.tables().stream()
                .filter(table -> table.drift() != null)
                .forEach(table -> out.println(table.table() + ": " + table.drift()));
        execution.tables().stream()
                .filter(table -> table.notes() != null)
                .forEach(table -> out.println(table.table() + ": " + table.notes()));
    }

    private static List<String> cells(TableLoadView table) {
        return List.of(
                table.table(),
                table.status(),
                number(table.recordsExtracted()),
                number(table.inserted()),
                number(table.updated()),
                number(table.unchanged()),
                number(table.deleted()),
                number(table.rejected()),
                number(table.pages()),
                table.seconds() == null ? "-" : table.seconds().toPlainString(),
                table.verdict() == null ? "-" : table.verdict());
    }

    private static String number(long value) {
        return "%,d".formatted(value);
    }

    private static String line(List<String> cells, int[] widths) {
        var line = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            var form = LEFT.get(column) ? "%-" + widths[column] + "s  " : "%" + widths[column] + "s  ";
            line.append(form.formatted(cells.get(column)));
        }
        return line.toString().stripTrailing();
    }
}
