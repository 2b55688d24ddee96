package io.caravana.ticket;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kinds of tickets, each a replica table. */
public enum TicketType {
    INCIDENT("incident", "6", "7", "8"),
    CHANGE_TASK("change_task", "4", "7", "8"),
    SC_TASK("sc_task", "4", "7");

    private final String table;
    private final List<String> finished;

    TicketType(String table, String... finished) {
        this.table = table;
        this.finished = List.of(finished);
    }

    /** The replica table, and the name in addresses and answers. */
    public String table() {
        return table;
    }

    /** The states in which nobody works on the ticket any more. */
    public List<String> finishedStates() {
        return finished;
    }

    public boolean isFinished(String state) {
        return finished.contains(state);
    }

    /** @throws IllegalArgumentException if no type has this name */
    public static TicketType of(String name) {
        return Arrays.stream(values())
                .filter(type -> type.table.equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("type is '%s', which is none of %s"
                        .formatted(name, names().collect(Collectors.joining(", ")))));
    }

    private static Stream<String> names() {
        return Arrays.stream(values()).map(TicketType::table);
    }
}
