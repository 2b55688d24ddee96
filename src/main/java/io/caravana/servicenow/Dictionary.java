package io.caravana.servicenow;

import io.caravana.execution.Failures;
import io.caravana.execution.TableLoad;
import io.caravana.servicenow.SourceTable.SourceColumn;
import io.caravana.table.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The steps of the route {@code describe-table}: a table's columns and their types from {@code sys_db_object} (a table
 * inherits the columns of the tables above it) and {@code sys_dictionary}. An account that may not read those gets the
 * descriptor of the table as ServiceNow ships it.
 */
@Component("dictionary")
final class Dictionary {

    private static final Logger LOG = LoggerFactory.getLogger(Dictionary.class);
    private static final int PAGE = 5_000;
    private static final int GENERATIONS = 8;
    /** A secret's display value is a row of stars and its raw value is of no use: neither is carried. */
    private static final Set<String> NOT_CARRIED = Set.of("collection", "password", "password2");

    private final Descriptors descriptors;

    Dictionary(Descriptors descriptors) {
        this.descriptors = descriptors;
    }

    /** A cursor over the table's own entry, with the names of the tables above it. */
    public PageCursor lineage(@ExchangeProperty("load") TableLoad load) {
        var query = EncodedQuery.ALL.and("name", "=", load.table().source());
        return new PageCursor("sys_db_object", query, ancestors(), false, 1);
    }

    private static List<String> ancestors() {
        return IntStream.range(0, GENERATIONS)
                .mapToObj(generation -> "super_class.".repeat(generation) + "name")
                .toList();
    }

    /** A cursor over the columns of the table and of those above it. */
    public PageCursor columns(@ExchangeProperty("load") TableLoad load, @Body List<Map<String, String>> lineage) {
        var names = new LinkedHashSet<>(List.of(load.table().source()));
        lineage.forEach(entry -> ancestors().stream()
                .map(field -> entry.getOrDefault(field, ""))
                .filter(name -> !name.isEmpty())
                .forEach(names::add));
        var query = EncodedQuery.ALL
                .and("name", "IN", String.join(",", names))
                .and("elementISNOTEMPTY")
                .and("active!=false");
        return new PageCursor("sys_dictionary", query, List.of("name", "element", "internal_type"), false, PAGE);
    }

    /**
     * The table as the dictionary has it.
     *
     * @throws ServiceNowException.Permanent if the configuration names a field that the table does not have
     */
    public SourceTable describe(@ExchangeProperty("load") TableLoad load, @Body List<Map<String, String>> entries) {
        var columns = new LinkedHashMap<String, SourceColumn>();
        for (var entry : entries) {
            var column = new SourceColumn(entry.get("element"), entry.getOrDefault("internal_type", ""));
            if (!NOT_CARRIED.contains(column.type())) {
                columns.merge(column.name(), column, (first, second) -> own(load.table(), entry, first, second));
            }
        }
        if (!columns.containsKey("sys_id")) {
            return described(load.table());
        }
        return checked(load.table(), new SourceTable(load.table().source(), new ArrayList<>(columns.values())));
    }

    /** A table may override an inherited column; its own entry holds. */
    private static SourceColumn own(Table table, Map<String, String> entry, SourceColumn first, SourceColumn second) {
        return table.source().equals(entry.get("name")) ? second : first;
    }

    /** No entries, where the account may not read them. */
    public List<Map<String, String>> unreadable(
            @ExchangeProperty("load") TableLoad load,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) ServiceNowException.Permanent cause) {
        if (cause.isSignInRefused()) {
            throw cause;
        }
        LOG.warn("The dictionary of {} cannot be read: {}", load.table().source(), Failures.explain(cause));
        return List.of();
    }

    private SourceTable described(Table table) {
        var described = descriptors.find(table.source());
        LOG.warn(
                "The dictionary shows no columns of {} to this account: its types come from {}",
                table.source(),
                described.columns().isEmpty() ? "nowhere, all is text" : "Caravana's own descriptor");
        return described.columns().isEmpty() ? described : checked(table, described);
    }

    /** ServiceNow drops what it does not know from a query and answers with more rows; so nothing unknown is asked. */
    private static SourceTable checked(Table table, SourceTable source) {
        var known = source.byName().keySet();
        var asked = new ArrayList<>(table.fields());
        if (table.hasWindow()) {
            asked.add(table.windowColumn());
        }
        for (var field : asked) {
            var first = field.split("\\.", 2)[0];
            if (!known.contains(first)) {
                throw new ServiceNowException.Permanent(
                        "table %s has no field '%s'. Correct its entry in tables.yaml".formatted(table.source(), field),
                        null);
            }
        }
        return source;
    }
}
