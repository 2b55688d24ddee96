package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.assistant.Conversations;
import io.caravana.assistant.Conversations.Agent;
import io.caravana.security.CurrentCaller;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the REST routes for conversations with the assistant, and for its agents. */
@Component("assistantApi")
@ConditionalOnWebApplication
final class AssistantApi {

    private static final int LISTED = 50;

    private final Api api;
    private final Conversations conversations;
    private final CurrentCaller caller;
    private final ObjectMapper json;

    AssistantApi(Api api, Conversations conversations, CurrentCaller caller, ObjectMapper json) {
        this.api = api;
        this.conversations = conversations;
        this.caller = caller;
        this.json = json;
    }

    /** Answers with the caller's latest conversations. */
    public void list(Exchange exchange) throws JsonProcessingException {
        var query = Query.of(exchange, "q");
        api.answer(exchange, conversations.list(owner(), query.text("q"), LISTED));
    }

    /** Answers with what was asked and answered. */
    public void show(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        var turns = conversations.turns(key(id), owner());
        if (turns.isEmpty()) {
            throw missing("conversation", id);
        }
        api.answer(exchange, turns);
    }

    /** Deletes a conversation. */
    public void delete(Exchange exchange, @Header("id") String id) {
        Query.of(exchange);
        if (!conversations.delete(key(id), owner())) {
            throw missing("conversation", id);
        }
        nothing(exchange);
    }

    /** Answers with the agents. */
    public void agents(Exchange exchange) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(exchange, conversations.agents());
    }

    private record Described(String description, List<String> tools, String role) {}

    /** Adds or changes an agent, and answers with it. */
    public void put(Exchange exchange, @Header("name") String name) throws IOException {
        Query.of(exchange);
        Described described;
        try {
            described = json.readValue(Api.body(exchange), Described.class);
        } catch (JsonProcessingException e) {
            throw new BadRequestException("the body is no JSON with description, tools and role");
        }
        var agent = new Agent(
                name,
                described.description() == null ? "" : described.description(),
                described.tools() == null ? List.of() : described.tools(),
                described.role() == null ? "viewer" : described.role());
        conversations.put(agent);
        api.answer(exchange, agent);
    }

    /** Removes an agent. */
    public void remove(Exchange exchange, @Header("name") String name) {
        Query.of(exchange);
        if (!conversations.removeAgent(name)) {
            throw missing("agent", name);
        }
        nothing(exchange);
    }

    private static void nothing(Exchange exchange) {
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
        exchange.getMessage().setBody(null);
    }

    private static UUID key(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(400, "'%s' is no id of a conversation".formatted(id));
        }
    }

    private String owner() {
        return caller.name() == null ? "" : caller.name();
    }

    private static BadRequestException missing(String what, String id) {
        return new BadRequestException(404, "there is no %s '%s'".formatted(what, id));
    }
}
