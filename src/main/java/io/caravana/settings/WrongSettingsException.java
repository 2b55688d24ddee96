package io.caravana.settings;

import io.caravana.error.StartException;
import java.util.Collection;

/** Something that was configured is wrong. */
final class WrongSettingsException extends StartException {
    private static final long serialVersionUID = 1L;

    static final String ACTION = "Correct the configuration. docs/configuration.md explains every key.";

    /** @param mistakes a sentence each, with the place, the key and what would be right */
    WrongSettingsException(Collection<String> mistakes) {
        super(String.join(System.lineSeparator(), mistakes), ACTION);
    }
}
