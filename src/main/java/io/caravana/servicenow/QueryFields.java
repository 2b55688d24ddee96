package io.caravana.servicenow;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the fields that an encoded query names, and what in it cannot be sent: what ServiceNow would leave out without a
 * word, and what is not certain to mean the same when the read adds its own conditions.
 *
 * <p>The operators are those of ServiceNow's page "Operators available for filters and queries". How {@code RLQUERY} and
 * {@code SUBQUERY} are written, and that they do not go with {@code ^OR} and {@code ^NQ}, is told by James McGaha,
 * "Querying Related Tables" (2025-10-24).
 */
final class QueryFields {

    /**
     * A field that a query names.
     *
     * @param table the table that the field is one of; empty: the one that is queried
     * @param name the field; a dot-walk is one field
     */
    record Named(String table, String name) {}

    private static final String TABLE = "[a-z][a-z0-9_]*";
    private static final Pattern FIELD = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*");
    private static final Pattern CONDITION = Pattern.compile("(?<field>[a-z0-9_.]*)(?<rest>.*)", Pattern.DOTALL);
    private static final Pattern WITH_ANY_VALUE = Pattern.compile(
            "(!=|>=|<=|=|>|<|!\\*|\\*|%|NOT IN|IN|STARTSWITH|ENDSWITH|NOT ?LIKE|LIKE|DOES NOT CONTAIN|CONTAINS|DYNAMIC|INSTANCEOF|MATCH_PAT|MATCH_RGX).*",
            Pattern.DOTALL);
    private static final Pattern WITH_PARTS = Pattern.compile(
            "(BETWEEN[^@]+@.+|(NOT)?ON[^@]+@.+|DATEPART[^@]+@.+|RELATIVE(GT|GE|LT|LE|EE)@.+|(MORE|LESS)THAN[^@]+@.+)",
            Pattern.DOTALL);
    private static final Pattern WITHOUT_VALUE = Pattern.compile("ISEMPTY|ISNOTEMPTY|ANYTHING|EMPTYSTRING");
    private static final Pattern WITH_FIELD =
            Pattern.compile("(NSAMEAS|SAMEAS|(GT|LT)(_OR_EQUALS)?_FIELD)(?<other>.*)", Pattern.DOTALL);
    private static final Pattern OF_A_CHANGE = Pattern.compile("(VALCHANGES|CHANGESFROM|CHANGESTO).*", Pattern.DOTALL);
    private static final Pattern TEXT = Pattern.compile("123TEXTQUERY321=.+", Pattern.DOTALL);
    private static final Pattern RELATED = Pattern.compile(
            "RLQUERY(?<table>" + TABLE + ")\\.(?<field>" + FIELD
                    + "),(>=|<=|!=|=|>|<)\\d+(,m2m)?(\\^(?<query>.*))?\\^ENDRLQUERY",
            Pattern.DOTALL);
    private static final Pattern SUBQUERY = Pattern.compile(
            "SUBQUERY(?<field>" + FIELD + "),(?<other>" + FIELD + "),(?<table>" + TABLE
                    + ")(\\^(?<query>.*))?\\^ENDSUBQUERY",
            Pattern.DOTALL);

    private final Set<Named> found = new LinkedHashSet<>();
    private final String table;

    private QueryFields(String table) {
        this.table = table;
    }

    /**
     * The fields of a query, each once.
     *
     * @throws IllegalArgumentException saying which part cannot be sent, and why
     */
    static List<Named> of(String query) {
        var fields = new QueryFields("");
        fields.read(query, false);
        return List.copyOf(fields.found);
    }

    private void read(String query, boolean isInner) {
        var parts = QueryParts.of(query);
        for (int number = 0; number < parts.size(); number++) {
            var part = parts.get(number);
            var isJoined = number > 0 && (part.startsWith("NQ") || part.startsWith("OR"));
            var text = isJoined ? part.substring(2) : part;
            if (QueryParts.endOf(text).isPresent() || TEXT.matcher(text).matches()) {
                requireAlone(parts, text, isJoined, isInner);
                readOther(text);
            } else {
                condition(text, part);
            }
        }
    }

