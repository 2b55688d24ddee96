package io.caravana.simulator;

import io.caravana.simulator.EncodedQuery.Order;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads encoded queries as ServiceNow does: {@code ^} is and, {@code ^OR} binds to the condition before it, {@code ^NQ} starts
 * another query, and a part that makes no sense is dropped while the rest runs. What makes sense to ServiceNow and is not
 * evaluated here is refused.
 */
final class QueryParser {
    private static final String CARET = "\u0001";
    private static final Set<String> BLOCKS = Set.of("RLQUERY", "SUBQUERY");
    private static final String TEXT = "123TEXTQUERY321=";
    private static final Pattern NOT_EVALUATED = Pattern.compile(
            "JOIN.*|[a-z0-9_.]+(DYNAMIC|RELATIVE|DATEPART|MORETHAN|LESSTHAN|(GT|LT)(_OR_EQUALS)?_FIELD|VALCHANGES|CHANGES(FROM|TO)).*",
            Pattern.DOTALL);
    private static final Pattern RELATED = Pattern.compile("RLQUERY(\\w+)\\.([\\w.]+),(>=|<=|!=|=|>|<)(\\d+)(?:,m2m)?");
    private static final Pattern SUBQUERY = Pattern.compile("SUBQUERY([\\w.]+),([\\w.]+),(\\w+)");

