package io.caravana.knowledge;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravana.knowledge.Words.Token;
import io.caravana.knowledge.Words.Word;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the index knows of a ticket. */
final class Document {

    /** Where a word stands decides what it weighs: A in a name or number, B in the title, C for people, groups and things, D elsewhere. */
    private static final Map<String, Character> WEIGHTS = weights();

    private static final String FEWEST_FIRST = "ABCD";

    /** PostgreSQL keeps so many positions in a text. */
    private static final int LAST_POSITION = 16_383;

    /** Between two columns, so that no phrase reaches from one into the other. */
    private static final int GAP = 10;

    private final Map<String, Map<Integer, Character>> lexemes = new TreeMap<>();
    private final Map<String, String> vocabulary = new HashMap<>();
    private int position;

    private static Map<String, Character> weights() {
        var weights = new LinkedHashMap<String, Character>();
        weights.put("number", 'A');
        weights.put("short_description", 'B');
        List.of(
                        "caller_id",
                        "opened_by",
                        "assigned_to",
                        "assignment_group",
                        "company",
                        "cmdb_ci",
                        "business_service",
                        "location",
                        "resolved_by",
                        "closed_by",
                        "requested_for",
                        "cat_item")
                .forEach(reference -> weights.put("dv_" + reference, 'C'));
        List.of(
                        "description",
                        "close_notes",
                        "work_notes",
                        "comments",
                        "dv_category",
                        "dv_subcategory",
                        "cause",
                        "correlation_id")
                .forEach(column -> weights.put(column, 'D'));
        return weights;
    }

    /**
     * Reads a ticket.
     *
     * @param ticket its columns
     * @param notes what people wrote about it; empty where that is not loaded
     */
    Document(JsonNode ticket, String notes) {
        WEIGHTS.forEach((column, weight) -> add(ticket.path(column).asText(""), weight));
        add(notes, 'D');
    }

    private void add(String text, char weight) {
        var tokens = Words.of(text);
        for (var token : tokens) {
            position = Math.min(position + 1, LAST_POSITION);
            if (token.isName()) {
                put(token.whole(), 'A');
            }
            token.parts().forEach(word -> put(word, token, weight));
        }
        position = tokens.isEmpty() ? position : Math.min(position + GAP, LAST_POSITION);
    }

    private void put(Word word, Token token, char weight) {
        put(word.stem(), word.isOfLanguage() || token.isName() ? weight : 'A');
        if (word.isOfLanguage()) {
            vocabulary.put(word.plain(), word.stem());
        }
    }

    private void put(String lexeme, char weight) {
        lexemes.computeIfAbsent(lexeme, first -> new TreeMap<>())
                .merge(
                        position,
                        weight,
                        (one, other) -> FEWEST_FIRST.indexOf(one) <= FEWEST_FIRST.indexOf(other) ? one : other);
    }

    /** The words of languages in it, with their stems. */
    Map<String, String> vocabulary() {
        return vocabulary;
    }

    Set<String> lexemes() {
        return lexemes.keySet();
    }

    /** As PostgreSQL reads a tsvector. */
    String words() {
        return lexemes.entrySet().stream()
                .map(lexeme -> quoted(lexeme.getKey())
                        + lexeme.getValue().entrySet().stream()
                                .map(place -> "" + place.getKey() + place.getValue())
                                .collect(Collectors.joining(",", ":", "")))
                .collect(Collectors.joining(" "));
    }

    /** A lexeme as it stands in a tsvector and a tsquery. */
    static String quoted(String lexeme) {
        return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
