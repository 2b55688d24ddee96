package io.caravana.change;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One entry of {@code config/events.yaml}: which changes are events of a type. All its conditions must hold; PostgreSQL's function
 * {@code caravana.event_types} evaluates them.
 *
 * @param type its name, such as {@code incident:resolved}
 * @param tables the replica tables whose rows can have it, by their targets
 * @param kinds what happened to the row: {@code created}, {@code updated} or {@code deleted}
 * @param columns one of these changed, and in the way that the other keys say; empty: whatever changed
 * @param from it changed from one of these values to another one; empty: from any
 * @param to it changed to one of these values, from another one or none; empty: to any
 * @param reaches it changed to this number or more, from a smaller one or none; without it, to any
 */
public record EventType(
        @NotBlank @Pattern(regexp = EventType.NAME, message = EventType.A_NAME)
        String type,

        @NotEmpty
        List<@Pattern(regexp = "[a-z][a-z0-9_]{0,62}", message = "a table's target in tables.yaml") String> tables,

        @DefaultValue({"created", "updated"}) @NotEmpty
        List<@Pattern(regexp = "created|updated|deleted", message = "created or updated or deleted") String> kinds,

        @DefaultValue List<@Pattern(regexp = "[a-z][a-z0-9_]*", message = "a column such as state") String> columns,
        @DefaultValue List<String> from,
        @DefaultValue List<String> to,
        Double reaches) {

    static final String NAME = "[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)?";
    static final String A_NAME = "a name such as incident:resolved or assignment";

    /** Whether it looks at values, and so needs columns whose values they are. */
    boolean comparesValues() {
        return !from.isEmpty() || !to.isEmpty() || reaches != null;
    }
}
