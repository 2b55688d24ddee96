package io.caravana.execution.run;

/**
 * What a read proved about its own completeness.
 *
 * @param words {@code complete}; {@code incomplete}: rows are hidden or came without their key; {@code changed while
 *     reading}: rows came or went meanwhile; {@code not counted}: all that is visible came, but ServiceNow did not say
 *     how many rows there are; {@code not read}
 * @param sourceCount rows that ServiceNow said match, at the end; negative: it was not asked
 * @param received rows that came
 */
public record Verdict(String words, long sourceCount, long received) {

    public static final String NOT_COUNTED = "not counted";

    static final Verdict NOT_READ = new Verdict("not read", -1, 0);

    /**
     * The verdict on a read that came to its proven end.
     *
     * @param before rows that matched when it began; negative: unknown
     * @param after rows that matched when it had ended; negative: unknown
     * @param received rows that came
     * @param withoutKey those of them that came without their key
     */
    public static Verdict of(long before, long after, long received, long withoutKey) {
        if (received < Math.min(before, after) || withoutKey > 0) {
            return new Verdict("incomplete", after, received);
        }
        if (before < 0 || after < 0) {
            return new Verdict(NOT_COUNTED, -1, received);
        }
        var quiet = before == after && received == after;
        return new Verdict(quiet ? "complete" : "changed while reading", after, received);
    }

    /** The verdict on both reads together. */
    public Verdict and(Verdict other) {
        var worse = isComplete() || equals(NOT_READ) ? other.words : words;
        return new Verdict(worse, Math.max(0, sourceCount) + other.sourceCount, received + other.received);
    }

    /** Rows that ServiceNow counted and did not show: its access rules hide them from the account. */
    public long hidden() {
        return words.equals("incomplete") ? Math.max(0, sourceCount - received) : 0;
    }

    /** Whether every row that ServiceNow said matches came, with its key: only then may anything be deleted. */
    public boolean isComplete() {
        return words.equals("complete");
    }
}
