package io.caravana.workload;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Which jobs of the plan. An empty list or text, and null, are no condition.
 *
 * @param states words of {@link #STATES}
 * @param isLate whether only late ones
 * @param isWaiting whether only those that wait too long
 * @param text a part of the name of the job or its stream, in any case
 * @param stream the name of a stream
 * @param workstation the name of a workstation
 * @param after where the page before ended
 * @param limit the most jobs of a page
 */
public record JobFilter(
        List<String> states,
        boolean isLate,
        boolean isWaiting,
        String text,
        String stream,
        String workstation,
        String after,
        int limit) {

    /** What a state can be. */
    public static final List<String> STATES = List.of(
            "failed",
            "running",
            "held",
            "blocked",
            "undecided",
            "ready",
            "waiting",
            "unknown",
            "suppressed",
            "done",
            "canceled");

    public static final int USUAL = 50;
    public static final int MOST = 1_000;

    /** Every job, page by page. */
    public static final JobFilter ALL = new JobFilter(List.of(), false, false, null, null, null, null, USUAL);

    /**
     * Reads words of states with commas between them.
     *
     * @throws IllegalArgumentException if one is none
     */
    public static List<String> states(String words) {
        if (words == null || words.isBlank()) {
            return List.of();
        }
        var states = Arrays.stream(words.toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .toList();
        states.stream().filter(state -> !STATES.contains(state)).findFirst().ifPresent(state -> {
            throw new IllegalArgumentException(
                    "state is '%s', which is none of %s".formatted(state, String.join(", ", STATES)));
        });
        return states;
    }

    /** The same with other states. */
    public JobFilter in(List<String> other) {
        return new JobFilter(other, isLate, isWaiting, text, stream, workstation, after, limit);
    }

    /** The same with a text. */
    public JobFilter named(String other) {
        return new JobFilter(states, isLate, isWaiting, other, stream, workstation, after, limit);
    }
}
