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

    synchronized Instant started() {
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
        return now;
    }

    synchronized void ended(Request request) {
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
