package io.caravana.execution.worker;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How this worker appears to the others on its database.
 *
 * @param timeout how long a worker that misses its heartbeats counts as alive; after that, others take its loads
 */
@Validated
@ConfigurationProperties("caravana.worker")
record WorkerProperties(
        @DefaultValue("60s") @DurationMin(millis = 100) Duration timeout) {}
