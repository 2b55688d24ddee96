package io.caravana.servicenow;

import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.servicenow.SourceTable.Origin;
import io.caravana.servicenow.SourceTable.SourceColumn;
import io.caravana.settings.Similar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows every field that a table's configuration names to the column it leads to, dot-walks from table to table.
 * ServiceNow drops what it does not know from a query and answers with more rows; so nothing unknown is asked.
 *
 * <p>One thread's. Tables that a walk leads to are given to it one by one, as they are asked for.
 */
public final class FieldCheck {

    private static final Logger LOG = LoggerFactory.getLogger(FieldCheck.class);
    /** Types whose values lead to no record. Others may, where the dictionary does not say to which. */
    private static final Set<String> NOT_WALKED = Set.of(
            "string",
            "integer",
            "boolean",
            "decimal",
            "float",
            "choice",
            "glide_date_time",
            "glide_date",
            "due_date",
            "glide_duration",
            "html",
            "journal",
            "journal_input");
    /** A part of a walk such as {@code parent.ref_incident.caller_id}: the record seen as one of another table. */
    private static final Pattern SEEN_AS = Pattern.compile("ref_(.+)");

    /**
     * A field on its way: the names that are left, from that table on.
     *
     * @param inRow whether a row of the table that is read can have it, and not one of a related table
     */
    private record Walk(String field, String place, boolean inRow, String table, List<String> left) {
        String next() {
            return left.get(0);
        }

        boolean isLast() {
            return left.size() == 1;
        }

        Walk to(String other) {
            return new Walk(field, place, inRow, other, left.subList(1, left.size()));
        }
    }

    private final Table table;
    private final Map<String, SourceTable> known = new HashMap<>();
    private final List<Walk> waiting = new ArrayList<>();
    private final Set<Walk> doubtful = new LinkedHashSet<>();
    /** What the rows have in the window column, where only they can tell of it. */
    private Set<String> shown = Set.of();

    /**
     * Begins with the table's own columns.
     *
     * @throws ServiceNowException.Permanent if the configuration names a field that the table does not have, or its
     *     filter has a part that ServiceNow would leave out
     */
    public FieldCheck(Table table, SourceTable source) {
        this.table = table;
        known.put(table.source(), source);
        filterFields().forEach(this::follow);
        table.fields().forEach(field -> follow(field, "fields"));
        if (table.hasWindow()) {
            follow(table.windowColumn(), "window-column");
        }
    }

    private List<QueryFields.Named> filterFields() {
        try {
            return EncodedQuery.fieldsOf(table.filter());
        } catch (IllegalArgumentException e) {
            throw new ServiceNowException.Permanent(
                    "table %s, filter: %s. Correct its entry in tables.yaml".formatted(table.source(), e.getMessage()),
                    null);
        }
    }

    private void follow(QueryFields.Named named) {
        var inRow = named.table().isEmpty();
        follow(new Walk(
                named.name(),
                "filter",
                inRow,
                inRow ? table.source() : named.table(),
                List.of(named.name().split("\\."))));
    }

    private void follow(String field, String place) {
        follow(new Walk(field, place, true, table.source(), List.of(field.split("\\."))));
    }

    private void follow(Walk start) {
        var walk = start;
        while (walk != null) {
            var described = known.get(walk.table);
            if (described == null) {
                waiting.add(walk);
                return;
            }
            walk = step(walk, described);
        }
    }

    /** The rest of the walk, one table on; null where it ends. */
    private Walk step(Walk walk, SourceTable described) {
        var column = described.byName().get(walk.next());
        if (column != null) {
            return walk.isLast() ? null : behind(walk, column);
        }
        var seenAs = SEEN_AS.matcher(walk.next());
        if (seenAs.matches() && !walk.isLast()) {
            return walk.to(seenAs.group(1));
        }
        doubt(walk, described);
        return null;
    }

    private Walk behind(Walk walk, SourceColumn column) {
        if (!column.reference().isEmpty()) {
            return walk.to(column.reference());
        }
        if (NOT_WALKED.contains(column.type())) {
            throw new ServiceNowException.Permanent(
                    "table %s has no field '%s' (%s): '%s' is no reference, nothing lies behind it. Correct the table's entry in tables.yaml"
                            .formatted(table.source(), walk.field, walk.place, column.name()),
                    null);
        }
        return null;
    }

    /** The dictionary may show this account a part of its entries, and a row the field all the same. */
    private void doubt(Walk walk, SourceTable described) {
        if (walk.inRow) {
            doubtful.add(walk);
        } else {
            fail(walk, described);
        }
    }

