package io.caravana.assistant;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What somebody asks, as far as patterns of words tell.
 *
 * @param isPortuguese whether it is to be answered in Portuguese
 * @param intent what it is about
 * @param number a ticket's number; null: none is named
 * @param job a job's name or id; null: none is named
 * @param hours how far back or ahead; null: nothing is said
 */
record Question(String text, boolean isPortuguese, Intent intent, String number, String job, Integer hours) {

    /** What can be asked; the first that fits. */
    enum Intent {
        LOG("\\blogs?\\b"),
        SIMILAR(
                "similar|parecid|semelhant|resolveu|solucion|solucao|resolvid[oa]s? (antes|da ultima)|solved|fixed it|last time|ultima vez"),
        RUNBOOK(
                "runbook|procediment|manual\\b|passo a passo|como (reinici|reprocess|resolv|trat|proced)|how (do|to|should) (i|we|restart|handle|rerun)|playbook"),
        NEIGHBOURS(
                "depend|predecess|sucess(or|ores)\\b|successor|antes de|depois de|before|after|impact|afeta|vizinh|neighbo|em volta|around"),
        WHY("por ?que|porque|motivo|why|esperando|aguardando|waits|waiting for|parado|preso|stuck|travad"),
        SLA("\\bslas?\\b|venc|estour|prazo|breach|at risk|em risco|run(s)? out|expir"),
        FAILED("falh|abend|quebr|\\berro\\b|errors?\\b|fail|broke|crash"),
        LATE("atras|\\blate\\b|demora|lent[oa]s?\\b|overdue|delayed|slow"),
        RUNNING("rodando|executando|em execucao|running"),
        HELD("retid|\\bheld\\b|suspens|on hold"),
        GROUPS(
                "por grupo|by group|per group|grupos?\\b.*(chamad|fila|carga|backlog)|(carga|fila|backlog).*(grupo|equipe|time)|group workload|workload of|teams?\\b"),
        JOB("\\bjobs?\\b"),
        SEARCH("");

        private final Pattern words;

        Intent(String words) {
            this.words = Pattern.compile(words);
        }
    }

    private static final Pattern TICKET =
            Pattern.compile("\\b(?:INC|RITM|REQ|SCTASK|CTASK|TASK|CHG|PRB)\\d{4,12}\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern JOB = Pattern.compile(
            "\\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\\b|(?<![\\p{L}\\p{N}_])[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?![\\p{L}\\p{N}_])");
    private static final Pattern QUOTED = Pattern.compile("\\bjobs? ['\"“`]?([A-Z][A-Z0-9.#-]{2,60})\\b");
    private static final Pattern HOURS = Pattern.compile("\\b(\\d{1,2}) ?(?:h\\b|horas?|hours?)");
    private static final List<String> ENGLISH = List.of(
            "what", "which", "why", "how", "who", "the", "is", "are", "show", "failed", "tickets", "does", "did",
            "last", "tonight", "wait");
    private static final int TONIGHT = 12;
    private static final int DAY = 24;

    /** @param accepted the languages that a browser prefers; null where none is said */
    static Question of(String text, String accepted) {
        var plain = Normalizer.normalize(text, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT);
        var number = first(TICKET, text);
        var job = number == null || JOB.matcher(text).find() ? first(JOB, text) : null;
        if (job == null) {
            var named = QUOTED.matcher(text);
            job = named.find() ? named.group(1) : null;
        }
        return new Question(
                text,
                isPortuguese(plain, accepted),
                intent(plain),
                number == null ? null : number.toUpperCase(Locale.ROOT),
                job,
                hours(plain));
    }

    private static Intent intent(String plain) {
        for (var intent : Intent.values()) {
            if (intent.words.matcher(plain).find()) {
                return intent;
            }
        }
        return Intent.SEARCH;
    }

    private static Integer hours(String plain) {
        var said = HOURS.matcher(plain);
        if (said.find()) {
            return Math.max(1, Math.min(72, Integer.parseInt(said.group(1))));
        }
        if (plain.matches("(?s).*(esta noite|de noite|madrugada|tonight|last night|overnight).*")) {
            return TONIGHT;
        }
        return plain.matches("(?s).*(hoje|today|ontem|yesterday|24h).*") ? DAY : null;
    }

    private static boolean isPortuguese(String plain, String accepted) {
        var words = List.of(plain.split("[^a-z]+"));
        if (words.stream().anyMatch(ENGLISH::contains)) {
            return false;
        }
        return words.size() > 2
                || accepted == null
                || !accepted.toLowerCase(Locale.ROOT).startsWith("en");
    }

    private static String first(Pattern pattern, String text) {
        var found = pattern.matcher(text);
        return found.find() ? found.group() : null;
    }
}
