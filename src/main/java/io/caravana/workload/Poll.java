package io.caravana.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One read of the plan, page by page: all of it, or what is not final. Pages of jobs go by key, as places in a list shift while the plan
 * moves; other lists are short and go by offset.
 */
final class Poll {

    /** A run with one of these needs no further look; a word that is not known does. */
    static final String OPEN = "jobruns.commonStatus NOT IN ('SUCCESSFUL', 'CANCELED', 'COMPLETED')";

    private static final int AT_ONCE = 50;

    /** What is listed. */
    enum Kind {
        INFO("/engine/info"),
        WORKSTATION("/plan/workstation"),
        RESOURCE("/plan/resource"),
        JOBSTREAM("/plan/jobstream"),
        JOB("/plan/job");

        private final String path;

        Kind(String path) {
            this.path = path;
        }
    }

    private final boolean isFull;
    private final Instant begun;
    private final int pageSize;
    private final boolean byKey;
    private final Deque<Kind> parts = new ArrayDeque<>();
    private final Deque<List<String>> leftovers = new ArrayDeque<>();
    private final Set<String> jobs = new HashSet<>();
    private final Set<String> streams = new HashSet<>();
    private final Set<String> plans = new LinkedHashSet<>();
    private String last = "";
    private int offset;
    private Instant asked;
    private JsonNode page;
    private String version;
    private Kind kind = Kind.JOB;
    private boolean hasReadAgain;

    /** @param byKey whether the engine takes conditions on ids */
    Poll(boolean isFull, Instant begun, int pageSize, boolean byKey) {
        this.isFull = isFull;
        this.begun = begun;
        this.pageSize = pageSize;
        this.byKey = byKey;
        parts.addAll(isFull ? List.of(Kind.values()) : List.of(Kind.JOB));
    }

    boolean hasMore() {
        return !parts.isEmpty() || !leftovers.isEmpty();
    }

    EngineRequest next(Instant now) {
        asked = now;
        kind = parts.isEmpty() ? Kind.JOB : parts.peek();
        if (parts.isEmpty()) {
            var ids = leftovers.peek().stream().map(EngineRequest::quoted).collect(Collectors.joining(", "));
            return EngineRequest.of(Kind.JOB.path).with("limit", AT_ONCE).with("oql", "id IN (" + ids + ")");
        }
        var request = EngineRequest.of(parts.peek().path);
        return switch (parts.peek()) {
            case INFO -> request;
            case JOB -> jobs(request);
            default -> request.with("limit", pageSize).with("offset", offset);
        };
    }

    private EngineRequest jobs(EngineRequest request) {
        var conditions = new ArrayList<String>();
        if (!isFull) {
            conditions.add(OPEN);
        }
        if (byKey && !last.isEmpty()) {
            conditions.add("id > " + EngineRequest.quoted(last));
        }
        var oql = (String.join(" AND ", conditions) + " ORDER BY id ASC").strip();
        return request.with("limit", pageSize)
                .with("offset", byKey ? 0 : offset)
                .with("oql", oql);
    }

    /** The engine sends the same page again: it does not take conditions on ids. */
    static final class KeysIgnored extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Takes an answer.
     *
     * @throws KeysIgnored if no more pages will come by key
     */
    void take(JsonNode answer) {
        page = answer.path("results").isArray() ? answer.path("results") : JsonNodeFactory.instance.arrayNode();
        if (parts.isEmpty()) {
            leftovers.remove();
            return;
        }
        switch (parts.peek()) {
            case INFO -> {
                version = answer.path("displayVersion").asText(null);
                parts.remove();
            }
            case JOB -> takeJobs();
            default -> {
                if (parts.peek() == Kind.JOBSTREAM) {
                    page.forEach(stream -> streams.add(stream.path("id").asText()));
                }
                offset += page.size();
                turn(page.size() < pageSize);
            }
        }
    }

    private void takeJobs() {
        var before = jobs.size();
        for (var job : page) {
            last = job.path("id").asText("");
            jobs.add(last);
            plans.add(job.path("planId").asText(""));
        }
        if (byKey && !page.isEmpty() && jobs.size() == before) {
            throw new KeysIgnored();
        }
        offset += page.size();
        turn(page.isEmpty() || !byKey && page.size() < pageSize);
    }

    private void turn(boolean isLast) {
        if (isLast) {
            parts.remove();
            offset = 0;
        }
    }

    /** Whether it is to be seen now what has become of jobs that were open; that is so once. */
    boolean isToReadAgain() {
        var isNow = !isFull && parts.isEmpty() && !hasReadAgain;
        hasReadAgain |= isNow;
        return isNow;
    }

    /** What is stored as open and was not among what is read: it has become final, or has left the plan. */
    void readAgain(Collection<String> open) {
        var missed = open.stream().filter(id -> !jobs.contains(id)).toList();
        for (var from = 0; from < missed.size(); from += AT_ONCE) {
            leftovers.add(missed.subList(from, Math.min(missed.size(), from + AT_ONCE)));
        }
    }

    /** What the last request asked for. */
    Kind kind() {
        return kind;
    }

    JsonNode page() {
        return page;
    }

    boolean isFull() {
        return isFull;
    }

    /** Whether all jobs were of one plan: while the engine turns to the next one, a read proves nothing. */
    boolean isOfOnePlan() {
        return plans.size() <= 1;
    }

    String plan() {
        return plans.isEmpty() ? null : plans.iterator().next();
    }

    Instant begun() {
        return begun;
    }

    Instant asked() {
        return asked;
    }

    /** Whether pages went by key. */
    boolean isByKey() {
        return byKey;
    }

    Set<String> jobIds() {
        return jobs;
    }

    Set<String> streamIds() {
        return streams;
    }

    String version() {
        return version;
    }
}
