package io.caravana.servicenow;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What is known of a table in ServiceNow.
 *
 * @param name its name there
 * @param label what people call it there; empty when that is not known
 * @param columns its own and its inherited columns; empty when nothing could be learned
 * @param origin where the columns and their types are known from
 */
public record SourceTable(String name, String label, List<SourceColumn> columns, Origin origin) {

    /** Where columns and their types are known from. */
    public enum Origin {
        DICTIONARY("the dictionary"),
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
     * @param type the dictionary's {@code internal_type}, e.g. {@code glide_date_time}
     * @param reference the table that its values are keys of; empty when it is no reference
     * @param label what people call it there; empty when that is not known
     * @param owner the table that declares it: this one, or one above it
     */
    public record SourceColumn(String name, String type, String reference, String label, String owner) {}

    public SourceTable {
        columns = List.copyOf(columns);
    }

    /** The columns by their names. */
    public Map<String, SourceColumn> byName() {
        return columns.stream().collect(Collectors.toMap(SourceColumn::name, Function.identity(), (own, up) -> own));
    }
}
