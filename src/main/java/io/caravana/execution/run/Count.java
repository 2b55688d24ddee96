package io.caravana.execution.run;

import java.util.Locale;

/** What is counted while a table is loaded; each is a column of {@code caravana.table_load}. Times are counted in nanoseconds. */
public enum Count {
    /** Records received; once a page is stored, the sum of the next four. */
    RECORDS_EXTRACTED,
    INSERTED,
    UPDATED,
    /** Records that the replica already had, value by value. */
    UNCHANGED,
    /** Records that could not be stored. */
    REJECTED,
    /** Rows that the source no longer has. */
    DELETED,
    /** Pages stored, and pages of keys compared. */
    PAGES,
    /** Requests sent, failed ones included. */
    API_REQUESTS,
    API_FAILURES,
    /** Waiting for answers and reading them. */
    API_SECONDS,
    /** Transactions committed. */
    DB_TRANSACTIONS,
    /** Writing. */
    DB_SECONDS,
    /** What all requests together have waited before they were sent, by {@link io.caravana.connector.Wait}. */
    WAITED_PAUSE_SECONDS,
    WAITED_RATE_SECONDS,
    WAITED_IN_FLIGHT_SECONDS,
    /** Size of the answers as JSON. */
    JSON_BYTES,
    /** Size of the answers as they travelled. */
    WIRE_BYTES;

    /** The column of {@code caravana.table_load}, and the name of its parameter. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** An expression for the column's value by that parameter. */
    public String value() {
        return ":" + column() + (name().endsWith("_SECONDS") ? " / 1e9" : "");
    }
}
