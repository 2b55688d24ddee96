package io.caravana.knowledge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.replica.RowScope;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Finds tickets by what they say. */
@Component
public class Search {

    /** So many of those that match, the newest, are ranked. */
    private static final int RANKED = 2_000;

    private static final String FIND = """
            WITH candidate AS MATERIALIZED (
              SELECT d.table_name, d.sys_id, d.words, d.updated_at FROM caravana.search_document AS d
              WHERE d.words @@ CAST(:query AS tsquery) AND (:type = '' OR d.table_name = :type) AND (:state = '' OR d.state = :state)
                AND (:priority = '' OR d.priority = :priority) AND (:group = '' OR d.assignment_group = :group)
                AND (:company = '' OR d.company = :company) AND %s
              ORDER BY d.updated_at DESC NULLS LAST LIMIT :ranked)
            SELECT table_name, sys_id,
              10 * (SELECT count(*) FROM unnest(CAST(:terms AS text[])) AS term WHERE words @@ CAST(term AS tsquery))
                + ts_rank('{0.1, 0.3, 0.6, 1}', words, CAST(:exact AS tsquery))
                + 0.4 * ts_rank('{0.1, 0.3, 0.6, 1}', words, CAST(:query AS tsquery)) AS score
            FROM candidate ORDER BY score DESC, updated_at DESC NULLS LAST, sys_id LIMIT :most""".formatted(RowScope.condition("d.company", "d.assignment_group"));

    /** Once more by the ticket itself: the index may be a moment behind. */
    private static final String READ = """
            SELECT sys_id, CAST(fields AS text) FROM (
              SELECT t.sys_id, to_jsonb(t) AS fields FROM servicenow."%s" AS t WHERE t.sys_id = ANY (:keys)) AS ticket
            WHERE fields ->> 'etl_deleted_at' IS NULL AND %s""";

    private final JdbcClient jdbc;
    private final SearchIndex index;
    private final Glossary glossary;
    private final Spelling spelling;
    private final ObjectMapper json;
    private final boolean isEnabled;

    Search(
            JdbcClient jdbc,
            SearchIndex index,
            Glossary glossary,
            Spelling spelling,
            ObjectMapper json,
            SearchProperties properties) {
        this.jdbc = jdbc;
        this.index = index;
        this.glossary = glossary;
        this.spelling = spelling;
        this.json = json;
        this.isEnabled = properties.enabled();
    }

    /**
     * Which tickets are looked at. An empty text is no condition.
     *
     * @param type a replica table, such as {@code incident}
     * @param group a key of {@code sys_user_group}
     * @param company a key of {@code core_company}
     */
    public record Filter(String type, String state, String priority, String group, String company) {
        public static final Filter NONE = new Filter("", "", "", "", "");
    }

    /** A ticket that was found: its replica table, its row, and how well it fits. */
    public record Hit(String type, JsonNode ticket, double score) {}

    /**
     * What was found.
     *
     * @param complete whether the index has every ticket; false for a while after the first search
     * @param hits the best first
     */
    public record Answer(boolean complete, List<Hit> hits) {}

    public boolean isEnabled() {
        return isEnabled;
    }

    /**
     * Finds the tickets that fit best.
     *
     * @param text what somebody has typed
     * @param scope what they may see
     */
    public Answer find(String text, Filter filter, RowScope scope, int most) {
        var complete = index.begin();
        var question = question(text);
        var found = new LinkedHashMap<String, Hit>();
        if (!question.isEmpty()) {
            for (var level : question.levels()) {
                if (found.size() < most) {
                    find(level, question, filter, scope, most)
                            .forEach(hit -> found.putIfAbsent(
                                    hit.type() + hit.ticket().path("sys_id").asText(), hit));
                }
            }
        }
        return new Answer(complete, found.values().stream().limit(most).toList());
    }

    /**
     * What somebody has typed, as a {@code tsquery} for {@code caravana.search_document.words}, for a list that has an order of its own:
     * all that has every word. Empty where the text has no word, the search is off, or the index does not have every ticket yet: asking
     * for the first time begins it.
     */
    public String words(String text) {
        if (!isEnabled || text == null || !index.begin()) {
            return "";
        }
        var question = question(text);
        return question.isEmpty() ? "" : question.all();
    }

    private Question question(String text) {
        var phrases = glossary.phrases(Words.of(text));
        return Question.of(phrases, spelling.meant(Question.spelt(phrases)));
    }

    private List<Hit> find(String level, Question question, Filter filter, RowScope scope, int most) {
        record Place(String type, String sysId, double score) {}
        var places = scope.bind(jdbc.sql(FIND))
                .param("query", level)
                .param("exact", question.exact())
                .param("terms", question.terms().toArray(String[]::new))
                .param("type", filter.type())
                .param("state", filter.state())
                .param("priority", filter.priority())
                .param("group", filter.group())
                .param("company", filter.company())
                .param("ranked", RANKED)
                .param("most", most)
                .query((row, number) -> new Place(row.getString(1), row.getString(2), row.getDouble(3)))
                .list();
        var tickets = new HashMap<String, JsonNode>();
        places.stream()
                .collect(Collectors.groupingBy(Place::type, Collectors.mapping(Place::sysId, Collectors.toList())))
                .forEach((type, keys) -> tickets.putAll(read(type, keys, scope)));
        var hits = new ArrayList<Hit>();
        for (var place : places) {
            var ticket = tickets.get(place.type() + place.sysId());
            if (ticket != null) {
                hits.add(new Hit(place.type(), ticket, place.score()));
            }
        }
        return hits;
    }

    private Map<String, JsonNode> read(String type, List<String> keys, RowScope scope) {
        var tickets = new HashMap<String, JsonNode>();
        if (!index.tables().contains(type)) {
            return tickets;
        }
        var condition = RowScope.condition("fields ->> 'company'", "fields ->> 'assignment_group'");
        scope.bind(jdbc.sql(READ.formatted(type, condition)))
                .param("keys", keys.toArray(String[]::new))
                .query(row -> {
                    tickets.put(type + row.getString(1), parse(row.getString(2)));
                });
        return tickets;
    }

    private JsonNode parse(String ticket) {
        try {
            return json.readTree(ticket);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