    /** A query that ServiceNow would run and the simulator does not. */
    static final class NotEvaluated extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        NotEvaluated(String part) {
            super("The simulator does not evaluate the part %s of an encoded query".formatted(part));
        }
    }

    private final Tables tables;
    private final Table table;
    private final Scripts scripts;
    private final List<Order> orders = new ArrayList<>();
    private final List<Where> queries = new ArrayList<>();
    private List<List<Where>> conditions = new ArrayList<>();

    private QueryParser(Tables tables, Table table, Scripts scripts) {
        this.tables = tables;
        this.table = table;
        this.scripts = scripts;
    }

    static EncodedQuery parse(Tables tables, Table table, Scripts scripts, String query) {
        var parser = new QueryParser(tables, table, scripts);
        parser.read(List.of(query.replace("^^", CARET).split("\\^")));
        parser.endQuery();
        return new EncodedQuery(Where.any(parser.queries), List.copyOf(parser.orders));
    }

    private void read(List<String> terms) {
        for (var i = 0; i < terms.size(); i++) {
            var begins = terms.get(i);
            var end = BLOCKS.stream()
                    .filter(begins::startsWith)
                    .map("END"::concat)
                    .findFirst();
            if (end.isEmpty()) {
                read(begins.replace(CARET, "^"));
                continue;
            }
            var rest = terms.subList(i + 1, terms.size());
            var length = rest.contains(end.get()) ? rest.indexOf(end.get()) : rest.size();
            conditions.add(new ArrayList<>(List.of(others(begins, String.join("^", rest.subList(0, length))))));
            i += length + 1;
        }
    }

    /** A condition on other records; their table's family is not looked through. */
    private Where others(String begins, String query) {
        var related = RELATED.matcher(begins);
        if (related.matches()) {
            var other = table(related.group(1), begins);
            var found = values(other, related.group(2), query, begins);
            var comparison = Operator.at(related.group(3)).orElseThrow();
            var passes = comparison.count(Long.parseLong(related.group(4)));
            return new Where.Related(found, passes);
        }
        var subquery = SUBQUERY.matcher(begins);
        if (subquery.matches()) {
            var path = Path.of(tables, table, subquery.group(1)).orElseThrow(() -> new NotEvaluated(begins));
            var found = values(table(subquery.group(3), begins), subquery.group(2), query, begins);
            return new Where.Test(path, false, found::containsKey, KeyRange.ALL);
        }
        throw new NotEvaluated(begins);
    }

    private Table table(String name, String begins) {
        return Optional.ofNullable(tables.get(name)).orElseThrow(() -> new NotEvaluated(begins));
    }

    /** How many records of another table have each value in a field. */
    private Map<String, Long> values(Table other, String field, String query, String begins) {
        var path = Path.of(tables, other, field).orElseThrow(() -> new NotEvaluated(begins));
        var where = parse(tables, other, scripts, query.replace(CARET, "^^")).where();
        return other.rows().values().stream()
                .filter(where::matches)
                .collect(Collectors.groupingBy(path::value, Collectors.counting()));
    }

    private void read(String term) {
        if (NOT_EVALUATED.matcher(term).matches()) {
            throw new NotEvaluated(term);
        } else if (term.startsWith(TEXT)) {
            conditions.add(new ArrayList<>(List.of(new Where.Word(table, term.substring(TEXT.length())))));
        } else if (term.startsWith("ORDERBYDESC")) {
            order(term.substring("ORDERBYDESC".length()), true);
        } else if (term.startsWith("ORDERBY")) {
            order(term.substring("ORDERBY".length()), false);
        } else if (term.startsWith("NQ")) {
            endQuery();
            condition(term.substring(2)).ifPresent(this::startGroup);
        } else if (term.startsWith("OR")) {
            condition(term.substring(2)).ifPresent(this::joinGroup);
        } else {
            // A dropped condition still has its place, so that an OR after it does not bind to an earlier one.
            conditions.add(new ArrayList<>());
            condition(term).ifPresent(this::joinGroup);
        }
    }

    private void startGroup(Where where) {
        conditions.add(new ArrayList<>(List.of(where)));
    }

    private void joinGroup(Where where) {
        if (conditions.isEmpty()) {
            startGroup(where);
        } else {
            conditions.get(conditions.size() - 1).add(where);
        }
    }

    private void endQuery() {
        queries.add(Where.all(conditions.stream()
                .filter(group -> !group.isEmpty())
                .map(Where::any)
                .toList()));
        conditions = new ArrayList<>();
    }

    private void order(String field, boolean descending) {
        Path.of(tables, table, field).ifPresent(path -> orders.add(new Order(path, descending)));
    }

    private Optional<Where> condition(String term) {
        var end = 0;
        while (end < term.length() && isFieldCharacter(term.charAt(end))) {
            end++;
        }
        var rest = term.substring(end);
        var path = Path.of(tables, table, term.substring(0, end));
        var operator = Operator.at(rest);
        if (path.isEmpty() || operator.isEmpty()) {
            return Optional.empty();
        }
        return test(
                path.get(),
                operator.get(),
                rest.substring(operator.get().token().length()));
    }

    private Optional<Where> test(Path path, Operator operator, String literal) {
        if (operator == Operator.SAME_AS || operator == Operator.NOT_SAME_AS) {
            return Path.of(tables, table, literal)
                    .map(other -> new Where.Same(path, other, operator == Operator.SAME_AS));
        }
        if (operator == Operator.INSTANCE_OF) {
            return Optional.ofNullable(tables.get(literal))
                    .map(tables::family)
                    .map(family -> family.stream().map(Table::name).toList())
                    .map(names -> new Where.Test(path, false, names::contains, KeyRange.ALL));
        }
        if (operator == Operator.BETWEEN) {
            return operands(literal.split("@", 2), 2).map(ends -> operator.test(path, ends));
        }
        if (operator == Operator.IN || operator == Operator.NOT_IN) {
            return operands(literal.startsWith(Scripts.PREFIX) ? new String[] {literal} : literal.split(","), 1)
                    .map(list -> operator.test(path, list));
        }
        return operands(new String[] {literal}, 1).map(one -> operator.test(path, one));
    }

    private Optional<List<String>> operands(String[] literals, int atLeast) {
        var values = Arrays.stream(literals).map(scripts::evaluate).toList();
        if (values.size() < atLeast || values.stream().anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        return Optional.of(values.stream().map(Optional::get).toList());
    }

    private static boolean isFieldCharacter(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '.';
    }
}
