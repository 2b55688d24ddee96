package io.caravana.desk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.change.ChangeEvent;
import io.caravana.change.ChangeEvent.Id;
import io.caravana.change.ChangeFeed;
import io.caravana.change.ChangeLog;
import io.caravana.desk.DeskStream.Pending;
import io.caravana.error.Failures;
import io.caravana.replica.RowScope;
import io.caravana.security.CurrentCaller;
import io.caravana.ticket.Counters;
import io.caravana.ticket.Counters.Counter;
import io.caravana.ticket.TicketType;
import io.caravana.ticket.Tickets;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Tells every open page what has changed, within its caller's scope: the counters as they are, and which tickets to ask for again. All
 * streams of a scope get the same; it is made once. A stream's id is a place in the change log: whoever comes back with it misses nothing.
 */
@RestController
@ConditionalOnWebApplication
class DeskEvents {

    private static final Logger LOG = LoggerFactory.getLogger(DeskEvents.class);

    private static final int MOST_STREAMS = 500;
    private static final int MOST_MISSED = 500;
    private static final int TELL_EVERY_MILLIS = 200;
    private static final int HEARTBEAT_MILLIS = 15_000;
    private static final String RETRY = "retry: 2000\n";
    private static final String FULL = "retry: 30000\ndata: {}\n\n";

    private final ChangeFeed feed;
    private final ChangeLog log;
    private final Counters counters;
    private final Tickets tickets;
    private final CurrentCaller caller;
    private final ObjectMapper json;
    private final Set<DeskStream> streams = ConcurrentHashMap.newKeySet();
    private final Set<Changed> unsaid = new LinkedHashSet<>();
    private volatile Map<RowScope, List<Counter>> counted = Map.of();
    private Id heard;
    private volatile Id told;
    private Runnable end;

    DeskEvents(
            ChangeFeed feed,
            ChangeLog log,
            Counters counters,
            Tickets tickets,
            CurrentCaller caller,
            ObjectMapper json) {
        this.feed = feed;
        this.log = log;
        this.counters = counters;
        this.tickets = tickets;
        this.caller = caller;
        this.json = json;
    }

