package io.caravana.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that somebody meant who wrote another. */
public final class Similar {

    private Similar() {}

    /** The known name that is the fewest edits away; empty when all are more than a third of the name away. */
    public static Optional<String> nearest(String name, Collection<String> known) {
        var most = Math.max(2, name.length() / 3);
        return known.stream()
                .filter(other -> edits(name, other) <= most)
                .min(Comparator.comparing((String other) -> edits(name, other)).thenComparing(other -> other));
    }

    /** How many letters have to be put in, taken out or replaced: the Levenshtein distance. */
    private static int edits(String one, String other) {
        var above = new int[other.length() + 1];
        for (int column = 0; column < above.length; column++) {
            above[column] = column;
        }
        for (int row = 1; row <= one.length(); row++) {
            var line = new int[above.length];
            line[0] = row;
            for (int column = 1; column < line.length; column++) {
                var replaced = above[column - 1] + (one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1);
                line[column] = Math.min(replaced, 1 + Math.min(above[column], line[column - 1]));
            }
            above = line;
        }
        return above[other.length()];
    }
}
