package io.caravana.action;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravana.change.ChangeEvent;
import io.caravana.replica.RowScope;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

/**
 * A code that runs on change events. Its consumer group is {@code action.<id>}.
 *
 * @param events types, such as {@code incident:created}; {@code *} stands for any text
 * @param tables only of these; empty: of all
 * @param condition for each of some columns the values of which one it must have: {@code {"priority": ["1", "2"]}}
 * @param createdBy null: nobody who had signed in
 */
public record Subscription(
        UUID id,
        UUID codeId,
        List<String> events,
        List<String> tables,
        JsonNode condition,
        String createdBy,
        OffsetDateTime createdAt) {

    static final String GROUP = "action.";

    /** Whether it is about this event. */
    boolean fits(ChangeEvent event) {
        return (tables.isEmpty() || tables.contains(event.table()))
                && condition.properties().stream().allMatch(one -> {
                    var value = value(event, one.getKey());
                    return value != null
                            && StreamSupport.stream(one.getValue().spliterator(), false)
                                    .anyMatch(wanted -> wanted.asText().equals(value));
                });
    }

    /** What a column has after the change, as far as the event says. */
    private static String value(ChangeEvent event, String column) {
        return switch (column) {
            case "kind" -> event.kind();
            case "priority" -> event.priority();
            case "company" -> event.company();
            case "assignment_group" -> event.assignmentGroup();
            default -> event.after(column);
        };
    }

    /** Whether somebody may see the event. */
    public static boolean sees(RowScope scope, ChangeEvent event) {
        return (scope.companies() == null
                        || event.company() != null && scope.companies().contains(event.company()))
                && (scope.groups() == null
                        || event.assignmentGroup() != null && scope.groups().contains(event.assignmentGroup()));
    }
}
