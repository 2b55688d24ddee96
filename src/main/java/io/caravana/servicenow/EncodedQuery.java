package io.caravana.servicenow;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An encoded query that conditions can be added to without changing what it means.
 *
 * <p>{@code ^NQ} starts a second query that is or-ed with the first as a whole, so a condition for all rows has to be
 * added to each of them; {@code ^OR} binds to the condition before it and needs no care. An order in a configured
 * filter would break keyset reading and is left out, and so is all else in it that only says how a list is shown.
 */
public record EncodedQuery(String text) {

    private static final String NEW_QUERY = "NQ";
    private static final Pattern DISPLAY = Pattern.compile("EQ|(ORDERBY|GROUPBY|TRENDBY).*", Pattern.DOTALL);
    private static final Pattern UNSAFE = Pattern.compile("[\\^\\r\\n]");

    public static final EncodedQuery ALL = new EncodedQuery("");

    /** A configured filter. */
    public static EncodedQuery of(String filter) {
        return new EncodedQuery(QueryParts.of(filter).stream()
                .filter(part -> !DISPLAY.matcher(part).matches())
                .collect(Collectors.joining("^")));
    }

    /**
     * The fields that a configured filter names in its conditions.
     *
     * @throws IllegalArgumentException saying which part cannot be sent, and why
     */
    static List<QueryFields.Named> fieldsOf(String filter) {
        return QueryFields.of(of(filter).text);
    }

    /** This query and, for every row it finds, that condition too. */
    public EncodedQuery and(String condition) {
        if (condition.isEmpty()) {
            return this;
        }
        if (text.isEmpty()) {
            return new EncodedQuery(condition);
        }
        var all = new StringBuilder();
        for (var part : QueryParts.of(text)) {
            if (all.length() > 0) {
                all.append(part.startsWith(NEW_QUERY) ? "^" + condition + "^" : "^");
            }
            all.append(part);
        }
        return new EncodedQuery(all + "^" + condition);
    }

    /**
     * This query with {@code field operator value} for every row.
     *
     * @throws IllegalArgumentException if the value holds a character that would end the condition
     */
    public EncodedQuery and(String field, String operator, String value) {
        if (UNSAFE.matcher(value).find()) {
            throw new IllegalArgumentException(
                    "the value '%s' of %s cannot stand in an encoded query".formatted(value, field));
        }
        return and(field + operator + value);
    }

    /** This query and, for every row it finds, one of two conditions. */
    EncodedQuery andEither(EncodedQuery one, EncodedQuery other) {
        return and(one.text + "^OR" + other.text);
    }

    /** The text to send, ordered by fields, the first one first. */
    public String orderedBy(List<String> fields) {
        return ordered("ORDERBY", fields);
    }

    /** The text to send, in the opposite order. */
    String orderedByDescending(List<String> fields) {
        return ordered("ORDERBYDESC", fields);
    }

    private String ordered(String by, List<String> fields) {
        var order = fields.stream().map(by::concat).collect(Collectors.joining("^"));
        return text.isEmpty() ? order : text + "^" + order;
    }
}
