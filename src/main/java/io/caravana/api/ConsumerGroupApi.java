package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.caravana.change.ChangeEvent.Id;
import io.caravana.change.ConsumerGroups;
import io.caravana.change.ConsumerGroups.State;
import io.caravana.security.CurrentCaller;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the REST routes for consumer groups. */
@Component("consumerGroupApi")
@ConditionalOnWebApplication
final class ConsumerGroupApi {

    private final Api api;
    private final ConsumerGroups groups;
    private final CurrentCaller caller;

    ConsumerGroupApi(Api api, ConsumerGroups groups, CurrentCaller caller) {
        this.api = api;
        this.groups = groups;
        this.caller = caller;
    }

    /** Answers with where each group stands. */
    public void list(Exchange exchange) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(exchange, groups.states());
    }

    /** Answers with a group's dead letters, newest event first. */
    public void deadLetters(Exchange exchange, @Header("group") String group) throws JsonProcessingException {
        var query = Query.of(exchange, "before", "limit");
        var known = known(group);
        if (!caller.scope().isUnlimited()) {
            throw new BadRequestException(
                    403, "dead letters are for callers who see every ticket: yours are limited to companies or groups");
        }
        var before = query.text("before") == null ? null : event(query.text("before"));
        api.page(
                exchange,
                query,
                limit -> groups.deadLetters(known, before, limit),
                letter -> letter.event().id());
    }

    /** Delivers a group's events again, from a moment or an event on. */
    public void replay(Exchange exchange, @Header("group") String group) throws JsonProcessingException {
        var from = Query.of(exchange, "from").text("from");
        if (from == null) {
            throw new BadRequestException(
                    "from is missing: it takes a moment such as 2026-11-03T12:00:00Z, or an event's id");
        }
        var event = Id.parse(from);
        var isMoved = event.isPresent()
                ? groups.replay(known(group), event.get())
                : groups.replay(known(group), moment(from));
        if (!isMoved) {
            throw new BadRequestException(409, "the group has been given no event from %s on".formatted(from));
        }
        api.answer(
                exchange,
                groups.states().stream()
                        .filter(state -> state.name().equals(group))
                        .findFirst()
                        .orElseThrow());
    }

    /** Delivers a dead letter again. */
    public void replayDeadLetter(Exchange exchange, @Header("group") String group, @Header("event") String event)
            throws JsonProcessingException {
        Query.of(exchange);
        done(exchange, groups.replayDeadLetter(known(group), event(event)), event);
    }

    /** Drops a dead letter for good. */
    public void dropDeadLetter(Exchange exchange, @Header("group") String group, @Header("event") String event)
            throws JsonProcessingException {
        Query.of(exchange);
        done(exchange, groups.dropDeadLetter(known(group), event(event)), event);
    }

    private void done(Exchange exchange, boolean isDone, String event) throws JsonProcessingException {
        if (!isDone) {
            throw new BadRequestException(404, "the group has no dead letter '%s'".formatted(event));
        }
        api.answer(exchange, Map.of("event", event));
    }

    private String known(String group) {
        var names = groups.states().stream().map(State::name).toList();
        if (!names.contains(group)) {
            throw new BadRequestException(
                    404, "there is no consumer group '%s'; there are %s".formatted(group, String.join(", ", names)));
        }
        return group;
    }

    private static Id event(String text) {
        return Id.parse(text)
                .orElseThrow(() ->
                        new BadRequestException("'%s' is no event: it takes an id such as 7301-42".formatted(text)));
    }

    private static OffsetDateTime moment(String text) {
        try {
            return OffsetDateTime.parse(text);
        } catch (DateTimeException e) {
            throw new BadRequestException(
                    "from is '%s': it takes a moment such as 2026-11-03T12:00:00Z, or an event's id".formatted(text));
        }
    }
}
