package io.caravana.assistant;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Lets claims through whose evidence has what they say: every number, moment, ticket, job, id and state, and every negation in the same
 * words. It knows nothing of who wrote them, and is no model.
 */
final class Verifier {

    /** Names with digits or underscores, ids, moments and numbers, the longest first. */
    private static final Pattern FACT = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
            + "|\\d{4}-\\d\\d-\\d\\d(?:[ T]\\d\\d:\\d\\d(?::\\d\\d)?)?|\\d\\d/\\d\\d/\\d{4}|\\d\\d:\\d\\d"
            + "|[\\p{L}][\\p{L}\\p{N}]*(?:[_#.-][\\p{L}\\p{N}]+)*[_#\\p{N}][\\p{L}\\p{N}_#.-]*|\\d+(?:[.,]\\d+)*");

    /** Words for states in both languages, and the states that they mean. */
    private static final Map<String, Set<String>> STATES = Map.ofEntries(
            Map.entry("falhou", Set.of("failed")),
            Map.entry("falharam", Set.of("failed")),
            Map.entry("failed", Set.of("failed")),
            Map.entry("abend", Set.of("failed", "abend")),
            Map.entry("atrasado", Set.of("late", "\"late\":true")),
            Map.entry("late", Set.of("late", "\"late\":true")),
            Map.entry("concluído", Set.of("done")),
            Map.entry("done", Set.of("done")),
            Map.entry("retido", Set.of("held")),
            Map.entry("held", Set.of("held")),
            Map.entry("bloqueado", Set.of("blocked")),
            Map.entry("blocked", Set.of("blocked")),
            Map.entry("executando", Set.of("running")),
            Map.entry("running", Set.of("running")),
            Map.entry("espera", Set.of("waiting", "ready", "held", "stuck")),
            Map.entry("waits", Set.of("waiting", "ready", "held", "stuck")),
            Map.entry("sucesso", Set.of("done", "success")),
            Map.entry("succeeded", Set.of("done", "success")),
            Map.entry("cancelado", Set.of("canceled")),
            Map.entry("canceled", Set.of("canceled")),
            Map.entry("violado", Set.of("breached")),
            Map.entry("breached", Set.of("breached")));

    private static final Pattern LEADS_AWAY =
            Pattern.compile("://|]\\(|www\\.|<\\w|javascript:|mailto:", Pattern.CASE_INSENSITIVE);

    private static final Set<String> NEGATIONS = Set.of(
            "not", "no", "never", "none", "neither", "nor", "nobody", "nothing", "without", "cannot", "não", "nao",
            "nem", "nunca", "jamais", "sem", "nenhum", "nenhuma", "ninguém", "nada");

    /** Words by which a text is Portuguese, where "no" means "in the". */
    private static final Set<String> PORTUGUESE =
            Set.of("o", "os", "um", "uma", "de", "do", "da", "em", "está", "foi", "que", "com");

    private static final Pattern WORD = Pattern.compile("\\p{L}+");
    private static final Pattern NAME_OR_WORD = Pattern.compile("[\\p{L}\\p{N}_]+");

    /** @param struck how many were left out */
    record Verdict(List<Claim> claims, int struck) {}

    Verdict check(List<Claim> claims, List<Evidence> evidence) {
        var byId = evidence.stream().collect(Collectors.toMap(Evidence::id, Function.identity()));
        var kept = claims.stream().filter(claim -> holds(claim, byId)).toList();
        return new Verdict(kept, claims.size() - kept.size());
    }

    /** The same for claims of a model: each also has a fact of its own, so that no free prose passes, and leads nowhere. */
    Verdict checkForeign(List<Claim> claims, List<Evidence> evidence) {
        var sound = claims.stream()
                .filter(claim -> !facts(claim.text()).isEmpty()
                        && !LEADS_AWAY.matcher(claim.text()).find())
                .toList();
        var kept = check(sound, evidence).claims();
        return new Verdict(kept, claims.size() - kept.size());
    }

    private static boolean holds(Claim claim, Map<String, Evidence> evidence) {
        if (claim.evidence().isEmpty() || !evidence.keySet().containsAll(claim.evidence())) {
            return false;
        }
        var excerpts = claim.evidence().stream()
                .map(id -> plain(evidence.get(id).excerpt()))
                .collect(Collectors.joining("\n"));
        var facts = facts(excerpts);
        var lower = excerpts.toLowerCase(Locale.ROOT);
        return facts.containsAll(facts(claim.text()))
                && said(lower).containsAll(negations(claim.text().toLowerCase(Locale.ROOT)))
                && states(claim.text(), lower).allMatch(meant -> meant.stream().anyMatch(lower::contains));
    }

    /** JSON as people read it. */
    private static String plain(String json) {
        return json.replaceAll("\\\\[nrt]", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
    }

    private static Set<String> facts(String text) {
        return FACT.matcher(text)
                .results()
                .map(found -> found.group().replaceAll("[.,-]+$", "").toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    /** Every two words of a text that follow each other. */
    private static Set<String> said(String text) {
        var words = words(text);
        return IntStream.range(1, words.size())
                .mapToObj(place -> words.get(place - 1) + " " + words.get(place))
                .collect(Collectors.toSet());
    }

    /** Each negation of a text with the word that it turns round. */
    private static List<String> negations(String text) {
        var words = words(text);
        var isPortuguese = words.stream().anyMatch(PORTUGUESE::contains);
        return IntStream.range(0, words.size())
                .filter(place -> NEGATIONS.contains(words.get(place)))
                .filter(place -> !isPortuguese || !words.get(place).equals("no"))
                .mapToObj(place -> place + 1 < words.size()
                        ? words.get(place) + " " + words.get(place + 1)
                        : place == 0 ? words.get(0) : words.get(place - 1) + " " + words.get(place))
                .toList();
    }

    private static List<String> words(String text) {
        return NAME_OR_WORD
                .matcher(text.replaceAll("n['’]t\\b", " not"))
                .results()
                .map(MatchResult::group)
                .toList();
    }

    /** The states that a text speaks of in other words than the evidence. */
    private static Stream<Set<String>> states(String text, String evidence) {
        var said = WORD.matcher(evidence).results().map(MatchResult::group).collect(Collectors.toSet());
        return WORD.matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .filter(word -> !said.contains(word))
                .map(STATES::get)
                .filter(Objects::nonNull);
    }
}
