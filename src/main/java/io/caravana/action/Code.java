package io.caravana.action;

import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * A program.
 *
 * @param type {@code flow} or {@code endpoint}: only those have one on HTTP
 * @param source of the version that is live
 * @param timeout how many seconds a run may take
 * @param isProtected whether its endpoint is for members of the project only
 * @param live the version that calls and events run
 * @param test the version that tests run
 */
public record Code(
        UUID id,
        UUID projectUuid,
        String name,
        String type,
        Language language,
        String source,
        int timeout,

        @com.fasterxml.jackson.annotation.JsonProperty("protected")
        boolean isProtected,

        int live,
        int test,
        String createdBy,
        OffsetDateTime createdAt,
        OffsetDateTime updatedAt) {

    /**
     * A source as it once was written.
     *
     * @param source null in a list
     */
    public record Version(
            UUID codeId, int number, String sha256, String source, String createdBy, OffsetDateTime createdAt) {}

    /** What a new code or a change of one says; null: what was said before, or the default. */
    public record Draft(
            String name, String type, Language language, Integer timeout, Boolean isProtected, String source) {}
}