    /** What a table's own row does not show is not there; of another table's field only that one's dictionary knows. */
    private void fail(Walk walk, SourceTable described) {
        var isOwn = walk.table.equals(table.source());
        if (described.origin() == Origin.DICTIONARY) {
            throw unknown(walk, described, "");
        }
        if (isOwn && walk.inRow) {
            throw unknown(walk, described, ", or this account may not read it");
        }
        LOG.warn(
                "{}: not all is known of the table {}, so the end of '{}' ({}) cannot be checked",
                table.source(),
                walk.table,
                walk.field,
                walk.place);
    }

    private ServiceNowException.Permanent unknown(Walk walk, SourceTable described, String more) {
        var behind = walk.table.equals(table.source()) ? "" : ": %s has no '%s'".formatted(walk.table, walk.next());
        var meant = Similar.nearest(walk.next(), described.byName().keySet())
                .map(". Did you mean '%s'?"::formatted)
                .orElse(".");
        return new ServiceNowException.Permanent(
                "table %s has no field '%s' (%s)%s%s%s Correct the table's entry in tables.yaml"
                        .formatted(table.source(), walk.field, walk.place, behind, more, meant),
                null);
    }

    /** Whether a walk leads to a table that is not described yet. */
    public boolean isMore() {
        return !waiting.isEmpty();
    }

    /** The next table to describe. */
    public String nextTable() {
        return waiting.get(0).table;
    }

    /** Goes on with a table that walks have waited for. */
    public void describe(SourceTable described) {
        known.put(nextTable(), described);
        var walks = List.copyOf(waiting);
        waiting.clear();
        walks.forEach(this::follow);
    }

    /** Whether there are fields that only a row can tell of: the dictionary does not show them. */
    public boolean isDoubtful() {
        return !doubtful.isEmpty();
    }

    /** A cursor over a few rows with the doubtful fields: ServiceNow leaves out of a row what it does not know. */
    public PageCursor probe() {
        var fields = new LinkedHashSet<>(List.of("sys_id"));
        doubtful.forEach(walk -> fields.add(walk.field));
        LOG.warn(
                "{}: the dictionary does not tell of {}: whether they are there is seen in a row",
                table.source(),
                fields.stream().skip(1).toList());
        var query = fields.contains(table.windowColumn())
                ? EncodedQuery.ALL.and(table.windowColumn() + "ISNOTEMPTY")
                : EncodedQuery.ALL;
        return new PageCursor(table.source(), query, List.copyOf(fields), false, 10);
    }

    /**
     * Looks whether the rows have the doubtful fields.
     *
     * @throws ServiceNowException.Permanent if they lack one
     */
    public void probed(Page page) {
        for (var walk : doubtful) {
            var described = known.get(walk.table);
            if (page.records().isEmpty() && described.origin() != Origin.DICTIONARY) {
                LOG.warn("{}: no row is visible, so its field {} could not be checked", table.source(), walk.field);
            } else if (!page.fields().names().contains(walk.field)) {
                fail(walk, described);
            }
        }
        var place = page.fields().names().indexOf(table.windowColumn());
        if (place >= 0) {
            shown = page.records().stream()
                    .map(row -> row.value(place))
                    .filter(value -> value != null && !value.isEmpty())
                    .collect(Collectors.toSet());
        }
    }

    /**
     * What the window column holds, by its type or by what rows have in it; moments, if no row has anything.
     *
     * @throws ServiceNowException.Permanent if it holds neither days nor moments, or both
     */
    public Window.Unit windowUnit() {
        var column = known.get(table.source()).byName().get(table.windowColumn());
        if (column != null) {
            return Window.Unit.of(column.type())
                    .orElseThrow(() -> refused(
                            "is a %s in ServiceNow, neither a date nor a date and time".formatted(column.type())));
        }
        var units = new HashSet<Window.Unit>();
        for (var value : shown) {
            units.add(Window.Unit.ofValue(value)
                    .orElseThrow(
                            () -> refused("holds '%s', which is neither a date nor a date and time".formatted(value))));
        }
        if (units.size() > 1) {
            throw refused("holds dates as well as dates and times");
        }
        return units.isEmpty() ? Window.Unit.MOMENT : units.iterator().next();
    }

    private ServiceNowException.Permanent refused(String why) {
        return new ServiceNowException.Permanent(
                "table %s: the window-column '%s' %s. Name another one in the table's entry in tables.yaml, or none"
                        .formatted(table.source(), table.windowColumn(), why),
                null);
    }
}
