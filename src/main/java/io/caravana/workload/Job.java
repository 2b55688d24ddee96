package io.caravana.workload;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.OffsetDateTime;
import java.util.List;

/**
 * A job as it was seen last. What the engine does not say is null.
 *
 * @param state a word of {@link JobFilter#STATES}
 * @param status the engine's own word
 * @param lateReason engine, deadline or duration; null: it is not late
 * @param waiting whether it should have started five minutes ago
 * @param waitsFor kinds of dependencies, TIME, LIMIT and so on
 * @param waitsOn names of what it waits for, at most three, as far as they are known
 * @param estimatedSeconds how long the engine thinks that it runs
 * @param usualSeconds the median of its runs on such a day; null: there are too few
 * @param asOf when the engine was asked
 * @param place where it stands in a list
 */
public record Job(
        String id,
        String name,
        String stream,
        String workstation,
        String state,
        String status,
        String substatus,
        Integer priority,
        Boolean critical,
        boolean late,
        String lateReason,
        boolean waiting,
        List<String> waitsFor,
        List<String> waitsOn,
        OffsetDateTime scheduledAt,
        OffsetDateTime startsAt,
        OffsetDateTime deadlineAt,
        OffsetDateTime startedAt,
        OffsetDateTime endedAt,
        Long estimatedSeconds,
        Long usualSeconds,
        String runId,
        Integer attempt,
        Integer failedRuns,
        Integer returnCode,
        OffsetDateTime asOf,
        @JsonIgnore String place) {

    /** One run. */
    public record Run(
            String id,
            Integer attempt,
            String state,
            String status,
            String rerunType,
            Integer returnCode,
            OffsetDateTime startedAt,
            OffsetDateTime endedAt,
            Long seconds) {}

    /**
     * What it waits for, or waited for.
     *
     * @param jobId the job, where it is one
     */
    public record Dependency(String kind, String what, String jobId, String status, Boolean satisfied) {}

    /** A ticket about a failed run. */
    public record Ticket(String table, String sysId, String number, String runId, String foundBy) {}

    /**
     * A job around another.
     *
     * @param depth how many steps before (negative) or after it
     */
    public record Neighbour(int depth, Job job) {}

    /** What stands between two jobs: the first must end before the second. */
    public record Edge(String from, String to) {}

    /** The jobs around one, itself among them with depth 0. */
    public record Neighbourhood(List<Neighbour> jobs, List<Edge> edges) {}
}
