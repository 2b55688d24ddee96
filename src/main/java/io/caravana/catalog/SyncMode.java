package io.caravana.catalog;

/** What is read of a table, and so how its replica is brought up to date. */
public enum SyncMode {
    /** The rows of a period, or all of a table that has no window column. */
    WINDOW,
    /** What has changed since the watermark, and what was deleted. */
    INCREMENTAL,
    /** The keys of all rows; then what differs. */
    KEY_DIFF,
    /** The records that could not be stored. */
    RETRY_REJECTED
}
