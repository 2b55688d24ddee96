package io.caravana.desk;

import java.util.List;
import java.util.Locale;

/** The languages of the desk. */
enum Language {
    EN(Locale.ENGLISH),
    PT(Locale.forLanguageTag("pt-BR"));

    /** The cookie with what somebody has switched to. */
    static final String COOKIE = "caravana-language";

    private final Locale locale;

    Language(Locale locale) {
        this.locale = locale;
    }

    /** The one that a browser prefers. */
    static Language of(String accepted) {
        if (accepted == null || accepted.isBlank()) {
            return EN;
        }
        try {
            var found = Locale.lookup(
                    Locale.LanguageRange.parse(accepted), List.of(Locale.ENGLISH, Locale.forLanguageTag("pt")));
            return found != null && found.getLanguage().equals("pt") ? PT : EN;
        } catch (IllegalArgumentException malformed) {
            return EN;
        }
    }

    Locale locale() {
        return locale;
    }

    /** Its code, as in the names of states. */
    String code() {
        return locale.getLanguage();
    }

    Language other() {
        return this == EN ? PT : EN;
    }
}
