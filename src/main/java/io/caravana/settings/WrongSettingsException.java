package io.caravana.settings;

import java.util.Collection;
import java.util.List;

/** Something that was configured is wrong. */
final class WrongSettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param mistakes a sentence each, with the place, the key and what would be right */
    WrongSettingsException(Collection<String> mistakes) {
        super(String.join(System.lineSeparator(), List.copyOf(mistakes)));
    }
}
