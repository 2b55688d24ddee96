package io.caravana.execution;

/**
 * What a read proved about its own completeness.
 *
 * @param sourceCount rows that ServiceNow said match; negative: it was not asked
 * @param received rows that came
 */
public record Verdict(String words, long sourceCount, long received) {

    static final Verdict NOT_READ = new Verdict("not read", -1, 0);

    /** The verdict on a read that came to its proven end. */
    public static Verdict of(long sourceCount, long received, long withoutKey) {
        var complete = sourceCount == received && withoutKey == 0;
        return new Verdict(complete ? "complete" : "incomplete", sourceCount, received);
    }

    /** Whether every row that ServiceNow said matches came, with its key: only then may anything be deleted. */
    public boolean isComplete() {
        return words.equals("complete");
    }
}
