package io.caravana.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The query language of the workload engine's second interface: {@code name LIKE 'FOLHA@' AND priority > 0 ORDER BY id ASC}. */
final class Oql {
    private static final Pattern TOKEN = Pattern.compile("\\s*('[^']*'|[<>!]=|[=<>(),]|[^\\s=<>!(),']+)");
    private static final Set<String> WORDS = Set.of("AND", "OR", "ORDER", "BY", "IN", "NOT", "LIKE", "ASC", "DESC");

    private final List<String> tokens = new ArrayList<>();
    private final Set<String> fields;
    private int place;

    /**
     * What a query says.
     *
     * @param order null where it says none
     */
    record Query(Predicate<JsonNode> where, Comparator<JsonNode> order) {}

    /** The query cannot be read, or names what is no field. */
    static final class SyntaxError extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SyntaxError(String message) {
            super(message);
        }
    }

    private Oql(String text, Set<String> fields) {
        this.fields = fields;
        var matcher = TOKEN.matcher(text);
        var end = 0;
        while (end < text.length() && matcher.find(end) && matcher.start() == end) {
            tokens.add(matcher.group(1));
            end = matcher.end();
        }
        if (!text.substring(end).isBlank()) {
            throw new SyntaxError("cannot be read at position " + end);
        }
    }

    /**
     * Reads a query; an empty one is all.
     *
     * @param fields those that there are, with dots
     * @throws SyntaxError where it is none
     */
    static Query parse(String text, Set<String> fields) {
        var oql = new Oql(text, fields);
        Predicate<JsonNode> where = oql.at("ORDER") || oql.isOver() ? node -> true : oql.or();
        var order = oql.isOver() ? null : oql.order();
        if (!oql.isOver()) {
            throw new SyntaxError("unexpected " + oql.tokens.get(oql.place));
        }
        return new Query(where, order);
    }

    private boolean isOver() {
        return place >= tokens.size();
    }

    private boolean at(String word) {
        return !isOver() && tokens.get(place).equalsIgnoreCase(word);
    }

    private boolean take(String word) {
        if (at(word)) {
            place++;
            return true;
        }
        return false;
    }

    private String next() {
        if (isOver()) {
            throw new SyntaxError("ends too early");
        }
        return tokens.get(place++);
    }

    private void expect(String word) {
        if (!take(word)) {
            throw new SyntaxError("%s is missing".formatted(word));
        }
    }

    private Predicate<JsonNode> or() {
        var one = and();
        while (take("OR")) {
            one = one.or(and());
        }
        return one;
    }

    private Predicate<JsonNode> and() {
        var one = condition();
        while (take("AND")) {
            one = one.and(condition());
        }
        return one;
    }

    private Predicate<JsonNode> condition() {
        if (take("(")) {
            var inner = or();
            expect(")");
            return inner;
        }
        var field = field();
        var isNegated = take("NOT");
        if (take("LIKE")) {
            var pattern = like(value());
            return any(field, isNegated, text -> pattern.matcher(text).matches());
        }
        if (take("IN")) {
            expect("(");
            var values = new ArrayList<String>();
            do {
                values.add(value());
            } while (take(","));
            expect(")");
            return any(field, isNegated, values::contains);
        }
        if (isNegated) {
            throw new SyntaxError("NOT stands before IN and LIKE only");
        }
        var operator = next();
        var value = value();
        return any(field, false, text -> fits(operator, compare(text, value)));
    }

    private static boolean fits(String operator, int order) {
        IntPredicate fits = switch (operator) {
            case "=" -> one -> one == 0;
            case "!=" -> one -> one != 0;
            case "<" -> one -> one < 0;
            case "<=" -> one -> one <= 0;
            case ">" -> one -> one > 0;
            case ">=" -> one -> one >= 0;
            default -> throw new SyntaxError("%s is no operator".formatted(operator));
        };
        return fits.test(order);
    }

    private static int compare(String one, String other) {
        var number = "-?\\d{1,15}";
        return one.matches(number) && other.matches(number)
                ? Long.compare(Long.parseLong(one), Long.parseLong(other))
                : one.compareTo(other);
    }

    private static Pattern like(String value) {
        var pattern = new StringBuilder();
        value.codePoints()
                .forEach(point -> pattern.append(
                        switch (point) {
                            case '@' -> ".*";
                            case '?' -> ".";
                            default -> Pattern.quote(Character.toString(point));
                        }));
        return Pattern.compile(pattern.toString(), Pattern.DOTALL);
    }

    private String field() {
        var name = next();
        if (!fields.contains(name)) {
            throw new SyntaxError("%s is no field".formatted(name));
        }
        return name;
    }

    private String value() {
        var token = next();
        if (token.startsWith("'")) {
            return token.substring(1, token.length() - 1);
        }
        if (!token.matches("[\\w.:-]+") || WORDS.contains(token)) {
            throw new SyntaxError("%s is no value".formatted(token));
        }
        return token;
    }

    private Comparator<JsonNode> order() {
        expect("ORDER");
        expect("BY");
        // a list may be sorted by key.name, which no condition takes
        var field = (take("key.name") ? "name" : field()).split("\\.");
        Function<JsonNode, String> key =
                node -> values(node, field, 0).stream().findFirst().orElse("");
        Comparator<JsonNode> order = (one, other) -> compare(key.apply(one), key.apply(other));
        return take("DESC") ? order.reversed() : take("ASC") ? order : order;
    }

    private static Predicate<JsonNode> any(String field, boolean isNegated, Predicate<String> test) {
        var path = field.split("\\.");
        return node -> values(node, path, 0).stream().anyMatch(isNegated ? test.negate() : test);
    }

    private static List<String> values(JsonNode node, String[] path, int step) {
        if (node.isArray()) {
            var all = new ArrayList<String>();
            node.forEach(one -> all.addAll(values(one, path, step)));
            return all;
        }
        if (step < path.length) {
            return values(node.path(path[step]), path, step + 1);
        }
        return node.isMissingNode() || node.isNull() ? List.of() : List.of(node.asText());
    }
}
