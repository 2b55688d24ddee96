package io.caravana.knowledge;

import java.util.Set;
import java.util.stream.Collectors;

/** How much of a question a text has. */
public final class Similarity {

    private Similarity() {}

    /** The share of a question's words that a text has, in whatever form, from 0 to 1; 0 for a question without words. */
    public static double of(String question, String text) {
        var asked = stems(question);
        var has = stems(text);
        return asked.isEmpty()
                ? 0
                : (double) asked.stream().filter(has::contains).count() / asked.size();
    }

    private static Set<String> stems(String text) {
        return Words.of(text).stream()
                .flatMap(token -> token.parts().stream())
                .map(Words.Word::stem)
                .collect(Collectors.toSet());
    }
}
