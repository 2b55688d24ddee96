package io.caravana.simulator;

import io.caravana.simulator.EncodedQuery.Order;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads encoded queries as ServiceNow does: {@code ^} is and, {@code ^OR} binds to the condition before it, {@code ^NQ} starts
 * another query, and a part that makes no sense is dropped while the rest runs.
 */
final class QueryParser {
    private static final String CARET = "\u0001";

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
        for (var term : query.replace("^^", CARET).split("\\^")) {
            parser.read(term.replace(CARET, "^"));
        }
        parser.endQuery();
        return new EncodedQuery(Where.any(parser.queries), List.copyOf(parser.orders));
    }

    private void read(String term) {
        if (term.startsWith("ORDERBYDESC")) {
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
