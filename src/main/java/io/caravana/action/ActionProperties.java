package io.caravana.action;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
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
 * @param memory the most memory of a run in a sandbox, all its processes together
 * @param processes the most processes and threads of a run in a sandbox
 * @param files the most files that a process in a sandbox may have open
 * @param output how much a run in a sandbox may print
 * @param readyWorkers how many processes are kept ready for each language in a sandbox, once it has been used
 * @param javascript what runs JavaScript: {@code auto} is Node in a sandbox where there is one, else QuickJS inside this process
 * @param libraries a folder that programs in a sandbox may read as {@code /libraries}; empty: none
 * @param embeddedMemory the most memory of a run inside this process
 * @param resultSize the largest answer of a run
 * @param bodySize the largest body of a call
 * @param sourceSize the largest source of a code
 * @param logLine the most characters of a line that a code logs; the rest is cut off
 * @param logLines the most lines that a run logs; the rest is dropped
 * @param concurrent how many runs this process does at once
 * @param waiting how many more calls may wait for one of those to end; what comes then is refused
 * @param patience how long a call waits
 * @param perProject how many runs on events a project may have going at once, in all workers together
 * @param retries how long after a failure a run on an event is tried again, each time; after the last it is a dead letter
 * @param privateHosts hosts that may have addresses on this machine or in private networks, and be asked by http://
 * @param secretKey what secrets of projects are sealed with, 32 bytes in Base64; empty: there are none
 * @param keepRuns how long runs are kept
 * @param keepLogs how long lines of logs are kept, in whole days
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

        @DefaultValue("256MB") DataSize memory,
        @DefaultValue("32") @Min(8) @Max(1_000) int processes,
        @DefaultValue("64") @Min(16) @Max(1_000) int files,
        @DefaultValue("1MB") DataSize output,
        @DefaultValue("2") @Min(0) @Max(64) int readyWorkers,
        @DefaultValue("auto") JavaScript javascript,
        @DefaultValue("") String libraries,
        @DefaultValue("32MB") DataSize embeddedMemory,
        @DefaultValue("1MB") DataSize resultSize,
        @DefaultValue("1MB") DataSize bodySize,
        @DefaultValue("1MB") DataSize sourceSize,
        @DefaultValue("8000") @Min(100) @Max(100_000) int logLine,
        @DefaultValue("1000") @Min(1) @Max(100_000) int logLines,
        @DefaultValue("4") @Min(1) @Max(64) int concurrent,
        @DefaultValue("4") @Min(0) @Max(1_000) int waiting,
        @DefaultValue("2s") Duration patience,
        @DefaultValue("2") @Min(1) @Max(64) int perProject,
        @DefaultValue({"1m", "5m", "30m"}) List<Duration> retries,
        @DefaultValue List<String> privateHosts,

        @DefaultValue("")
        @Pattern(
                regexp = "|[A-Za-z0-9+/]{43}=",
                message = "32 bytes in Base64, as 'openssl rand -base64 32' prints them")
        String secretKey,

        @DefaultValue("30d") @DurationMin(days = 1) Duration keepRuns,
        @DefaultValue("30d") @DurationMin(days = 1) Duration keepLogs,
        @DefaultValue("600") @Min(1) @Max(1_000_000) int callsPerMinute) {

    @Override
    public String toString() {
        return "Actions";
    }

    /** What runs JavaScript. */
    enum JavaScript {
        AUTO,
        NODE,
        QUICKJS
    }
}
