package io.caravana.knowledge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/** Words that mean the same at a service desk, in both languages. */
@Component
class Glossary {

    /** By the stems of a word or phrase, separated by blanks, the stems of all that mean the same. */
    private final Map<String, Set<String>> same = new HashMap<>();

    private final int longest;

    Glossary(SearchProperties properties) {
        Stream.concat(builtIn(), properties.synonyms().stream()).forEach(this::add);
        longest = same.keySet().stream()
                .mapToInt(phrase -> phrase.split(" ").length)
                .max()
                .orElse(1);
    }

    private static Stream<String> builtIn() {
        try {
            var text = new ClassPathResource("glossary.txt", Glossary.class).getContentAsString(StandardCharsets.UTF_8);
            return text.lines().filter(line -> !line.isBlank() && !line.startsWith("#"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(String line) {
        var phrases = Stream.of(line.split("=")).map(Glossary::stems).collect(Collectors.toSet());
        phrases.forEach(phrase ->
                same.computeIfAbsent(phrase, first -> new LinkedHashSet<>()).addAll(phrases));
    }

    private static String stems(String phrase) {
        return Words.of(phrase).stream()
                .flatMap(token -> token.parts().stream())
                .map(Words.Word::stem)
                .collect(Collectors.joining(" "));
    }

    /** Words of a question that belong together, as they mean something together. */
    record Phrase(List<Words.Token> tokens, Set<String> same) {}

    /** A question's words, the longest phrases that are known together. */
    List<Phrase> phrases(List<Words.Token> tokens) {
        var phrases = new ArrayList<Phrase>();
        for (int index = 0; index < tokens.size(); ) {
            var phrase = longestFrom(tokens, index);
            phrases.add(phrase);
            index += phrase.tokens().size();
        }
        return phrases;
    }

    private Phrase longestFrom(List<Words.Token> tokens, int index) {
        for (int length = Math.min(longest, tokens.size() - index); length > 0; length--) {
            var part = tokens.subList(index, index + length);
            var stems = part.stream()
                    .flatMap(token -> token.parts().stream())
                    .map(Words.Word::stem)
                    .collect(Collectors.joining(" "));
            if (same.containsKey(stems)) {
                return new Phrase(part, same.get(stems));
            }
        }
        return new Phrase(tokens.subList(index, index + 1), Set.of());
    }
}
