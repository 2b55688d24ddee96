package io.caravana.desk;

import io.caravana.change.ChangeLog;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.knowledge.Search;
import io.caravana.replica.RowScope;
import io.caravana.security.CurrentCaller;
import io.caravana.ticket.Counters;
import io.caravana.ticket.Counters.Counter;
import io.caravana.ticket.Names;
import io.caravana.ticket.NoSuchTicketException;
import io.caravana.ticket.Slas;
import io.caravana.ticket.StateNames;
import io.caravana.ticket.Ticket;
import io.caravana.ticket.TicketDetails;
import io.caravana.ticket.TicketFilter;
import io.caravana.ticket.TicketFilter.Kept;
import io.caravana.ticket.TicketType;
import io.caravana.ticket.Tickets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the routes that answer with the list of tickets and its parts. */
@Component("desk")
@ConditionalOnWebApplication
final class Desk {

    private final Pages pages;
    private final ChangeLog log;
    private final CurrentCaller caller;
    private final Tickets tickets;
    private final TicketDetails details;
    private final Counters counters;
    private final Slas slas;
    private final StateNames names;
    private final ServiceNowAccess access;
    private final Search search;
    private final Names suggestions;

    Desk(
            Pages pages,
            ChangeLog log,
            CurrentCaller caller,
            Tickets tickets,
            TicketDetails details,
            Counters counters,
            Slas slas,
            StateNames names,
            ServiceNowAccess access,
            Search search,
            Names suggestions) {
        this.search = search;
        this.suggestions = suggestions;
        this.pages = pages;
        this.log = log;
        this.caller = caller;
        this.tickets = tickets;
        this.details = details;
        this.counters = counters;
        this.slas = slas;
        this.names = names;
        this.access = access;
    }

    /** A type of tickets with its counters. */
    public record Card(TicketType type, boolean isLoaded, long open, long today, List<Counter> states) {}

    /** The whole page. */
    public void page(Exchange exchange) {
        // what happens from here on is told by the stream
        var place = log.end();
        var address = Address.of(exchange).with("after", null);
        var model = list(address, caller.scope());
        model.put("place", place.toString());
        model.put("cards", cards(caller.scope()));
        pages.answer(exchange, "tickets", null, model);
    }

    /** The counters alone. */
    public void counters(Exchange exchange) {
        pages.answer(exchange, "tickets", "counters", Map.of("cards", cards(caller.scope())));
    }

    /** The rows that a filter leaves, from the first one on. */
    public void filter(Exchange exchange, @Header("kind") String kind) {
        var address = ofKind(Address.of(exchange), kind);
        exchange.getMessage()
                .setHeader(
                        "HX-Replace-Url",
                        address.with("after", null).query().isEmpty()
                                ? "/"
                                : "/?" + address.with("after", null).query());
        pages.answer(
                exchange,
                "tickets",
                address.one("after").isEmpty() ? "results" : "rows",
                list(address, caller.scope()));
    }

    /** Names that somebody may mean who has typed a part of one. */
    public void suggest(Exchange exchange, @Header("kind") String kind) {
        var typed = Address.of(exchange).one(kind);
        pages.answer(exchange, "suggestions", null, Map.of("names", suggestions.like(kind, typed, caller.scope())));
    }

    /** A page of finished tickets; the address of the next one is in it. */
    public void resolved(Exchange exchange, @Header("page") String page) {
        var address = Address.of(exchange).with("show", "finished");
        var number = page.matches("[1-9]\\d{0,8}") ? Integer.parseInt(page) : 0;
        if (number < 1 || number > 1 && address.one("after").isEmpty()) {
            throw new IllegalArgumentException(
                    "page %s is not known: a page's address is in the page before it, and the first is 1"
                            .formatted(page));
        }
        var model = list(address, caller.scope());
        model.put("nextPage", number + 1);
        pages.answer(exchange, "tickets", "rows", model);
    }

    /** One row, as it is now; nothing where the caller no longer sees it. */
    public void row(Exchange exchange, @Header("kind") String kind, @Header("id") String id) {
        var found = tickets.find(TicketType.of(kind), id, caller.scope());
        pages.answer(exchange, "tickets", "rows", rows(found.stream().toList()));
    }

    /** A ticket with all that belongs to it, for the dialog. */
    public void ticket(Exchange exchange, @Header("kind") String kind, @Header("id") String id) {
        pages.answer(exchange, "ticket", "ticket", model(kind, id));
    }

    /** The same as a page of its own. */
    public void ticketPage(Exchange exchange, @Header("kind") String kind, @Header("id") String id) {
        pages.answer(exchange, "ticket", null, model(kind, id));
    }

    private Map<String, Object> model(String kind, String id) {
        var ticket = tickets.find(TicketType.of(kind), id, caller.scope()).orElseThrow(NoSuchTicketException::new);
        var model = new HashMap<String, Object>();
        model.put("ticket", ticket);
        model.put("description", details.description(ticket));
        model.put("fields", details.fields(ticket));
        model.put("slas", slas.of(ticket));
        model.put("notes", details.notes(ticket));
        model.put("tasks", details.tasks(ticket));
        model.put("work", details.work(ticket));
        model.put("history", details.history(ticket));
        model.put(
                "link",
                "%s/nav_to.do?uri=%s.do?sys_id=%s"
                        .formatted(access.url(), ticket.type().table(), ticket.sysId()));
        return model;
    }

    private Map<String, Object> list(Address address, RowScope scope) {
        var asked = TicketFilter.of(address.parameters());
        var filter = asked.searching(search.words(asked.text()));
        var page = tickets.list(filter, scope);
        var model = rows(page.tickets());
        model.put("address", address);
        model.put("filter", filter);
        model.put(
                "next",
                page.next() == null
                        ? null
                        : address.with("after", page.next().toString()).query());
        model.put("missing", tickets.missing(filter));
        model.put("stateNames", states(filter));
        return model;
    }

    private static Map<String, Object> rows(List<Ticket> found) {
        var model = new HashMap<String, Object>();
        model.put("tickets", found);
        model.put("next", null);
        model.put("nextPage", null);
        return model;
    }

    /** The states that can be chosen: of one type with their names, of several those that they share. */
    private List<State> states(TicketFilter filter) {
        var states = new ArrayList<State>();
        for (var type : filter.types()) {
            names.states(type, "en").keySet().stream()
                    .filter(state ->
                            filter.kept() == Kept.ALL || type.isFinished(state) == (filter.kept() == Kept.FINISHED))
                    .forEach(state -> states.add(new State(type, state)));
        }
        return states;
    }

    public record State(TicketType type, String value) {}

    private static Address ofKind(Address address, String kind) {
        return kind.equals("all")
                ? address
                : address.with(
                        "type", TicketType.of(kind.replaceFirst("s$", "")).table());
    }

    private List<Card> cards(RowScope scope) {
        var byType = new LinkedHashMap<TicketType, List<Counter>>();
        for (var type : TicketType.values()) {
            byType.put(type, new ArrayList<>());
        }
        counters.now(scope).forEach(counter -> byType.get(counter.type()).add(counter));
        return byType.entrySet().stream()
                .map(entry -> new Card(
                        entry.getKey(),
                        counters.areKnown(entry.getKey()),
                        open(entry.getValue()).mapToLong(Counter::total).sum(),
                        open(entry.getValue()).mapToLong(Counter::today).sum(),
                        entry.getValue()))
                .toList();
    }

    private static Stream<Counter> open(List<Counter> counters) {
        return counters.stream().filter(counter -> !counter.type().isFinished(counter.state()));
    }
}
