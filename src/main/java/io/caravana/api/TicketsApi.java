package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.caravana.knowledge.Search;
import io.caravana.security.CurrentCaller;
import io.caravana.ticket.Counters;
import io.caravana.ticket.StateNames;
import io.caravana.ticket.Ticket;
import io.caravana.ticket.TicketFilter;
import io.caravana.ticket.TicketFilter.Kept;
import io.caravana.ticket.Tickets;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the REST routes for tickets and their numbers, within the caller's companies and groups. */
@Component("ticketsApi")
@ConditionalOnWebApplication
final class TicketsApi {

    private static final String[] PARAMETERS = Stream.concat(TicketFilter.PARAMETERS.stream(), Stream.of("finished"))
            .toArray(String[]::new);

    private final Api api;
    private final Tickets tickets;
    private final Counters counters;
    private final StateNames names;
    private final CurrentCaller caller;
    private final Search search;

    TicketsApi(Api api, Tickets tickets, Counters counters, StateNames names, CurrentCaller caller, Search search) {
        this.search = search;
        this.api = api;
        this.tickets = tickets;
        this.counters = counters;
        this.names = names;
        this.caller = caller;
    }

    private record Statistic(String type, String state, String stateName, long count, double percentage, long today) {}

    private record Listed(
            String type,
            String sysId,
            String number,
            String state,
            String stateName,
            String description,
            String priority,
            String group,
            String assignedTo,
            String company,
            OffsetDateTime openedAt,
            OffsetDateTime updatedAt,
            OffsetDateTime closedAt) {}

    /** Answers with how many tickets of each type are in each state. */
    public void statistics(Exchange exchange, @Header("Accept-Language") String accepted)
            throws JsonProcessingException {
        Query.of(exchange);
        var language = language(accepted);
        var statistics = counters.now(caller.scope()).stream()
                .map(one -> new Statistic(
                        one.type().table(),
                        one.state(),
                        names.state(one.type(), one.state(), language),
                        one.total(),
                        one.share(),
                        one.today()))
                .toList();
        api.answer(exchange, statistics);
    }

    /** Answers with a page of tickets, and where there are more, with a link to the next one. */
    public void list(Exchange exchange, @Header("Accept-Language") String accepted) throws JsonProcessingException {
        var query = Query.of(exchange, PARAMETERS);
        var path = exchange.getMessage().getHeader(Exchange.HTTP_URI, String.class);
        var asked = filter(query);
        var filter = asked.searching(search.words(asked.text()));
        var language = language(accepted);
        var page = tickets.list(filter, caller.scope());
        api.answer(
                exchange,
                page.tickets().stream().map(ticket -> listed(ticket, language)).toList());
        if (page.next() != null) {
            Api.next(exchange, path, query.with("after", page.next().toString()));
        }
    }

    private static TicketFilter filter(Query query) {
        var parameters = new HashMap<String, List<String>>();
        query.values().forEach((name, value) -> parameters.put(name, List.of(value.split(","))));
        for (var whole : List.of("text", "group", "person", "company")) {
            parameters.computeIfPresent(whole, (name, parts) -> List.of(query.text(name)));
        }
        var finished = query.text("finished");
        if (finished != null) {
            Api.known("finished", finished, List.of("true", "false"), value -> false);
            parameters.put(
                    "show",
                    List.of((finished.equals("true") ? Kept.FINISHED : Kept.OPEN)
                            .name()
                            .toLowerCase(Locale.ROOT)));
        }
        return TicketFilter.of(parameters);
    }

    private Listed listed(Ticket ticket, String language) {
        return new Listed(
                ticket.type().table(),
                ticket.sysId(),
                ticket.number(),
                ticket.state(),
                names.state(ticket.type(), ticket.state(), language),
                ticket.description(),
                ticket.priority(),
                ticket.group(),
                ticket.assignedTo(),
                ticket.company(),
                ticket.openedAt(),
                ticket.updatedAt(),
                ticket.closedAt());
    }

    private static String language(String accepted) {
        return accepted != null && accepted.strip().toLowerCase(Locale.ROOT).startsWith("pt") ? "pt" : "en";
    }
}
