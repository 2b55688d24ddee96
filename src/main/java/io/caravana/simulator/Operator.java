package io.caravana.simulator;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/** The operators of encoded queries. */
enum Operator {
    EQUAL("="),
    NOT_EQUAL("!="),
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    IN("IN"),
    NOT_IN("NOT IN"),
    STARTS_WITH("STARTSWITH"),
    ENDS_WITH("ENDSWITH"),
    LIKE("LIKE"),
    NOT_LIKE("NOT LIKE"),
    CONTAINS("CONTAINS"),
    DOES_NOT_CONTAIN("DOES NOT CONTAIN"),
    ANY("*"),
    NOT_ANY("!*"),
    ENDS("%"),
    NOTLIKE("NOTLIKE"),
    MATCHES_PATTERN("MATCH_PAT"),
    MATCHES_EXPRESSION("MATCH_RGX"),
    INSTANCE_OF("INSTANCEOF"),
    IS_EMPTY("ISEMPTY"),
    IS_NOT_EMPTY("ISNOTEMPTY"),
    ANYTHING("ANYTHING"),
    SAME_AS("SAMEAS"),
    NOT_SAME_AS("NSAMEAS"),
    BETWEEN("BETWEEN");

    private static final List<Operator> LONGEST_FIRST = Arrays.stream(values())
            .sorted(Comparator.comparing((Operator operator) -> operator.token.length())
                    .reversed())
            .toList();

    private final String token;

    Operator(String token) {
        this.token = token;
    }

    String token() {
        return token;
    }

    /** The operator a text begins with. */
    static Optional<Operator> at(String text) {
        return LONGEST_FIRST.stream()
                .filter(operator -> text.startsWith(operator.token))
                .findFirst();
    }

    /** A check of a number of records. */
    LongPredicate count(long other) {
        return switch (this) {
            case EQUAL -> number -> number == other;
            case NOT_EQUAL -> number -> number != other;
            case GREATER -> number -> number > other;
            case GREATER_OR_EQUAL -> number -> number >= other;
            case LESS -> number -> number < other;
            case LESS_OR_EQUAL -> number -> number <= other;
            default -> throw new IllegalArgumentException(token + " compares no numbers");
        };
    }

    Where test(Path path, List<String> literals) {
        return new Where.Test(
                path, comparesNames(path), check(path.column(), literals), range(path.column(), literals));
    }

    private boolean comparesNames(Path path) {
        return path.column().type() == ColumnType.REFERENCE
                && switch (this) {
                    case STARTS_WITH,
                            ENDS_WITH,
                            ENDS,
                            LIKE,
                            ANY,
                            NOT_LIKE,
                            NOTLIKE,
                            NOT_ANY,
                            CONTAINS,
                            DOES_NOT_CONTAIN -> true;
                    default -> false;
                };
    }

    private Predicate<String> check(Column column, List<String> literals) {
        var literal = literals.isEmpty() ? "" : literals.get(0);
        return switch (this) {
            case EQUAL -> Values.equal(column, literal);
            case NOT_EQUAL -> Values.equal(column, literal).negate();
            case GREATER -> Values.compared(column, literal, order -> order > 0);
            case GREATER_OR_EQUAL -> Values.compared(column, literal, order -> order >= 0);
            case LESS -> Values.compared(column, literal, order -> order < 0);
            case LESS_OR_EQUAL -> Values.compared(column, literal, order -> order <= 0);
            case IN -> oneOf(column, literals);
            case NOT_IN -> oneOf(column, literals).negate();
            case STARTS_WITH -> value -> Values.startsWith(value, literal);
            case ENDS_WITH, ENDS -> value -> Values.endsWith(value, literal);
            case LIKE, CONTAINS, ANY -> value -> Values.contains(value, literal);
            case NOT_LIKE, NOTLIKE, NOT_ANY, DOES_NOT_CONTAIN -> value -> !Values.contains(value, literal);
            case MATCHES_PATTERN -> matches(glob(literal));
            case MATCHES_EXPRESSION -> matches(literal);
            case IS_EMPTY -> String::isEmpty;
            case IS_NOT_EMPTY -> value -> !value.isEmpty();
            case ANYTHING -> value -> true;
            case BETWEEN ->
                Values.compared(column, literal, order -> order >= 0)
                        .and(Values.compared(column, literals.get(1), order -> order <= 0));
            case INSTANCE_OF, SAME_AS, NOT_SAME_AS ->
                throw new IllegalArgumentException(token + " is no comparison with a value");
        };
    }

    private static Predicate<String> matches(String expression) {
        try {
            var pattern = Pattern.compile(expression, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
            return value -> pattern.matcher(value).matches();
        } catch (PatternSyntaxException none) {
            return value -> false;
        }
    }

    /** A pattern's star stands for any text. */
    private static String glob(String pattern) {
        return Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    }

    private static Predicate<String> oneOf(Column column, List<String> literals) {
        return literals.stream()
                .map(literal -> Values.equal(column, literal))
                .reduce(Predicate::or)
                .orElse(value -> false);
    }

    /** Only sys_ids and dates are stored in the order in which they compare. */
    private KeyRange range(Column column, List<String> literals) {
        if (literals.isEmpty()
                || literals.get(0).isEmpty()
                || !column.isSysId() && !column.type().isDate()) {
            return KeyRange.ALL;
        }
        var literal = Values.literal(column, literals.get(0));
        return switch (this) {
            case EQUAL -> literal.equals("NULL") ? KeyRange.ALL : new KeyRange(literal, literal);
            case GREATER, GREATER_OR_EQUAL -> KeyRange.from(literal);
            case LESS, LESS_OR_EQUAL -> KeyRange.to(literal);
            case BETWEEN -> new KeyRange(literal, Values.literal(column, literals.get(1)));
            case IN ->
                literals.stream()
                        .map(one -> Values.literal(column, one))
                        .map(one -> new KeyRange(one, one))
                        .reduce(KeyRange::or)
                        .orElse(KeyRange.ALL);
            default -> KeyRange.ALL;
        };
    }
}
