package io.caravana.servicenow;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What is known of a table in ServiceNow.
 *
 * @param name its name there
 * @param columns its own and its inherited columns; empty when nothing could be learned
 */
public record SourceTable(String name, List<SourceColumn> columns) {

    /**
     * A column in ServiceNow.
     *
     * @param type the dictionary's {@code internal_type}, e.g. {@code glide_date_time}
     */
    public record SourceColumn(String name, String type) {}

    public SourceTable {
        columns = List.copyOf(columns);
    }

    /** The columns by their names. */
    public Map<String, SourceColumn> byName() {
        return columns.stream().collect(Collectors.toMap(SourceColumn::name, Function.identity(), (own, up) -> own));
    }
}
