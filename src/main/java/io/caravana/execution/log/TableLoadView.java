package io.caravana.execution.log;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.time.OffsetDateTime;

/**
 * A table load as people and programs see it.
 *
 * @param seconds since it began; null before
 * @param sourceCount the rows that ServiceNow said match, at the beginning, and at the end when it has ended; null when it
 *     did not say
 * @param hidden the rows of those that the account may not see
 * @param waitingUntil when ServiceNow may be asked again; null while it may be asked
 * @param waitedPauseSeconds what its requests have waited together because nothing might be sent: ServiceNow asked
 *     for that, or has failed several times in a row
 * @param waitedRateSeconds the same because of {@code caravana.servicenow.rate-limit}
 * @param waitedInFlightSeconds the same because as many as may be were in flight
 * @param verdict what the read proved about its completeness
 * @param drift what has changed in the source's columns; null when nothing has
 * @param notes what else its reader should know, such as columns that the dictionary does not show; null when there is nothing
 * @param error why it failed; null when it did not
 */
public record TableLoadView(
        String table,
        String status,
        long recordsExtracted,
        long inserted,
        long updated,
        long unchanged,
        long deleted,
        long rejected,
        long pages,
        long apiRequests,
        BigDecimal seconds,
        Long sourceCount,
        long hidden,
        String verdict,
        OffsetDateTime waitingUntil,
        BigDecimal waitedPauseSeconds,
        BigDecimal waitedRateSeconds,
        BigDecimal waitedInFlightSeconds,
        String drift,
        String notes,
        String error) {

    /** Rows a second so far; 0 before there are any. */
    @JsonProperty
    public long rowsPerSecond() {
        return seconds == null || seconds.signum() == 0 ? 0 : Math.round(recordsExtracted / seconds.doubleValue());
    }

    /** How long it will still take at this pace; null when that cannot be said. */
    @JsonProperty
    public Long secondsLeft() {
        if (!status.equals("running") || sourceCount == null || rowsPerSecond() == 0) {
            return null;
        }
        return Math.max(0, sourceCount - recordsExtracted) / rowsPerSecond();
    }
}
