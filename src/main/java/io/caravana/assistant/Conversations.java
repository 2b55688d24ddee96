package io.caravana.assistant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The agents, and what was asked and answered. Whoever asks sees their own conversations alone. */
@Component
public class Conversations {

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    Conversations(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * An agent.
     *
     * @param tools the tools that it may call
     * @param role who may ask it: viewer or operator
     */
    public record Agent(String name, String description, List<String> tools, String role) {}

    /** A conversation in a list. */
    public record Listed(UUID id, String agent, String title, OffsetDateTime changedAt) {}

    /** A question with its answer. */
    public record Kept(String question, Answer answer, OffsetDateTime at) {}

    public List<Agent> agents() {
        return jdbc.sql("SELECT * FROM caravana.agent ORDER BY name")
                .query((row, number) -> agent(row))
                .list();
    }

    /** Read for each question, so that a change takes effect at once in every worker. */
    Optional<Agent> agent(String name) {
        return jdbc.sql("SELECT * FROM caravana.agent WHERE name = ?")
                .param(name)
                .query((row, number) -> agent(row))
                .optional();
    }

    /**
     * Adds or changes an agent.
     *
     * @throws IllegalArgumentException if it cannot be one
     */
    public void put(Agent agent) {
        if (!agent.name().matches("[a-z][a-z0-9-]{0,40}") || !agent.role().matches("viewer|operator")) {
            throw new IllegalArgumentException(
                    "a name has small letters, digits and hyphens; a role is viewer or operator");
        }
        agent.tools().forEach(Tool::of);
        jdbc.sql("""
                        INSERT INTO caravana.agent (name, description, tools, role) VALUES (?, ?, ?, ?)
                        ON CONFLICT (name) DO UPDATE SET description = EXCLUDED.description, tools = EXCLUDED.tools, role = EXCLUDED.role""")
                .params(agent.name(), agent.description(), agent.tools().toArray(String[]::new), agent.role())
                .update();
    }

    /** Removes an agent; false where there is none with that name. */
    public boolean removeAgent(String name) {
        return jdbc.sql("DELETE FROM caravana.agent WHERE name = ?").param(name).update() > 0;
    }

    private static Agent agent(ResultSet row) throws SQLException {
        return new Agent(
                row.getString("name"),
                row.getString("description"),
                List.of((String[]) row.getArray("tools").getArray()),
                row.getString("role"));
    }

    /**
     * The conversation to go on with, or a new one.
     *
     * @throws IllegalArgumentException if the asker has none with that id
     */
    UUID open(UUID id, String agent, String title, String owner) {
        if (id == null) {
            return jdbc.sql(
                            "INSERT INTO caravana.conversation (agent, title, owner) VALUES (?, left(?, 200), ?) RETURNING id")
                    .params(agent, title, owner)
                    .query(UUID.class)
                    .single();
        }
        if (jdbc.sql("UPDATE caravana.conversation SET changed_at = now() WHERE id = ? AND owner = ?")
                        .params(id, owner)
                        .update()
                == 0) {
            throw new IllegalArgumentException("there is no conversation '%s'".formatted(id));
        }
        return id;
    }

    void add(UUID conversation, String question, Answer answer) {
        try {
            jdbc.sql("INSERT INTO caravana.chat_turn (conversation, question, answer) VALUES (?, ?, CAST(? AS jsonb))")
                    .params(
                            conversation,
                            question,
                            json.writeValueAsString(answer).replace("\\u0000", ""))
                    .update();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The latest conversations of somebody, of those with a text where one is given. */
    public List<Listed> list(String owner, String text, int most) {
        var like = text == null || text.isBlank() ? null : "%" + text.replaceAll("([\\\\%_])", "\\\\$1") + "%";
        return jdbc.sql("""
                        SELECT id, agent, title, changed_at FROM caravana.conversation AS c
                        WHERE owner = :owner AND (CAST(:text AS text) IS NULL OR EXISTS (
                          SELECT FROM caravana.chat_turn AS t WHERE t.conversation = c.id
                            AND (t.question ILIKE :text OR CAST(t.answer -> 'claims' AS text) ILIKE :text)))
                        ORDER BY changed_at DESC, id LIMIT :most""")
                .param("owner", owner)
                .param("text", like)
                .param("most", most)
                .query((row, number) -> new Listed(
                        row.getObject(1, UUID.class),
                        row.getString(2),
                        row.getString(3),
                        row.getObject(4, OffsetDateTime.class)))
                .list();
    }

    /** What was asked and answered in a conversation, in order; empty where the asker has no such conversation. */
    public List<Kept> turns(UUID id, String owner) {
        return jdbc.sql("""
                        SELECT question, CAST(answer AS text), asked_at FROM caravana.chat_turn AS t JOIN caravana.conversation AS c ON c.id = t.conversation
                        WHERE c.id = ? AND c.owner = ? ORDER BY t.place""")
                .params(id, owner)
                .query((row, number) ->
                        new Kept(row.getString(1), answer(row.getString(2)), row.getObject(3, OffsetDateTime.class)))
                .list();
    }

    private Answer answer(String text) {
        try {
            return json.readValue(text, Answer.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A kept answer cannot be read", e);
        }
    }

    /** Deletes a conversation with all that was said; false where the asker has none with that id. */
    public boolean delete(UUID id, String owner) {
        return jdbc.sql("DELETE FROM caravana.conversation WHERE id = ? AND owner = ?")
                        .params(id, owner)
                        .update()
                > 0;
    }
}
