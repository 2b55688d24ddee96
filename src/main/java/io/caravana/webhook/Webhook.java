package io.caravana.webhook;

import java.time.OffsetDateTime;
import java.util.List;

/**
 * A program that is told of change events.
 *
 * @param id its id; its consumer group is {@code webhook.<id>}
 * @param url where requests go
 * @param events the types that it is told of
 * @param secret what it verifies requests with; null but for the answers that register it and change the secret
 * @param createdBy who registered it; null: nobody who had signed in
 * @param failingSince since when every request has failed; null: the last one succeeded
 * @param failure why the last request failed
 * @param disabledAt when it was disabled because all requests failed for long; null: it is enabled
 */
public record Webhook(
        String id,
        String url,
        List<String> events,
        String secret,
        String createdBy,
        OffsetDateTime createdAt,
        OffsetDateTime failingSince,
        String failure,
        OffsetDateTime disabledAt) {

    static final String GROUP = "webhook.";

    Webhook with(String shown) {
        return new Webhook(id, url, events, shown, createdBy, createdAt, failingSince, failure, disabledAt);
    }
}
