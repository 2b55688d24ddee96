package io.caravana.settings;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where the process finds things, and what it does by itself. Conditions and routes read these by their names; here they
 * are checked and explained.
 *
 * @param dataDir the embedded PostgreSQL's files
 * @param routesDir the routes
 * @param demo whether a server without {@code SERVICENOW_URL} loads the two main jobs at its start and shows them
 * @param timers whether jobs with a {@code cron} start by themselves in this process
 * @param resumeWithin how long after an interruption a load resumes, by itself or when it is started again; 0: never
 * @param pagesAtOnce how many pages are parsed or stored at once; 0: as many as there are processors, at least 2. Try
 *     more if PostgreSQL has more processors than Caravana
 */
@Validated
@ConfigurationProperties("caravana")
record ProcessProperties(
        @DefaultValue("./data") @NotBlank String dataDir,
        @DefaultValue("./routes") @NotBlank String routesDir,
        @DefaultValue("true") boolean demo,
        @DefaultValue("true") boolean timers,
        @DefaultValue("24h") Duration resumeWithin,
        @DefaultValue("0") @Min(0) int pagesAtOnce) {}
