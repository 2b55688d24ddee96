package io.caravana.servicenow;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An encoded query that conditions can be added to without changing what it means.
 *
 * <p>{@code ^NQ} starts a second query that is or-ed with the first as a whole, so a condition for all rows has to be
 * added to each of them; {@code ^OR} binds to the condition before it and needs no care. An order in a configured
 * filter would break keyset reading and is left out, and so is the {@code ^EQ} that queries copied from a list end in.
 */
public record EncodedQuery(String text) {

    private static final Pattern NEW_QUERY = Pattern.compile("\\^NQ");
    private static final Pattern ORDER = Pattern.compile("(?:^|\\^)ORDERBY[^^]*");
    private static final Pattern END = Pattern.compile("\\^EQ(?=\\^|$)");
    private static final Pattern UNSAFE = Pattern.compile("[\\^\\r\\n]");

    public static final EncodedQuery ALL = new EncodedQuery("");

    /** A configured filter. */
    public static EncodedQuery of(String filter) {
        var ordered = ORDER.matcher(withoutEnd(filter)).replaceAll("");
        return new EncodedQuery(ordered.startsWith("^") ? ordered.substring(1) : ordered);
    }

    private static String withoutEnd(String filter) {
        return END.matcher(filter).replaceAll("");
    }

    /**
     * The fields that a configured filter names, in its conditions and in its order; a dot-walk is one field.
     *
     * @throws IllegalArgumentException saying which part ServiceNow would leave out, answering with more rows
     */
    public static List<String> fieldsOf(String filter) {
        // what follows an order at the beginning becomes the beginning
        QueryFields.of(of(filter).text);
        return QueryFields.of(withoutEnd(filter));
    }

    /** This query and, for every row it finds, that condition too. */
    public EncodedQuery and(String condition) {
        if (condition.isEmpty()) {
            return this;
        }
        if (text.isEmpty()) {
            return new EncodedQuery(condition);
        }
        return new EncodedQuery(Arrays.stream(NEW_QUERY.split(text))
                .map(query -> query + "^" + condition)
                .collect(Collectors.joining("^NQ")));
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

    /** The rows of this query and those of the other one; neither is empty. */
    EncodedQuery or(EncodedQuery other) {
        return new EncodedQuery(text + "^NQ" + other.text);
    }

    /** The text to send, ordered by fields, the first one first. */
    public String orderedBy(List<String> fields) {
        var order = fields.stream().map("ORDERBY"::concat).collect(Collectors.joining("^"));
        return text.isEmpty() ? order : text + "^" + order;
    }
}
