package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.security.CurrentCaller;
import io.caravana.webhook.Webhooks;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the REST routes for webhooks. */
@Component("webhookApi")
@ConditionalOnWebApplication
final class WebhookApi {

    private static final Pattern TYPE = Pattern.compile("[a-z*][a-z0-9:*-]{0,99}");
    private static final int MOST_TYPES = 100;

    private final Api api;
    private final Webhooks webhooks;
    private final CurrentCaller caller;
    private final ObjectMapper json;

    WebhookApi(Api api, Webhooks webhooks, CurrentCaller caller, ObjectMapper json) {
        this.api = api;
        this.webhooks = webhooks;
        this.caller = caller;
        this.json = json;
    }

    /** Answers with every webhook, without its secret. */
    public void list(Exchange exchange) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(exchange, webhooks.list());
    }

    /** Registers a program for the events that whoever asks may see, and answers with its secret. */
    public void register(Exchange exchange) throws IOException {
        Query.of(exchange);
        var request = request(Api.body(exchange));
        var webhook = webhooks.register(
                request.path("url").asText(), events(request.path("events")), caller.scope(), caller.name());
        api.answer(exchange, webhook);
        exchange.getMessage().setHeader("Location", "/api/webhooks/" + webhook.id());
    }

    private JsonNode request(String body) {
        try {
            var request = json.readTree(body);
            for (var name : (Iterable<String>) request::fieldNames) {
                if (!List.of("url", "events").contains(name)) {
                    throw new BadRequestException("there is no field '%s'; the fields are url, events".formatted(name));
                }
            }
            if (request.path("url").isTextual() && request.path("events").isArray()) {
                return request;
            }
        } catch (JsonProcessingException e) {
            throw new BadRequestException("the body is no JSON");
        }
        throw new BadRequestException("the body takes a url and a list of events, such as [\"incident:*\"]");
    }

    private static List<String> events(JsonNode types) {
        var events = StreamSupport.stream(types.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        if (events.isEmpty()
                || events.size() > MOST_TYPES
                || !events.stream().allMatch(type -> TYPE.matcher(type).matches())) {
            throw new BadRequestException("events takes 1 to %d types such as incident:resolved; * stands for any text"
                    .formatted(MOST_TYPES));
        }
        return events;
    }

    /** Changes a webhook's secret and answers with it. */
    public void rotate(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(exchange, webhooks.rotate(id).orElseThrow(() -> unknown(id)));
    }

    /** Lets a webhook that was disabled resume. */
    public void enable(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(exchange, webhooks.enable(id).orElseThrow(() -> unknown(id)));
    }

    /** Forgets a webhook. */
    public void remove(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        if (!webhooks.remove(id)) {
            throw unknown(id);
        }
        api.answer(exchange, Map.of("id", id));
    }

    private static BadRequestException unknown(String id) {
        return new BadRequestException(404, "there is no webhook '%s'".formatted(id));
    }
}
