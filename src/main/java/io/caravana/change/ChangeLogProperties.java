package io.caravana.change;

import io.caravana.settings.Mistake;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.Validated;

/**
 * How long the change log is kept.
 *
 * @param changes the days of {@code caravana.change_log}; longer while a consumer group has not dealt with them
 * @param changesAtMost the days of {@code caravana.change_log} that go even if a consumer group has not dealt with them
 */
@Validated
@ConfigurationProperties("caravana.retention")
record ChangeLogProperties(
        @DefaultValue("30d") @DurationMin(days = 1) Duration changes,
        @DefaultValue("90d") @DurationMin(days = 1) Duration changesAtMost)
        implements Validator {

    @Override
    public boolean supports(Class<?> type) {
        return type == ChangeLogProperties.class;
    }

    @Override
    public void validate(Object target, Errors errors) {
        if (changesAtMost.compareTo(changes) < 0) {
            Mistake.note(errors, "changesAtMost", "it takes at least caravana.retention.changes");
        }
    }
}
