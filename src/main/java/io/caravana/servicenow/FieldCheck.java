package io.caravana.servicenow;

import io.caravana.servicenow.SourceTable.Origin;
import io.caravana.servicenow.SourceTable.SourceColumn;
import io.caravana.settings.Similar;
import io.caravana.table.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
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

    /** A field on its way: the names that are left, from that table on. */
    private record Walk(String field, String place, String table, List<String> left) {
        String next() {
            return left.get(0);
        }

        boolean isLast() {
            return left.size() == 1;
        }

        Walk to(String other) {
            return new Walk(field, place, other, left.subList(1, left.size()));
        }
    }

    private final Table table;
    private final Map<String, SourceTable> known = new HashMap<>();
    private final List<Walk> waiting = new ArrayList<>();
    private final Set<Walk> doubtful = new LinkedHashSet<>();

    /**
     * Begins with the table's own columns.
     *
     * @throws ServiceNowException.Permanent if the configuration names a field that the table does not have, or its
     *     filter has a part that ServiceNow would leave out
     */
    FieldCheck(Table table, SourceTable source) {
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
        var of = named.table().isEmpty() ? table.source() : named.table();
        follow(new Walk(named.name(), "filter", of, List.of(named.name().split("\\."))));
    }

    private void follow(String field, String place) {
        follow(new Walk(field, place, table.source(), List.of(field.split("\\."))));
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
        if (described.origin() == Origin.DICTIONARY) {
            throw unknown(walk, described, "");
        }
        doubt(walk);
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

    private void doubt(Walk walk) {
        if (walk.table.equals(table.source())) {
            doubtful.add(walk);
        } else {
            LOG.warn(
                    "{}: nothing is known of the table {}, so the end of '{}' ({}) cannot be checked",
                    table.source(),
                    walk.table,
                    walk.field,
                    walk.place);
        }
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
    void describe(SourceTable described) {
        known.put(nextTable(), described);
        var walks = List.copyOf(waiting);
        waiting.clear();
        walks.forEach(this::follow);
    }

    /** Whether there are fields that only a row can tell of: the dictionary cannot be read. */
    public boolean isDoubtful() {
        return !doubtful.isEmpty();
    }

    /** A cursor over a few rows with the doubtful fields: ServiceNow leaves out of a row what it does not know. */
    PageCursor probe() {
        var fields = new LinkedHashSet<>(List.of("sys_id"));
        doubtful.forEach(walk -> fields.add(walk.next()));
        LOG.warn(
                "{}: the dictionary does not tell of {}: whether they are there is seen in a row",
                table.source(),
                fields.stream().skip(1).toList());
        return new PageCursor(table.source(), EncodedQuery.ALL, List.copyOf(fields), false, 10);
    }

    /**
     * Looks whether the rows have the doubtful fields.
     *
     * @throws ServiceNowException.Permanent if they lack one
     */
    void probed(Page page) {
        if (page.records().isEmpty()) {
            LOG.warn("{}: no row is visible, so its fields could not be checked", table.source());
            return;
        }
        for (var walk : doubtful) {
            if (!page.fields().names().contains(walk.next())) {
                throw unknown(walk, known.get(table.source()), ", or this account may not read it");
            }
        }
    }
}
