package io.caravana.change;

import io.caravana.settings.Mistake;
import jakarta.validation.Valid;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.Validated;

/**
 * The types of change events.
 *
 * @param events which changes are events of which type
 */
@Validated
@ConfigurationProperties("caravana")
record EventTypes(@DefaultValue List<@Valid EventType> events) implements Validator {

    @Override
    public boolean supports(Class<?> type) {
        return type == EventTypes.class;
    }

    @Override
    public void validate(Object target, Errors errors) {
        for (int index = 0; index < events.size(); index++) {
            var event = events.get(index);
            if (event.columns().isEmpty() && event.comparesValues()) {
                Mistake.note(
                        errors,
                        "events[%d].columns".formatted(index),
                        "from, to and reaches compare values of columns: it takes at least one");
            }
        }
    }
}
