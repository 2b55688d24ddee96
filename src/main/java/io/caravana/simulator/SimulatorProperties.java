package io.caravana.simulator;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the built-in ServiceNow, which runs only while {@code caravana.servicenow.url} is not set, or is {@code simulator}.
 *
 * @param port local port to listen on; 0 takes any free one
 * @param seed start of everything random; the same seed on the same UTC day gives the same rows
 * @param incidents how many incidents to make, approximately
 * @param days over how many days up to the start of today (UTC) the incidents were opened
 * @param changesPerMinute how many changes happen by themselves each minute; 0 keeps the data still
 * @param data folder of {@code <table>.jsonl.gz} files to serve in place of made-up data; empty for made-up data
 * @param username user of basic authentication, and client id of OAuth
 * @param password password of basic authentication, and client secret of OAuth
 * @param latency how long every answer is delayed
 * @param apiKey key that is accepted in the header x-sn-apikey, and as a bearer token by the workload engine; empty: none
 * @param jobs how many jobs the plan of the workload engine has a day
 */
@ConfigurationProperties("caravana.simulator")
@Validated
public record SimulatorProperties(
        @DefaultValue("0") @Min(0) @Max(65_535) int port,
        @DefaultValue("42") long seed,
        @DefaultValue("5000") @Min(0) @Max(10_000_000) int incidents,
        @DefaultValue("90") @Min(1) @Max(3_650) int days,
        @DefaultValue("0") @Min(0) @Max(60_000) int changesPerMinute,
        @DefaultValue("") String data,
        @DefaultValue("caravana") @NotBlank String username,
        @DefaultValue("caravana") @NotBlank String password,
        @DefaultValue("0s") @NotNull Duration latency,
        @DefaultValue("") String apiKey,
        @DefaultValue("400") @Min(1) @Max(100_000) int jobs) {

    /** The defaults, on any free port. */
    public static SimulatorProperties defaults() {
        return new SimulatorProperties(0, 42, 5_000, 90, 0, "", "caravana", "caravana", Duration.ZERO, "", 400);
    }

    /** The same settings with another number of incidents. */
    public SimulatorProperties withIncidents(int number) {
        return new SimulatorProperties(
                port, seed, number, days, changesPerMinute, data, username, password, latency, apiKey, jobs);
    }

    /** The same settings, serving the files of a folder. */
    public SimulatorProperties withData(String folder) {
        return new SimulatorProperties(
                port, seed, incidents, days, changesPerMinute, folder, username, password, latency, apiKey, jobs);
    }

    /** The same settings with another account, and an API key. */
    public SimulatorProperties withAccount(String name, String secret, String key) {
        return new SimulatorProperties(
                port, seed, incidents, days, changesPerMinute, data, name, secret, latency, key, jobs);
    }

    /** The same settings with another number of jobs a day. */
    public SimulatorProperties withJobs(int number) {
        return new SimulatorProperties(
                port, seed, incidents, days, changesPerMinute, data, username, password, latency, apiKey, number);
    }

    @Override
    public String toString() {
        return "SimulatorProperties[port=%d, seed=%d, incidents=%d, days=%d, changesPerMinute=%d, data=%s, username=%s, latency=%s]"
                .formatted(port, seed, incidents, days, changesPerMinute, data, username, latency);
    }
}
