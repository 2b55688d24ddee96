package io.caravana.action;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** What runs which language in this process. */
@Component
class Engines {

    private final QuickJs quickJs;
    private final ActionProperties properties;

    Engines(QuickJs quickJs, ActionProperties properties) {
        this.quickJs = quickJs;
        this.properties = properties;
    }

    /** @throws ActionException if nothing runs it here */
    Engine of(Language language) {
        if (properties.enabled() && language == Language.JAVASCRIPT) {
            return quickJs;
        }
        throw new ActionException(Failure.SANDBOX_UNAVAILABLE, missing(language));
    }

    private String missing(Language language) {
        return properties.enabled()
                ? "%s does not run here: there is no sandbox for it".formatted(language.inWords())
                : "actions are off in this process: caravana.actions.enabled is false";
    }

    Map<Language, String> names() {
        var names = new LinkedHashMap<Language, String>();
        for (var language : Language.values()) {
            try {
                names.put(language, of(language).name());
            } catch (ActionException missing) {
                names.put(language, missing.getMessage());
            }
        }
        return names;
    }
}
