package io.caravana.assistant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravana.assistant.AssistantProperties.Model;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Asks the first model that answers. One that did not is left alone for a while. */
@Component
class Models {

    private static final Logger LOG = LoggerFactory.getLogger(Models.class);
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final AssistantProperties properties;
    private final ObjectMapper json;
    private final Clock clock;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Map<Model, Instant> leftAloneUntil = new ConcurrentHashMap<>();

    Models(AssistantProperties properties, ObjectMapper json, Clock clock) {
        this.clock = clock;
        this.properties = properties;
        this.json = json;
    }

    /** No model has answered in time. */
    static final class NoModel extends Exception {
        private static final long serialVersionUID = 1L;

        NoModel(String message) {
            super(message);
        }
    }

    Instant deadline(int seconds) {
        return clock.instant().plusSeconds(seconds);
    }

    boolean areOn() {
        return !properties.models().isEmpty();
    }

    /**
     * What a model says next.
     *
     * @param request a request for {@code /chat/completions} without the model
     * @return its message
     */
    JsonNode ask(ObjectNode request, Instant deadline) throws NoModel {
        for (var model : properties.models()) {
            if (clock.instant().isBefore(leftAloneUntil.getOrDefault(model, Instant.MIN))) {
                continue;
            }
            var left = Duration.between(clock.instant(), deadline);
            if (left.isZero() || left.isNegative()) {
                throw new NoModel("the time is over");
            }
            try {
                return ask(model, request, left);
            } catch (IOException e) {
                leftAloneUntil.put(model, clock.instant().plus(PAUSE));
                LOG.warn(
                        "The model {} did not answer and is left alone for {} s: {}",
                        model.name(),
                        PAUSE.toSeconds(),
                        e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new NoModel("interrupted");
            }
        }
        throw new NoModel("no model answers");
    }

    private JsonNode ask(Model model, ObjectNode request, Duration patience) throws IOException, InterruptedException {
        var body = request.deepCopy().put("model", model.name());
        var asked = HttpRequest.newBuilder(URI.create(model.url().replaceAll("/+$", "") + "/chat/completions"))
                .timeout(patience)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json.writeValueAsString(body)));
        if (!model.key().isBlank()) {
            asked.header("Authorization", "Bearer " + model.key().strip());
        }
        var answer = client.send(asked.build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("status " + answer.statusCode());
        }
        try {
            var message = json.readTree(answer.body()).at("/choices/0/message");
            if (!message.isObject()) {
                throw new IOException("it answers without a message");
            }
            return message;
        } catch (JsonProcessingException e) {
            throw new IOException("it answers with no JSON", e);
        }
    }
}
