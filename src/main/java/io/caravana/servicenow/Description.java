package io.caravana.servicenow;

import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.error.Failures;
import io.caravana.servicenow.SourceTable.Origin;
import io.caravana.servicenow.SourceTable.SourceColumn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out a table's columns and their types, from {@code sys_db_object} (a table inherits the columns of the tables above
 * it) and {@code sys_dictionary}, then follows every field that the configuration names, table after table, and at last
 * looks at a few rows for what the dictionary does not tell. An account that may not read the dictionary gets the descriptor of
 * the table as ServiceNow ships it.
 *
 * <p>It asks page by page: {@link #question} has the cursor, {@link #take} takes the page. One thread's.
 */
public final class Description {

    private static final Logger LOG = LoggerFactory.getLogger(Description.class);
    private static final int PAGE = 5_000;
    private static final int GENERATIONS = 8;

    private enum Question {
        LINEAGE,
        COLUMNS,
        ROWS,
        NONE
    }

    private final Table table;
    private final Descriptors descriptors;
    private final List<Map<String, String>> entries = new ArrayList<>();
    private Question question;
    private PageCursor cursor;
    private String described;
    private String label;
    private SourceTable source;
    private FieldCheck fields;

    /** Begins with the table that the entry of the configuration names. */
    public Description(Table table, Descriptors descriptors) {
        this.table = table;
        this.descriptors = descriptors;
        describe(table.source());
    }

    /** Whether there is something left to ask. */
    public boolean isOpen() {
        return question != Question.NONE;
    }

    /** What to ask next. */
    public PageCursor question() {
        return cursor;
    }

    /** The table, once it is known. */
    public SourceTable source() {
        return source;
    }

    /** What its window column holds, see {@link FieldCheck#windowUnit}. */
    public Window.Unit windowUnit() {
        return fields.windowUnit();
    }

    /**
     * Takes a page of the answer to the question.
     *
     * @throws ServiceNowException.Permanent if the table's configuration names a field that is not there
     */
    public void take(Page page) {
        if (question == Question.ROWS) {
            fields.probed(page);
            question = Question.NONE;
            return;
        }
        page.forEachRow(entries::add);
        cursor.advance(page);
        if (cursor.isMore()) {
            return;
        }
        if (question == Question.LINEAGE) {
            askForColumns();
        } else {
            conclude();
        }
    }

    /**
     * Does without the dictionary, where the account may not read it.
     *
     * @throws ServiceNowException.Permanent the failure itself, if it is about something else
     */
    public void unreadable(ServiceNowException.Permanent cause) {
        if (cause.isSignInRefused() || question == Question.ROWS) {
            throw cause;
        }
        LOG.warn("The dictionary of {} cannot be read: {}", described, Failures.explain(cause));
        entries.clear();
        conclude();
    }

    private void describe(String name) {
        described = name;
        label = "";
        var names = new ArrayList<>(ancestors());
        names.add("label");
        ask(
                Question.LINEAGE,
                new PageCursor("sys_db_object", EncodedQuery.ALL.and("name", "=", name), names, false, 1));
    }

    private static List<String> ancestors() {
        return IntStream.range(0, GENERATIONS)
                .mapToObj(generation -> "super_class.".repeat(generation) + "name")
                .toList();
    }

    private void ask(Question next, PageCursor rows) {
        question = next;
        cursor = rows;
        entries.clear();
    }

    /** The columns of the table and of those above it. */
    private void askForColumns() {
        var names = new LinkedHashSet<>(List.of(described));
        for (var entry : entries) {
            label = entry.getOrDefault("label", "");
            ancestors().stream()
                    .map(field -> entry.getOrDefault(field, ""))
                    .filter(name -> !name.isEmpty())
                    .forEach(names::add);
        }
        var query = EncodedQuery.ALL
                .and("name", "IN", String.join(",", names))
                .and("elementISNOTEMPTY")
                .and("active!=false");
        var wanted = List.of("name", "element", "internal_type", "reference", "column_label", "choice");
        ask(Question.COLUMNS, new PageCursor("sys_dictionary", query, wanted, false, PAGE));
    }

    private void conclude() {
        var found = found();
        if (source == null) {
            found.incomplete().ifPresent(why -> LOG.warn("{}: {}", table.target(), why));
            source = found;
            fields = new FieldCheck(table, source);
        } else {
            fields.describe(found);
        }
        if (fields.isMore()) {
            describe(fields.nextTable());
        } else if (fields.isDoubtful()) {
            ask(Question.ROWS, fields.probe());
        } else {
            question = Question.NONE;
        }
    }

    /**
     * The table as the dictionary has it; as its descriptor has it, where the dictionary shows nothing. Without an entry for
     * {@code sys_id} it is only a part.
     */
    private SourceTable found() {
        var columns = new LinkedHashMap<String, SourceColumn>();
        for (var entry : entries) {
            var column = new SourceColumn(
                    entry.get("element"),
                    entry.getOrDefault("internal_type", ""),
                    entry.getOrDefault("reference", ""),
                    entry.getOrDefault("column_label", ""),
                    entry.getOrDefault("name", described),
                    !entry.getOrDefault("choice", "0").matches("0?"),
                    Origin.DICTIONARY);
            // a table may override an inherited column; its own entry holds
            columns.merge(
                    column.name(), column, (first, second) -> described.equals(entry.get("name")) ? second : first);
        }
        var descriptor = descriptors.find(described);
        if (columns.isEmpty()) {
            return descriptor;
        }
        var secrets = new HashSet<>(descriptor.secrets());
        columns.values().removeIf(column -> {
            if (Descriptors.SECRET.contains(column.type())) {
                secrets.add(column.name());
            }
            return secrets.contains(column.name()) || column.type().equals("collection");
        });
        columns.putIfAbsent("sys_id", SourceColumn.ofRows("sys_id", described));
        return new SourceTable(described, label, new ArrayList<>(columns.values()), descriptor.columns(), secrets);
    }
}
