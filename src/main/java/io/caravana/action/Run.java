package io.caravana.action;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

/**
 * One run of a code.
 *
 * @param cause what made it run: {@code endpoint}, {@code call}, {@code test}, {@code event} or {@code replay}
 * @param status {@code queued}, {@code started}, {@code completed} or {@code failed}
 * @param failure why it failed, as {@link Failure} has it
 * @param line the line of the source at which it failed, where that is known
 * @param subscription what it runs on events for; null: a call
 * @param event the event that it runs on
 * @param attempt counts from 1
 * @param result the answer's body, or why it failed
 * @param extra the answer's {@code status_code}, {@code content_type} and {@code headers}
 * @param engine what ran it
 */
public record Run(
        UUID id,
        UUID codeId,
        int version,
        String cause,
        String status,
        String failure,
        Integer line,
        String method,
        JsonNode params,
        String body,
        JsonNode headers,
        UUID subscription,
        String event,
        int attempt,
        String result,
        JsonNode extra,
        String engine,
        Integer exitCode,
        Long wallMillis,
        Long cpuMillis,
        Long peakKib,
        Long outputBytes,
        String createdBy,
        OffsetDateTime createdAt,
        OffsetDateTime updatedAt) {

    /** @param type {@code debug}, {@code info}, {@code warning} or {@code error} */
    public record Line(long id, UUID runId, UUID codeId, String type, String content, OffsetDateTime createdAt) {}

    /** @param page counts from 1 */
    public record Lines(List<Line> data, long total, long page, long lastPage) {}
}
