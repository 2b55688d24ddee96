package io.caravana.settings;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what is wrong in the configuration in place of a stack trace. */
class WrongSettingsFailureAnalyzer extends AbstractFailureAnalyzer<WrongSettingsException> {

    static final String ACTION = "Correct the configuration. docs/configuration.md explains every key.";

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, WrongSettingsException cause) {
        return new FailureAnalysis(cause.getMessage(), ACTION, cause);
    }
}
