package io.caravana.execution.run;

/**
 * What pages of a load have brought.
 *
 * @param sourceCount the rows that ServiceNow counted when the load began; negative: it did not say
 * @param withoutKey records that came without their key
 */
public record PageCounts(
        long sourceCount, long pages, long withoutKey, long inserted, long updated, long unchanged, long rejected) {

    public static final PageCounts NONE = new PageCounts(-1, 0, 0, 0, 0, 0, 0);

    /** All records that came. */
    public long received() {
        return inserted + updated + unchanged + rejected;
    }
}
