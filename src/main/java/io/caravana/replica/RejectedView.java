package io.caravana.replica;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.OffsetDateTime;

/**
 * A record that could not be stored, as people and programs see it.
 *
 * @param id its number on the list, to go on behind
 * @param executionId the execution that rejected it last
 * @param table the replica table
 * @param sysId null when it came without one
 * @param column the column whose value was wrong; null when it is none
 * @param times how often it came and was rejected
 * @param record the record itself, a JSON object
 */
public record RejectedView(
        long id,
        String executionId,
        String table,
        String sysId,
        String column,
        String reason,
        long times,
        OffsetDateTime firstSeenAt,
        OffsetDateTime lastSeenAt,
        @JsonRawValue String record) {}
