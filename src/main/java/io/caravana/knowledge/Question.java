package io.caravana.knowledge;

import io.caravana.knowledge.Glossary.Phrase;
import io.caravana.knowledge.Words.Token;
import io.caravana.knowledge.Words.Word;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What somebody asks for, as PostgreSQL's text search takes it.
 *
 * @param exact what was typed, each word by its stem
 * @param terms for each word or phrase, all that may stand in its place
 */
record Question(String exact, List<String> terms) {

    /** Beyond so many words, leaving one out would be as good as leaving any out. */
    private static final int MOST_TO_LEAVE_OUT_ONE = 8;

    /** Beginnings of words are looked for where two letters or more were typed. */
    private static final int SHORTEST_BEGINNING = 2;

    /**
     * Reads a question.
     *
     * @param phrases its words
     * @param spelling for words that no ticket has, the stems of those that may be meant
     */
    static Question of(List<Phrase> phrases, Map<String, Set<String>> spelling) {
        var exact = new ArrayList<String>();
        var terms = new ArrayList<String>();
        for (int index = 0; index < phrases.size(); index++) {
            var phrase = phrases.get(index);
            var isLast = index == phrases.size() - 1;
            phrase.tokens().forEach(token -> exact.add(exact(token)));
            terms.add(any(meant(phrase, spelling, isLast)));
        }
        return new Question(any(exact), terms);
    }

    /** The words of a question that people may have misspelt. */
    static Set<Word> spelt(Collection<Phrase> phrases) {
        return phrases.stream()
                .filter(phrase -> phrase.same().isEmpty())
                .flatMap(phrase -> phrase.tokens().stream())
                .flatMap(token -> token.parts().stream())
                .filter(Word::isOfLanguage)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    boolean isEmpty() {
        return terms.isEmpty();
    }

    /** Whoever has all of it. */
    String all() {
        return String.join(" & ", terms);
    }

    /** The question, and what may do if too little is found: all of it; all but one word; any word. */
    List<String> levels() {
        var levels = new ArrayList<String>(List.of(all()));
        if (terms.size() > 2 && terms.size() <= MOST_TO_LEAVE_OUT_ONE) {
            levels.add(any(IntStream.range(0, terms.size())
                    .mapToObj(left -> IntStream.range(0, terms.size())
                            .filter(index -> index != left)
                            .mapToObj(terms::get)
                            .collect(Collectors.joining(" & ", "(", ")")))
                    .toList()));
        }
        if (terms.size() > 1) {
            levels.add(any(terms));
        }
        return levels;
    }

    /** A name is looked for as a whole first: what has only its parts ranks lower. */
    private static String exact(Token token) {
        return token.isName()
                ? Document.quoted(token.whole())
                : Document.quoted(token.parts().get(0).stem());
    }

    private static List<String> meant(Phrase phrase, Map<String, Set<String>> spelling, boolean isLast) {
        var meant = new LinkedHashSet<String>();
        meant.add(phrase.tokens().stream()
                .map(token -> meant(token, spelling))
                .collect(Collectors.joining(" & ", "(", ")")));
        phrase.same()
                .forEach(same -> meant.add(Stream.of(same.split(" "))
                        .map(Document::quoted)
                        .collect(Collectors.joining(" <-> ", "(", ")"))));
        var last = phrase.tokens().get(phrase.tokens().size() - 1).whole();
        if (isLast && phrase.tokens().size() == 1 && last.length() >= SHORTEST_BEGINNING) {
            meant.add(Document.quoted(last) + ":*");
        }
        return List.copyOf(meant);
    }

    private static String meant(Token token, Map<String, Set<String>> spelling) {
        var parts = token.parts().stream()
                .map(word -> any(
                        Stream.concat(Stream.of(word.stem()), spelling.getOrDefault(word.plain(), Set.of()).stream())
                                .distinct()
                                .map(Document::quoted)
                                .toList()))
                .collect(Collectors.joining(" & ", "(", ")"));
        if (token.parts().isEmpty()) {
            return Document.quoted(token.whole());
        }
        return token.isName() ? any(List.of(Document.quoted(token.whole()), parts)) : parts;
    }

    private static String any(Collection<String> alternatives) {
        return alternatives.stream().distinct().collect(Collectors.joining(" | ", "(", ")"));
    }
}
