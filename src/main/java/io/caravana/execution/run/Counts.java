package io.caravana.execution.run;

import java.util.Map;

/**
 * How far a table load has come, at one moment.
 *
 * @param numbers all that is counted
 * @param expected rows that ServiceNow counted when the read began; negative before it has said
 */
public record Counts(Map<Count, Long> numbers, long expected) {

    public long of(Count what) {
        return numbers.get(what);
    }
}