    /** What concerns more than a row's own fields holds for all of a query, whatever stands before it. */
    private static void requireAlone(List<String> parts, String text, boolean isJoined, boolean isInner) {
        var begins = beginning(text);
        if (isInner) {
            throw unsupported(text, begins + " cannot stand inside a query about other records");
        }
        if (isJoined || parts.stream().skip(1).anyMatch(part -> part.startsWith("NQ"))) {
            throw unsupported(
                    text,
                    begins + " goes neither with an ^OR before it nor with ^NQ, as ServiceNow applies it to all rows");
        }
        if (begins.equals("RLQUERY")
                && parts.stream().filter(part -> part.startsWith(begins)).count() > 1) {
            throw unsupported(text, "ServiceNow takes one RLQUERY");
        }
    }

    private static String beginning(String text) {
        return QueryParts.endOf(text).map(end -> end.substring(3)).orElse("123TEXTQUERY321");
    }

    private void readOther(String text) {
        if (TEXT.matcher(text).matches()) {
            return;
        }
        var related = RELATED.matcher(text);
        var subquery = SUBQUERY.matcher(text);
        if (related.matches()) {
            inner(related.group("table"), related.group("field"), related.group("query"));
        } else if (subquery.matches()) {
            found.add(new Named(table, subquery.group("field")));
            inner(subquery.group("table"), subquery.group("other"), subquery.group("query"));
        } else {
            var begins = beginning(text);
            throw unsupported(
                    text,
                    begins.equals("RLQUERY")
                            ? "it is written as RLQUERYtask_sla.task,>=1^has_breached=true^ENDRLQUERY"
                            : "it is written as SUBQUERYassigned_to,sys_id,sys_user^active=true^ENDSUBQUERY");
        }
    }

    private void inner(String other, String field, String query) {
        var fields = new QueryFields(other);
        fields.found.add(new Named(other, field));
        if (query != null && !query.isEmpty()) {
            fields.read(query, true);
        }
        found.addAll(fields.found);
    }

    private void condition(String text, String part) {
        var condition = CONDITION.matcher(text);
        condition.matches();
        var field = condition.group("field");
        var rest = condition.group("rest");
        if (text.startsWith("JOIN")) {
            throw unsupported(part, "RLQUERY and SUBQUERY are, JOIN is not");
        }
        add(field, part);
        var comparison = WITH_FIELD.matcher(rest);
        if (comparison.matches()) {
            add(comparison.group("other"), part);
        } else if (OF_A_CHANGE.matcher(rest).matches()) {
            throw unsupported(part, "a row does not tell what it was before a change");
        } else if (rest.startsWith("SUBQUERY")) {
            throw unsupported(part, "it is written as SUBQUERYassigned_to,sys_id,sys_user^active=true^ENDSUBQUERY");
        } else if (!WITH_ANY_VALUE.matcher(rest).matches()
                && !WITHOUT_VALUE.matcher(rest).matches()
                && !WITH_PARTS.matcher(rest).matches()) {
            throw unsupported(
                    part,
                    rest.isEmpty()
                            ? "it has no operator"
                            : "'%s' begins with no operator that Caravana knows".formatted(rest));
        }
    }

    private void add(String field, String part) {
        if (!FIELD.matcher(field).matches()) {
            throw new IllegalArgumentException(
                    "the part '%s' names no field. ServiceNow would leave it out and answer with more rows"
                            .formatted(part));
        }
        found.add(new Named(table, field));
    }

    private static IllegalArgumentException unsupported(String part, String what) {
        return new IllegalArgumentException(
                "the part '%s' is not supported here: %s. What ServiceNow does not know it leaves out, and answers with more rows"
                        .formatted(part, what));
    }
}
