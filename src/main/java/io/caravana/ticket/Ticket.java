package io.caravana.ticket;

import io.caravana.ticket.TicketFilter.Place;
import java.time.OffsetDateTime;

/**
 * A ticket in a list. Whatever its table lacks is null.
 *
 * @param group the name of the assignment group, or its key where the name is unknown
 * @param assignedTo the same of the person who works on it
 * @param closedAt when it was finished
 * @param place where it stands in the list
 */
public record Ticket(
        TicketType type,
        String sysId,
        String number,
        String state,
        String description,
        String priority,
        String group,
        String assignedTo,
        String company,
        OffsetDateTime openedAt,
        OffsetDateTime updatedAt,
        OffsetDateTime closedAt,
        Place place) {

    public boolean isFinished() {
        return type.isFinished(state);
    }
}
