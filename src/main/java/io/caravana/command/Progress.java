package io.caravana.command;

import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.execution.log.TableLoadView;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Shows how far an execution has come while it runs: in place on a terminal, line by line elsewhere. */
@Component
final class Progress {

    private static final long LOOK_EVERY_MILLIS = 500;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String UP_AND_CLEAR = "\u001b[%dA\u001b[J";

    private final Executions executions;

    Progress(Executions executions) {
        this.executions = executions;
    }

    /**
     * Follows an execution to its end.
     *
     * @param out where to show it; null: nowhere
     */
    ExecutionView follow(String id, PrintWriter out) {
        var screen = out == null ? null : System.console() != null ? new Terminal(out) : new Lines(out);
        try {
            while (true) {
                var execution = find(id);
                if (screen != null) {
                    screen.show(execution.tables());
                }
                if (execution.hasEnded()) {
                    return execution;
                }
                new CountDownLatch(1).await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return executions.find(id).orElseThrow();
        }
    }

    /** A database that is away for a while ends the load only if the load cannot do without it. */
    private ExecutionView find(String id) throws InterruptedException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return executions.find(id).orElseThrow();
            } catch (DataAccessException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                new CountDownLatch(1).await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private sealed interface Screen {
        void show(List<TableLoadView> tables);
    }

    /** A block of lines that is written over. */
    private static final class Terminal implements Screen {
        private final PrintWriter out;
        private int shown;

        Terminal(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void show(List<TableLoadView> tables) {
            if (shown > 0) {
                out.print(UP_AND_CLEAR.formatted(shown));
            }
            tables.forEach(table -> out.println(line(table)));
            out.flush();
            shown = tables.size();
        }
    }

    /** A line whenever a table has come further. */
    private static final class Lines implements Screen {
        private final PrintWriter out;
        private final Map<String, String> last = new HashMap<>();

        Lines(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void show(List<TableLoadView> tables) {
            for (var table : tables) {
                var state = table.status() + table.pages() + table.waitingUntil();
                if (!table.status().equals("pending") && !state.equals(last.put(table.table(), state))) {
                    out.println(line(table));
                }
            }
            out.flush();
        }
    }

    private static String line(TableLoadView table) {
        var rows = table.sourceCount() == null
                ? "%,9d rows".formatted(table.recordsExtracted())
                : "%,9d of %,d rows".formatted(table.recordsExtracted(), table.sourceCount());
        return "%-24s %-8s %s %,8d rows/s %5d pages"
                        .formatted(table.table(), table.status(), rows, table.rowsPerSecond(), table.pages())
                + (table.secondsLeft() == null ? "" : ", %,d s left".formatted(table.secondsLeft()))
                + (table.waitingUntil() == null ? "" : ", waiting for ServiceNow until " + table.waitingUntil());
    }
}
