package io.caravana.knowledge;

import io.caravana.knowledge.Words.Word;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Finds what may be meant by a word that no ticket has: words that differ by one letter more, less, other, or by two that changed places. */
@Component
class Spelling {

    private static final int SHORTEST = 4;

    private static final String UNKNOWN = """
            SELECT word FROM unnest(CAST(:words AS text[]), CAST(:stems AS text[])) AS asked (word, stem)
            WHERE NOT EXISTS (SELECT FROM caravana.search_word AS known WHERE known.stem = asked.stem)""";

    private static final String ALIKE = """
            SELECT DISTINCT stem FROM caravana.search_word
            WHERE misspelt && CAST(:misspelt AS text[]) AND abs(length(word) - :length) <= 1 LIMIT 20""";

    private final JdbcClient jdbc;

    Spelling(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** For each word that no ticket has and that is like others, the stems of those. */
    Map<String, Set<String>> meant(Collection<Word> words) {
        var meant = new HashMap<String, Set<String>>();
        if (words.isEmpty()) {
            return meant;
        }
        var unknown = jdbc.sql(UNKNOWN)
                .param("words", words.stream().map(Word::plain).toArray(String[]::new))
                .param("stems", words.stream().map(Word::stem).toArray(String[]::new))
                .query(String.class)
                .list();
        for (var word : unknown) {
            if (word.length() >= SHORTEST) {
                var alike = jdbc.sql(ALIKE)
                        .param("misspelt", Words.misspelt(word).toArray(String[]::new))
                        .param("length", word.length())
                        .query(String.class)
                        .list();
                meant.put(word, new LinkedHashSet<>(alike));
            }
        }
        return meant;
    }
}
