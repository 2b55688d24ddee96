package io.caravana.action;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Programs of the customer's: what a run of one may use.
 *
 * @param enabled whether this process runs them
 * @param timeout how long a run may take, where its code does not say
 * @param cpu how much processor time a run may use, all its processes together
 * @param embeddedMemory the most memory of a run inside this process
 * @param resultSize the largest answer of a run
 * @param bodySize the largest body of a call
 * @param sourceSize the largest source of a code
 * @param logLine the most characters of a line that a code logs; the rest is cut off
 * @param logLines the most lines that a run logs; the rest is dropped
 * @param concurrent how many runs this process does at once
 * @param waiting how many more calls may wait for one of those to end; what comes then is refused
 * @param patience how long a call waits
 * @param callsPerMinute how often a code may be called in a minute, all workers together
 */
@Validated
@ConfigurationProperties("caravana.actions")
public record ActionProperties(
        @DefaultValue("true") boolean enabled,

        @DefaultValue("60s") @DurationMin(seconds = 5) @DurationMax(seconds = 120)
        Duration timeout,

        @DefaultValue("10s") @DurationMin(seconds = 1) @DurationMax(seconds = 120)
        Duration cpu,

        @DefaultValue("32MB") DataSize embeddedMemory,
        @DefaultValue("1MB") DataSize resultSize,
        @DefaultValue("1MB") DataSize bodySize,
        @DefaultValue("1MB") DataSize sourceSize,
        @DefaultValue("8000") @Min(100) @Max(100_000) int logLine,
        @DefaultValue("1000") @Min(1) @Max(100_000) int logLines,
        @DefaultValue("4") @Min(1) @Max(64) int concurrent,
        @DefaultValue("4") @Min(0) @Max(1_000) int waiting,
        @DefaultValue("2s") Duration patience,
        @DefaultValue("600") @Min(1) @Max(1_000_000) int callsPerMinute) {}
