package io.caravana.servicenow;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An encoded query in its parts. A caret ends a part; two carets are a caret in a value. A query about other records, from
 * {@code RLQUERY} to {@code ENDRLQUERY}, is one part: what stands in it is none of the table's own conditions.
 */
final class QueryParts {

    private static final Pattern PART = Pattern.compile("((?:[^^]|\\^\\^)*+)(\\^|$)", Pattern.DOTALL);
    private static final Pattern BLOCK = Pattern.compile("(?:OR|NQ)?(RLQUERY|SUBQUERY).*", Pattern.DOTALL);

    private QueryParts() {}

    /** The parts, without the carets between them; none of an empty query. */
    static List<String> of(String query) {
        var parts = new ArrayList<String>();
        var end = Optional.<String>empty();
        for (var part : pieces(query)) {
            if (end.isPresent()) {
                parts.set(parts.size() - 1, parts.get(parts.size() - 1) + "^" + part);
                end = end.filter(last -> !last.equals(part));
            } else {
                parts.add(part);
                end = endOf(part);
            }
        }
        return parts;
    }

    private static List<String> pieces(String query) {
        var pieces = new ArrayList<String>();
        var part = PART.matcher(query);
        while (!query.isEmpty() && part.find()) {
            pieces.add(part.group(1));
            if (part.group(2).isEmpty()) {
                break;
            }
        }
        return pieces;
    }

    /** What ends the query about other records that a part begins; empty when it begins none. */
    static Optional<String> endOf(String part) {
        var block = BLOCK.matcher(part);
        return block.matches() ? Optional.of("END" + block.group(1)) : Optional.empty();
    }
}
