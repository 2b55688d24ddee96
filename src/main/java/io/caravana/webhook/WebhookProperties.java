package io.caravana.webhook;

import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Programs that are told of change events over HTTP. Nobody can register as long as there is no secret.
 *
 * @param masterSecret what the secrets of all webhooks are derived from, at least 32 characters; empty: webhooks are off
 * @param privateHosts hosts that may have addresses on this machine or in private networks; requests to all others there are refused
 * @param plainHttp whether addresses may begin with {@code http://}
 * @param timeout how long a receiver may take to answer
 * @param disableAfter how long every request may fail until the webhook is disabled
 * @param rotation how long requests are also signed with the secret before, after a change of secrets
 */
@Validated
@ConfigurationProperties("caravana.webhooks")
record WebhookProperties(
        @DefaultValue("") @Pattern(regexp = "|.{32,}", message = "a text of at least 32 characters")
        String masterSecret,

        @DefaultValue List<String> privateHosts,
        @DefaultValue("false") boolean plainHttp,
        @DefaultValue("10s") Duration timeout,
        @DefaultValue("3d") Duration disableAfter,
        @DefaultValue("24h") Duration rotation) {

    boolean isOn() {
        return !masterSecret.isEmpty();
    }

    @Override
    public String toString() {
        return "Webhooks";
    }
}
