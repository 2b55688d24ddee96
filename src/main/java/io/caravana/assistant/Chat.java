package io.caravana.assistant;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.assistant.Conversations.Agent;
import io.caravana.assistant.Models.NoModel;
import io.caravana.replica.RowScope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Answers questions, and keeps them with their answers. */
@Component
public class Chat {

    /** The agent that is there from the start. */
    public static final String OPERATIONS = "operations";

    private static final Logger LOG = LoggerFactory.getLogger(Chat.class);
    private static final int LONGEST = 2_000;

    private final ToolCalls calls;
    private final Conversations conversations;
    private final AssistantProperties properties;
    private final ObjectMapper json;
    private final Models models;
    private final Verifier verifier = new Verifier();

    Chat(
            ToolCalls calls,
            Conversations conversations,
            AssistantProperties properties,
            ObjectMapper json,
            Models models) {
        this.models = models;
        this.calls = calls;
        this.conversations = conversations;
        this.properties = properties;
        this.json = json;
    }

    /**
     * Who asks.
     *
     * @param name empty: nobody who has signed in
     * @param scope what they may see
     * @param mayOperate whether they have the role operator
     * @param language the languages that they prefer, as a browser says it; may be null
     */
    public record Asker(String name, RowScope scope, boolean mayOperate, String language) {}

    /** What was asked and answered. */
    public record Turn(UUID conversation, String question, Answer answer) {}

    public boolean isEnabled() {
        return properties.enabled();
    }

    /**
     * Answers a question.
     *
     * @param conversation an earlier one of the same asker; null: a new one
     * @param onCall is told of each tool before it is called, with its values
     * @throws IllegalArgumentException if there is no such agent or conversation, or the question is empty or too long
     */
    public Turn ask(
            String agentId,
            UUID conversation,
            String message,
            Asker asker,
            BiConsumer<Tool, Map<String, Object>> onCall) {
        if (message == null || message.isBlank() || message.length() > LONGEST) {
            throw new IllegalArgumentException("message takes a question of at most %d characters".formatted(LONGEST));
        }
        var agent = agent(agentId == null ? OPERATIONS : agentId, asker);
        var kept = conversations.open(conversation, agent.name(), message, asker.name());
        var answer = answer(agent, message.strip(), asker, onCall);
        conversations.add(kept, message, answer);
        return new Turn(kept, message, answer);
    }

    /** With a model as far as what it claims holds, else without. */
    private Answer answer(Agent agent, String message, Asker asker, BiConsumer<Tool, Map<String, Object>> onCall) {
        var struck = 0;
        if (models.areOn()) {
            var ledger = new Ledger(json);
            try {
                var claims = new Dialogue(models, calls, json, asker.scope(), Set.copyOf(agent.tools()), ledger, onCall)
                        .run(message);
                var verdict = verifier.checkForeign(claims, ledger.all());
                if (!verdict.claims().isEmpty()) {
                    return new Answer(verdict.claims(), ledger.all(), List.of(), verdict.struck());
                }
                struck = verdict.struck();
            } catch (NoModel e) {
                LOG.info("Answered without a model: {}", e.getMessage());
            }
        }
        var question = Question.of(message, asker.language());
        var ledger = new Ledger(json);
        var investigation =
                new Investigation(question, asker.scope(), calls, Set.copyOf(agent.tools()), ledger, onCall);
        investigation.run();
        var verdict = verifier.check(investigation.claims(), ledger.all());
        return new Answer(verdict.claims(), ledger.all(), investigation.notFound(), verdict.struck() + struck);
    }

    private Agent agent(String name, Asker asker) {
        return conversations
                .agent(name)
                .filter(agent -> agent.role().equals("viewer") || asker.mayOperate())
                .orElseThrow(() -> new IllegalArgumentException("there is no agent '%s' for you".formatted(name)));
    }
}
