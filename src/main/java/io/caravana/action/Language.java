package io.caravana.action;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a code is written in. */
public enum Language {
    PYTHON,
    JAVASCRIPT,
    /** Known, and not run. */
    GO;

    @JsonValue
    public String inWords() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Language> of(String words) {
        return Arrays.stream(values())
                .filter(one -> one.inWords().equals(words))
                .findFirst();
    }
}
