package io.caravana.pipeline;

import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How often a step that failed is tried again; {@code routes/errors.camel.yaml} says which steps.
 *
 * @param attempts how often a step is retried
 * @param firstDelayMillis the delay before the first retry, in milliseconds; it doubles with each retry
 * @param longestDelayMillis the longest delay, in milliseconds
 */
@Validated
@ConfigurationProperties("caravana.retry")
record RetryProperties(
        @DefaultValue("6") @Min(0) int attempts,
        @DefaultValue("500") @Min(0) long firstDelayMillis,
        @DefaultValue("30000") @Min(1) long longestDelayMillis) {}
