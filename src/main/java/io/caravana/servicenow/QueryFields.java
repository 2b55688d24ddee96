package io.caravana.servicenow;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds the fields that an encoded query names, and what in it ServiceNow would leave out without a word. */
final class QueryFields {

    private static final Pattern FIELD = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*");
    private static final Pattern ORDER = Pattern.compile("ORDERBY(DESC)?(?<field>.*)");
    private static final Pattern CONDITION = Pattern.compile("(?<field>[a-z0-9_.]*)(?<rest>.*)", Pattern.DOTALL);
    private static final Pattern WITH_ANY_VALUE = Pattern.compile(
            "(!=|>=|<=|=|>|<|NOT IN|IN|STARTSWITH|ENDSWITH|NOT LIKE|LIKE|DOES NOT CONTAIN|CONTAINS|DYNAMIC|INSTANCEOF).*",
            Pattern.DOTALL);
    private static final Pattern WITH_PARTS = Pattern.compile(
            "(BETWEEN[^@]+@.+|(NOT)?ON[^@]+@.+|DATEPART[^@]+@.+|RELATIVE(GT|GE|LT|LE|EE)@.+|(MORE|LESS)THAN[^@]+@.+)",
            Pattern.DOTALL);
    private static final Pattern WITHOUT_VALUE = Pattern.compile("ISEMPTY|ISNOTEMPTY|ANYTHING|EMPTYSTRING");
    private static final Pattern WITH_FIELD =
            Pattern.compile("(NSAMEAS|SAMEAS|(GT|LT)(_OR_EQUALS)?_FIELD)(?<other>.*)", Pattern.DOTALL);

    private final Set<String> found = new LinkedHashSet<>();

    private QueryFields() {}

    /**
     * The fields of a query, dot-walks whole, each once.
     *
     * @throws IllegalArgumentException saying which part ServiceNow would not understand
     */
    static List<String> of(String query) {
        var fields = new QueryFields();
        if (!query.isEmpty()) {
            var parts = query.split("\\^", -1);
            for (int number = 0; number < parts.length; number++) {
                fields.read(parts[number], number == 0);
            }
        }
        return List.copyOf(fields.found);
    }

    private void read(String part, boolean isFirst) {
        var order = ORDER.matcher(part);
        if (order.matches()) {
            add(order.group("field"), part);
        } else if (!isFirst && (part.startsWith("NQ") || part.startsWith("OR"))) {
            condition(part.substring(2), part);
        } else {
            condition(part, part);
        }
    }

    private void condition(String text, String part) {
        var condition = CONDITION.matcher(text);
        condition.matches();
        var rest = condition.group("rest");
        add(condition.group("field"), part);
        var comparison = WITH_FIELD.matcher(rest);
        if (comparison.matches()) {
            add(comparison.group("other"), part);
        } else if (!WITH_ANY_VALUE.matcher(rest).matches()
                && !WITHOUT_VALUE.matcher(rest).matches()
                && !WITH_PARTS.matcher(rest).matches()) {
            throw unknown(part, "has no operator that Caravana knows");
        }
    }

    private void add(String field, String part) {
        if (!FIELD.matcher(field).matches()) {
            throw unknown(part, "names no field");
        }
        found.add(field);
    }

    private static IllegalArgumentException unknown(String part, String what) {
        return new IllegalArgumentException(
                "the part '%s' %s. ServiceNow would leave it out and answer with more rows".formatted(part, what));
    }
}
