package io.caravana.settings;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Says which setting is wrong and what to set; before Boot's own, which knows of neither files nor variables. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class WrongValueFailureAnalyzer extends AbstractFailureAnalyzer<InvalidConfigurationPropertyValueException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidConfigurationPropertyValueException cause) {
        var value = String.valueOf(cause.getValue());
        return new FailureAnalysis(
                "%s%s: %s"
                        .formatted(
                                cause.getName(),
                                cause.getValue() == null || value.isBlank() ? "" : " is '" + value + "'",
                                cause.getReason()),
                WrongSettingsException.ACTION,
                cause);
    }
}
