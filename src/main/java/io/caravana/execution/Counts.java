package io.caravana.execution;

import io.caravana.connector.Wait;
import java.util.Map;

/**
 * How far a table load has come, at one moment.
 *
 * @param extracted records received; the sum of the next four once a page is stored
 * @param unchanged records that the replica already had, value by value
 * @param rejected records that could not be stored
 * @param deleted rows that the source no longer has in the window
 * @param pages pages stored, and pages of keys compared
 * @param apiRequests requests sent, failed ones included
 * @param apiNanos time spent waiting for and reading answers
 * @param dbTransactions transactions committed
 * @param dbNanos time spent writing
 * @param waitNanos what its requests have waited together before they were sent
 * @param jsonBytes size of the answers as JSON
 * @param wireBytes size of the answers as they travelled
 * @param expected rows that ServiceNow counted when the read began; negative before it has said
 */
public record Counts(
        long extracted,
        long inserted,
        long updated,
        long unchanged,
        long rejected,
        long deleted,
        long pages,
        long apiRequests,
        long apiFailures,
        long apiNanos,
        long dbTransactions,
        long dbNanos,
        Map<Wait, Long> waitNanos,
        long jsonBytes,
        long wireBytes,
        long expected) {}
