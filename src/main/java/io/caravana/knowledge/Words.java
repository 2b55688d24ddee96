package io.caravana.knowledge;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The words of a text, as the index keeps them and questions ask for them: in small letters, without accents, and by their stems, so that
 * conexão, conexões and conexao are one. PostgreSQL's own configurations find neither plurals nor unaccented words
 * ({@code findings/postgresql-portuguese-plurals.sh}), and a ticket has two languages.
 */
final class Words {

    /** Letters and digits, and what joins them in the names of hosts, jobs, files, groups and people. */
    private static final Pattern TOKEN =
            Pattern.compile("[\\p{L}\\p{N}\\p{M}]+(?:[._#@:/\\\\-]+[\\p{L}\\p{N}\\p{M}]+)*");

    private static final Pattern LEVELS = Pattern.compile("[.#@:/\\\\]+");
    private static final Pattern PARTS = Pattern.compile("[._#@:/\\\\-]+");
    private static final Pattern ACCENTS = Pattern.compile("\\p{M}+");
    private static final Pattern LETTERS = Pattern.compile("\\p{L}+");

    /** PostgreSQL takes lexemes of 2 kB; nobody looks for names as long as that. */
    private static final int LONGEST = 80;

    private static final Set<String> IGNORED = Set.of(
            ("a o as os um uma de do da dos das em no na nos nas ao aos por para pra com sem que se e ou mas nao ja foi"
                            + " ser esta estao eu ele ela isso este essa esse seu sua meu minha mais muito desde apenas"
                            + " the an of in on at to for with is are was be and or not it this that my your i we they")
                    .split(" "));

    /** Endings of one word in several forms, the longest first. They are cut where a stem of four letters or more is left. */
    private static final List<String> ENDINGS = List.of(
            "icao", "acao", "ando", "endo", "indo", "ados", "adas", "idos", "idas", "ing", "ado", "ada", "ido", "ida",
            "ed", "ar", "er", "ir", "ou");

    private static final int SHORTEST_STEM = 4;

    private Words() {}

    /**
     * A word.
     *
     * @param plain in small letters and without accents
     * @param stem what all its forms share
     */
    record Word(String plain, String stem) {

        static Word of(String plain) {
            return new Word(plain, LETTERS.matcher(plain).matches() ? stemOf(plain) : plain);
        }

        /** Whether it is a word of a language, which people may misspell, and not a number or a name with digits. */
        boolean isOfLanguage() {
            return LETTERS.matcher(plain).matches();
        }
    }

    /**
     * Something that stands in a text.
     *
     * @param whole the whole, such as {@code mdm#js_folha.job_01}
     * @param parts what it is made of, in two steps; the word itself where it is one
     */
    record Token(String whole, List<Word> parts) {

        boolean isName() {
            return parts.size() != 1 || !parts.get(0).plain().equals(whole);
        }
    }

    /** The tokens of a text, without words that say nothing. */
    static List<Token> of(String text) {
        var tokens = new ArrayList<Token>();
        for (var matcher = TOKEN.matcher(plain(text)); matcher.find(); ) {
            var whole = matcher.group();
            if (whole.length() <= LONGEST && !IGNORED.contains(whole)) {
                tokens.add(new Token(whole, parts(whole)));
            }
        }
        return tokens;
    }

    /** In small letters, without accents. */
    static String plain(String text) {
        var apart = Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFKD);
        return ACCENTS.matcher(apart).replaceAll("");
    }

    private static List<Word> parts(String whole) {
        var parts = new LinkedHashSet<String>(List.of(LEVELS.split(whole)));
        parts.addAll(List.of(PARTS.split(whole)));
        if (parts.size() > 1) {
            parts.remove(whole);
        }
        return parts.stream()
                .filter(part -> !IGNORED.contains(part))
                .map(Word::of)
                .toList();
    }

    static String stemOf(String plain) {
        var word = singular(plain);
        for (var ending : ENDINGS) {
            if (word.endsWith(ending) && word.length() - ending.length() >= SHORTEST_STEM) {
                return word.substring(0, word.length() - ending.length());
            }
        }
        var last = word.charAt(word.length() - 1);
        if (word.length() > SHORTEST_STEM - 1 && (last == 'a' || last == 'e' || last == 'o')) {
            return word.substring(0, word.length() - 1);
        }
        return switch (last) {
            case 'm' -> word.substring(0, word.length() - 1) + "n";
            case 'y' -> word.substring(0, word.length() - 1) + "i";
            default -> word;
        };
    }

    /** Portuguese and English plurals; what is no plural and looks like one changes in the same way wherever it stands. */
    private static String singular(String word) {
        if (word.length() <= SHORTEST_STEM - 1 || !word.endsWith("s") || word.endsWith("ss")) {
            return word;
        }
        var root = word.substring(0, word.length() - 1);
        if (root.endsWith("oe") || root.endsWith("ae")) {
            return root.substring(0, root.length() - 2) + "ao";
        }
        if (root.endsWith("ai") || root.endsWith("ei") || root.endsWith("oi")) {
            return root.substring(0, root.length() - 1) + "l";
        }
        return root;
    }

    /** The word with each of its letters left out once: two words that share one of these differ by one slip. */
    static List<String> misspelt(String plain) {
        var left = new LinkedHashSet<String>();
        left.add(plain);
        for (int index = 0; index < plain.length(); index++) {
            left.add(plain.substring(0, index) + plain.substring(index + 1));
        }
        return List.copyOf(left);
    }
}
