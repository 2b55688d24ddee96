package io.caravana.assistant;

import java.util.Arrays;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.ResourceBundle.Control;

/** The sentences of answers, in one language. */
final class Sayings {

    private final ResourceBundle sentences;

    Sayings(boolean isPortuguese) {
        this.sentences = ResourceBundle.getBundle(
                "io.caravana.assistant.sayings",
                isPortuguese ? Locale.forLanguageTag("pt") : Locale.ROOT,
                Control.getNoFallbackControl(Control.FORMAT_PROPERTIES));
    }

    /** A sentence with values in place of {@code {0}} and so on; values are put in as they are. */
    String of(String key, Object... values) {
        var text = sentences.getString(key);
        for (var i = 0; i < values.length; i++) {
            text = text.replace("{" + i + "}", "\u0000" + i + "\u0000");
        }
        var parts = text.split("\u0000", -1);
        var said = new StringBuilder();
        for (var i = 0; i < parts.length; i++) {
            said.append(i % 2 == 0 ? parts[i] : Arrays.asList(values).get(Integer.parseInt(parts[i])));
        }
        return said.toString();
    }

    /** What a job's state is called. */
    String state(String state) {
        return sentences.containsKey("state." + state) ? sentences.getString("state." + state) : state;
    }
}
