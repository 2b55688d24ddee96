package io.caravana.change;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How long the change log is kept.
 *
 * @param changes the days of {@code caravana.change_log}
 */
@Validated
@ConfigurationProperties("caravana.retention")
record ChangeLogProperties(
        @DefaultValue("30d") @DurationMin(days = 1) Duration changes) {}
