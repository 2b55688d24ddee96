package io.caravana.servicenow;

import io.caravana.catalog.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What is known of a table in ServiceNow.
 *
 * @param name its name there
 * @param label what people call it there; empty when that is not known
 * @param columns its own and its inherited columns; empty when nothing could be learned
 * @param likely columns that a table of this name has as ServiceNow ships it, and that nothing has shown here
 * @param secrets columns that are not carried: passwords
 */
public record SourceTable(
        String name, String label, List<SourceColumn> columns, List<SourceColumn> likely, Set<String> secrets) {

    private static final int NAMED = 12;
    private static final Set<String> JOURNALS = Set.of("journal", "journal_input", "journal_list");

    /** Where columns and their types are known from. */
    public enum Origin {
        DICTIONARY("the dictionary"),
        PART("a part of the dictionary"),
        DESCRIPTOR("Caravana's own descriptor"),
        NOTHING("nowhere, all is text");

        private final String words;

        Origin(String words) {
            this.words = words;
        }

        /** Where, as the end of the sentence "its types come from". */
        public String words() {
            return words;
        }
    }

    /**
     * A column in ServiceNow.
     *
     * @param type the dictionary's {@code internal_type}, e.g. {@code glide_date_time}; empty when it is not known
     * @param reference the table that its values are keys of; empty when it is no reference
     * @param label what people call it there; empty when that is not known
     * @param owner the table that declares it: this one, or one above it
     * @param isChoice whether its values have labels
     * @param origin where it is known from; {@code NOTHING}: only from rows
     */
    public record SourceColumn(
            String name, String type, String reference, String label, String owner, boolean isChoice, Origin origin) {

        private static final Set<String> LABELLED =
                Set.of("choice", "reference", "glide_list", "document_id", "domain_id", "sys_class_name");

        /** Whether people read something else than its value: the name of another record, or a label. */
        public boolean hasLabel() {
            return isChoice || !reference.isEmpty() || LABELLED.contains(type);
        }

        public static SourceColumn ofRows(String name, String table) {
            return new SourceColumn(name, "", "", "", table, false, Origin.NOTHING);
        }
    }

    public SourceTable {
        columns = List.copyOf(columns);
        likely = List.copyOf(likely);
        secrets = Set.copyOf(secrets);
    }

    /** The columns by their names. */
    public Map<String, SourceColumn> byName() {
        return columns.stream().collect(Collectors.toMap(SourceColumn::name, Function.identity(), (own, up) -> own));
    }

    /**
     * The field that tells when a record was changed. Where records have none and show when they were created, as those of
     * {@code sys_journal_field}, it is that: they are written once.
     */
    public String moved() {
        var known = byName().keySet();
        return known.contains(Table.CREATED) && !known.contains(Table.UPDATED) ? Table.CREATED : Table.UPDATED;
    }

    /** Where columns and types are known from, taken together. */
    public Origin origin() {
        var origins = columns.stream().map(SourceColumn::origin).collect(Collectors.toSet());
        if (origins.contains(Origin.DICTIONARY)) {
            return origins.size() == 1 ? Origin.DICTIONARY : Origin.PART;
        }
        return origins.contains(Origin.DESCRIPTOR) ? Origin.DESCRIPTOR : Origin.NOTHING;
    }

    /** This table with the fields that a page's rows have beyond it; the same when they have none. */
    public SourceTable with(Page page) {
        var known = byName().keySet();
        var more = page.fields().values().stream()
                .filter(field -> !known.contains(field) && !secrets.contains(field) && !field.contains("."))
                .toList();
        if (more.isEmpty() || page.records().isEmpty()) {
            return this;
        }
        var spare = likely.stream().collect(Collectors.toMap(SourceColumn::name, Function.identity()));
        var all = new ArrayList<>(columns);
        more.forEach(field ->
                all.add(Optional.ofNullable(spare.get(field)).orElseGet(() -> SourceColumn.ofRows(field, name))));
        return new SourceTable(name, label, all, likely, secrets);
    }

    /** What is missing in the description, and what is done about it; empty when the dictionary has told all. */
    public Optional<String> incomplete() {
        return switch (origin()) {
            case DICTIONARY -> Optional.empty();
            case PART ->
                Optional.of("the dictionary shows this account %d of %d columns; carried as the rows have them: %s"
                        .formatted(from(Origin.DICTIONARY).size(), columns.size(), notFromDictionary()));
            case DESCRIPTOR ->
                Optional.of("the dictionary shows this account no columns; types come from %s%s"
                        .formatted(
                                Origin.DESCRIPTOR.words(),
                                from(Origin.NOTHING).isEmpty()
                                        ? ""
                                        : ", and these are text: " + listed(from(Origin.NOTHING))));
            case NOTHING -> Optional.of("the dictionary shows this account no columns; all are text");
        };
    }

    private String notFromDictionary() {
        return listed(columns.stream()
                .filter(column -> column.origin() != Origin.DICTIONARY)
                .map(column -> column.type().isEmpty() ? column.name() + " (text)" : column.name())
                .toList());
    }

    private List<String> from(Origin origin) {
        return columns.stream()
                .filter(column -> column.origin() == origin)
                .map(SourceColumn::name)
                .toList();
    }

    /** The fields that the dictionary shows and no row of a page has; empty when none is missing. */
    public Optional<String> omitted(Page page, Table table) {
        var seen = new HashSet<>(page.fields().values());
        var asked = table.carried(from(Origin.DICTIONARY));
        var missing = from(Origin.DICTIONARY).stream()
                .filter(field -> asked.contains(field) && !seen.contains(field))
                .toList();
        return missing.isEmpty() || page.records().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "no row shows %s, which the dictionary has: an access rule may hide them, and their columns stay as they are"
                                .formatted(listed(missing)));
    }

    /** The columns whose texts ServiceNow keeps elsewhere; empty when there are none. */
    public Optional<String> journals() {
        var names = columns.stream()
                .filter(column -> JOURNALS.contains(column.type()))
                .map(SourceColumn::name)
                .sorted()
                .toList();
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "journals have no value of their own: %s stay empty, their texts are rows of sys_journal_field"
                                .formatted(String.join(", ", names)));
    }

    /**
     * Makes sure that rows can be told from each other.
     *
     * @param isFirst whether no row has come before
     * @throws ServiceNowException.Permanent if they have no key, or one that several have
     */
    public void requireKey(Page page, boolean isFirst) {
        var rows = page.records();
        if (isFirst && !rows.isEmpty() && page.withoutKey() == rows.size()) {
            throw notCarried("its rows come without sys_id");
        }
        for (int i = 1; i < rows.size(); i++) {
            var key = rows.get(i).sysId();
            if (key != null && key.equals(rows.get(i - 1).sysId())) {
                throw notCarried("several of its rows have the sys_id " + key);
            }
        }
    }

    private ServiceNowException.Permanent notCarried(String why) {
        return new ServiceNowException.Permanent(
                "table %s: %s. It is a database view, or this account may not read that field, and cannot be carried. Give each table that a view joins an entry of its own in tables.yaml, and join them in PostgreSQL"
                        .formatted(name, why),
                null);
    }

    private static String listed(List<String> names) {
        var sorted = names.stream().sorted().toList();
        return sorted.size() <= NAMED
                ? String.join(", ", sorted)
                : "%s and %d more".formatted(String.join(", ", sorted.subList(0, NAMED)), sorted.size() - NAMED);
    }
}
