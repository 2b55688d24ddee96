package io.caravana.change;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The copy of the change log in a Redis stream.
 *
 * @param url where Redis is, with user and password; empty: no copy
 * @param stream the key of the stream
 * @param keep how many events the stream keeps, approximately
 * @param everyMillis how often new events are looked for
 */
@Validated
@ConfigurationProperties("caravana.redis")
record RedisProperties(
        @DefaultValue("") @Pattern(regexp = "(rediss?://.+)?", message = "an address such as redis://localhost:6379")
        String url,

        @DefaultValue("servicenow:changes") @NotBlank String stream,
        @DefaultValue("1000000") @Min(1) long keep,
        @DefaultValue("500") @Min(10) long everyMillis) {

    /** Without the address, which has a password. */
    @Override
    public String toString() {
        return "RedisProperties[stream=%s, keep=%d, everyMillis=%d]".formatted(stream, keep, everyMillis);
    }
}