    /** A ticket that changed; the latest change counts. */
    record Changed(TicketType type, String id, String kind) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Changed changed && id.equals(changed.id);
        }

        @Override
        public int hashCode() {
            return id.hashCode();
        }
    }

    @GetMapping("/desk-events")
    void follow(
            @RequestHeader(name = "Last-Event-ID", required = false) String last,
            @RequestParam(required = false) String after,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setCharacterEncoding("UTF-8");
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        if (streams.size() >= MOST_STREAMS) {
            response.getOutputStream().print(FULL);
            return;
        }
        subscribe();
        var scope = caller.scope();
        var context = request.startAsync();
        context.setTimeout(0);
        context.addListener(new CompleteOnError());
        var stream = new DeskStream(scope, context, news -> message(scope, news), streams::remove);
        // from here on it hears of everything; what was before is in the log
        streams.add(stream);
        try {
            var place = told;
            counted(scope);
            stream.open(Optional.ofNullable(last == null ? after : last)
                    .flatMap(Id::parse)
                    .map(since -> missed(since, scope, place))
                    .orElse(new Pending(Set.of(), false, place)));
        } catch (DataAccessException e) {
            stream.close();
            throw e;
        }
    }

    /** A browser that goes away is no error to answer with a page. */
    private static final class CompleteOnError implements AsyncListener {
        @Override
        public void onError(AsyncEvent event) {
            try {
                event.getAsyncContext().complete();
            } catch (IllegalStateException completing) {
                // its stream has noticed before
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // there is none
        }

        @Override
        public void onComplete(AsyncEvent event) {
            // the stream has noticed
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // happens once
        }
    }

    private synchronized void subscribe() {
        if (end == null) {
            told = log.end();
            heard = told;
            end = feed.subscribe(this::hear);
        }
    }

    private Pending missed(Id since, RowScope scope, Id place) {
        var events = log.after(since, MOST_MISSED);
        if (events.size() == MOST_MISSED) {
            return new Pending(Set.of(), true, place);
        }
        var changes = new LinkedHashSet<Changed>();
        events.stream().flatMap(this::changed).forEach(changes::add);
        return new Pending(seen(changes, scope), false, place);
    }

    private void hear(List<ChangeEvent> events) {
        synchronized (unsaid) {
            events.stream().flatMap(this::changed).forEach(change -> {
                unsaid.remove(change);
                unsaid.add(change);
            });
            heard = events.get(events.size() - 1).id();
        }
    }

    private Stream<Changed> changed(ChangeEvent event) {
        return Arrays.stream(TicketType.values())
                .filter(type -> type.table().equals(event.table()))
                .map(type -> new Changed(type, event.sysId(), event.kind()));
    }

    /** Once in a while for all that happened meanwhile. */
    @Scheduled(fixedDelay = TELL_EVERY_MILLIS)
    void tell() {
        Set<Changed> changes;
        Id place;
        synchronized (unsaid) {
            changes = new LinkedHashSet<>(unsaid);
            unsaid.clear();
            place = heard;
        }
        if (changes.isEmpty() || streams.isEmpty()) {
            counted = changes.isEmpty() ? counted : Map.of();
            told = place;
            return;
        }
        try {
            var byScope = streams.stream().collect(Collectors.groupingBy(DeskStream::scope));
            counted = byScope.keySet().stream().collect(Collectors.toMap(scope -> scope, counters::now));
            byScope.forEach((scope, followers) -> {
                var news = new Pending(seen(changes, scope), false, place);
                followers.forEach(stream -> stream.tell(news));
            });
            told = place;
        } catch (DataAccessException e) {
            LOG.debug("The open pages are told when the database answers again: {}", Failures.explain(e));
            synchronized (unsaid) {
                unsaid.addAll(changes);
            }
        }
    }

    /** A browser that has gone is only noticed by a message to it. */
    @Scheduled(fixedDelay = HEARTBEAT_MILLIS)
    void beat() {
        streams.forEach(stream -> stream.tell(new Pending(Set.of(), false, told)));
    }

    /** Before the web server waits for requests to end. */
    @EventListener(ContextClosedEvent.class)
    void close() {
        if (end != null) {
            end.run();
        }
        streams.forEach(DeskStream::close);
    }

    private Set<Changed> seen(Set<Changed> changes, RowScope scope) {
        if (scope.isUnlimited()) {
            return changes;
        }
        var keys = tickets.visible(changes.stream().map(Changed::id).toList(), scope);
        return changes.stream()
                .filter(change -> keys.contains(change.id))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private List<Counter> counted(RowScope scope) {
        var known = counted.get(scope);
        if (known == null) {
            known = counters.now(scope);
            var all = new HashMap<>(counted);
            all.put(scope, known);
            counted = Map.copyOf(all);
        }
        return known;
    }

    private String message(RowScope scope, Pending news) {
        var known = counted.getOrDefault(scope, List.of());
        var cards = Arrays.stream(TicketType.values())
                .map(type -> known.stream()
                        .filter(one -> one.type() == type && !type.isFinished(one.state()))
                        .toList())
                .filter(open -> !open.isEmpty())
                .map(open -> Map.of(
                        "type", open.get(0).type().table(),
                        "open", open.stream().mapToLong(Counter::total).sum(),
                        "today", open.stream().mapToLong(Counter::today).sum()))
                .toList();
        var body = Map.of(
                "counters",
                        known.stream()
                                .map(one ->
                                        Map.of("type", one.type().table(), "state", one.state(), "total", one.total()))
                                .toList(),
                "cards", cards,
                "tickets",
                        news.tickets().stream()
                                .map(one -> Map.of("type", one.type.table(), "id", one.id, "kind", one.kind))
                                .toList(),
                "much", news.isMuch());
        try {
            return "id: %s\n%sdata: %s\n\n".formatted(news.place(), RETRY, json.writeValueAsString(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
