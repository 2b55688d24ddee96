package io.caravana.desk;

import io.caravana.change.ChangeEvent.Id;
import io.caravana.change.ConsumerGroups;
import io.caravana.change.ConsumerGroups.DeadLetter;
import io.caravana.change.ConsumerGroups.State;
import io.caravana.security.CurrentCaller;
import io.caravana.ticket.NoSuchTicketException;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/**
 * The steps of the routes that answer with the consumer groups and their dead letters, and that replay and drop those. A dead letter shows
 * its whole event, so only callers who see every ticket see any.
 */
@Component("eventsPage")
@ConditionalOnWebApplication
final class EventsPage {

    private static final int LISTED = 50;

    private final Pages pages;
    private final ConsumerGroups groups;
    private final CurrentCaller caller;

    EventsPage(Pages pages, ConsumerGroups groups, CurrentCaller caller) {
        this.pages = pages;
        this.groups = groups;
        this.caller = caller;
    }

    /** A dead letter with the group whose it is. */
    public record Letter(String group, DeadLetter letter) {}

    public void page(Exchange exchange) {
        var states = groups.states();
        pages.answer(exchange, "events", null, Map.of("groups", states, "letters", letters(states), "all", sees()));
    }

    /** Where the groups stand: the part that changes by itself. */
    public void now(Exchange exchange) {
        pages.answer(exchange, "events", "now", Map.of("groups", groups.states()));
    }

    public void replay(Exchange exchange, @Header("group") String group, @Header("event") String event) {
        answered(exchange, sees() && groups.replayDeadLetter(group, id(event)));
    }

    public void drop(Exchange exchange, @Header("group") String group, @Header("event") String event) {
        answered(exchange, sees() && groups.dropDeadLetter(group, id(event)));
    }

    private void answered(Exchange exchange, boolean isDone) {
        if (!isDone) {
            throw new NoSuchTicketException();
        }
        pages.answer(exchange, "events", "letters", Map.of("letters", letters(groups.states()), "all", sees()));
    }

    private boolean sees() {
        return caller.scope().isUnlimited();
    }

    private List<Letter> letters(List<State> states) {
        return sees()
                ? states.stream()
                        .filter(state -> state.deadLetters() > 0)
                        .flatMap(state -> groups.deadLetters(state.name(), null, LISTED).stream()
                                .map(letter -> new Letter(state.name(), letter)))
                        .toList()
                : List.of();
    }

    private static Id id(String text) {
        return Id.parse(text).orElseThrow(NoSuchTicketException::new);
    }
}
