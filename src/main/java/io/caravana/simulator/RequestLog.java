package io.caravana.simulator;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;

/** The last requests, and how many there were at once. */
final class RequestLog {
    private static final int KEPT = 10_000;

    private final ArrayDeque<Request> requests = new ArrayDeque<>();
    private long total;
    private int inFlight;
    private int maximumInFlight;
    private long second;
    private int inSecond;
    private int maximumPerSecond;

    /** A request that is being answered. */
    final class Visit {
        private final Call call;
        private final String table;
        private final Instant started;
        private boolean isOver;

        private Visit(Call call, String table, Instant started) {
            this.call = call;
            this.table = table;
            this.started = started;
        }

        /** The answer is complete, or was cut off; only the first word on that counts. */
        void ended(int status) {
            synchronized (RequestLog.this) {
                if (!isOver) {
                    isOver = true;
                    add(new Request(
                            call.method(), call.path(), call.parameters(), table, status, started, Instant.now()));
                }
            }
        }
    }

    synchronized Visit started(Call call, String table) {
        var now = Instant.now();
        total++;
        inFlight++;
        maximumInFlight = Math.max(maximumInFlight, inFlight);
        if (now.getEpochSecond() != second) {
            second = now.getEpochSecond();
            inSecond = 0;
        }
        inSecond++;
        maximumPerSecond = Math.max(maximumPerSecond, inSecond);
        return new Visit(call, table, now);
    }

    private void add(Request request) {
        inFlight--;
        if (requests.size() == KEPT) {
            requests.removeFirst();
        }
        requests.addLast(request);
    }

    synchronized List<Request> list() {
        return List.copyOf(requests);
    }

    synchronized Counters counters() {
        return new Counters(total, inFlight, maximumInFlight, maximumPerSecond);
    }

    synchronized void clear() {
        requests.clear();
        total = 0;
        maximumInFlight = inFlight;
        inSecond = 0;
        maximumPerSecond = 0;
    }
}
