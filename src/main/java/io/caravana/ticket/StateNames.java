package io.caravana.ticket;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What states and priorities are called: as in {@code sys_choice} where it is loaded, otherwise as usual. */
@Component
public class StateNames {

    private static final Duration FRESH = Duration.ofMinutes(1);
    private static final String PORTUGUESE = "pt";

    /** ServiceNow's codes of Portuguese: Brazilian, and European. */
    private static final List<String> PORTUGUESE_CODES = List.of("pb", "pt");

    private static final String LABELS = """
            SELECT name, element, value, label, language FROM servicenow.sys_choice
            WHERE name IN ('incident', 'change_task', 'sc_task', 'task') AND element IN ('state', 'priority')
              AND label IS NOT NULL AND language IN ('en', 'pb', 'pt')""";

    private static final Map<TicketType, String> USUAL = Map.of(
            TicketType.INCIDENT,
            "1=New/Novo;2=In Progress/Em Andamento;3=On Hold/Em Espera;4=Awaiting Approval/Aguardando Aprovação;"
                    + "5=Awaiting Vendor/Aguardando Fornecedor;6=Resolved/Resolvido;7=Closed/Fechado;8=Canceled/Cancelado",
            TicketType.CHANGE_TASK,
            "1=Pending/Pendente;2=Open/Aberto;3=Work in Progress/Em Andamento;4=Closed Complete/Fechado Completo;"
                    + "7=Closed Skipped/Fechado Pulado;8=Closed Incomplete/Fechado Incompleto",
            TicketType.SC_TASK,
            "1=Pending/Pendente;2=Open/Aberto;3=Work in Progress/Em Andamento;4=Closed Complete/Fechado Completo;"
                    + "7=Closed Skipped/Fechado Pulado");
    private static final String PRIORITIES =
            "1=1 - Critical/1 - Crítica;2=2 - High/2 - Alta;3=3 - Moderate/3 - Moderada;4=4 - Low/4 - Baixa;5=5 - Planning/5 - Planejamento";

    private final JdbcClient jdbc;
    private final Columns columns;
    private final Clock clock;
    private volatile Seen seen = new Seen(Map.of(), Instant.MIN);

    StateNames(JdbcClient jdbc, Columns columns, Clock clock) {
        this.jdbc = jdbc;
        this.columns = columns;
        this.clock = clock;
    }

    /** @param labels by language, then table and element, then value */
    private record Seen(Map<String, Map<String, Map<String, String>>> labels, Instant at) {}

    private record Label(String list, String value, String label, String language) {}

    /**
     * The states of a type with their names, in the order of their values.
     *
     * @param language {@code pt} or {@code en}
     */
    public Map<String, String> states(TicketType type, String language) {
        var own = loaded(language).get(type.table() + ".state");
        return own != null ? own : usual(USUAL.get(type), language);
    }

    /** The name of a state; of one without a name, Other. */
    public String state(TicketType type, String state, String language) {
        return states(type, language).getOrDefault(state, PORTUGUESE.equals(language) ? "Outros" : "Other");
    }

    /** The priorities with their names. */
    public Map<String, String> priorities(String language) {
        var own = loaded(language).get("task.priority");
        return own != null ? own : usual(PRIORITIES, language);
    }

    private static Map<String, String> usual(String names, String language) {
        var labels = new LinkedHashMap<String, String>();
        for (var name : names.split(";")) {
            var value = name.substring(0, name.indexOf('='));
            labels.put(value, name.substring(value.length() + 1).split("/")[PORTUGUESE.equals(language) ? 1 : 0]);
        }
        return labels;
    }

    private Map<String, Map<String, String>> loaded(String language) {
        if (seen.at.plus(FRESH).isBefore(clock.instant())) {
            seen = new Seen(Map.of("en", labels(List.of("en")), PORTUGUESE, labels(PORTUGUESE_CODES)), clock.instant());
        }
        return seen.labels.getOrDefault(language, Map.of());
    }

    private Map<String, Map<String, String>> labels(List<String> codes) {
        var labels = new HashMap<String, Map<String, String>>();
        if (!columns.has("sys_choice", "label") || !columns.has("sys_choice", "language")) {
            return labels;
        }
        jdbc
                .sql(LABELS)
                .query((row, number) -> new Label(
                        row.getString("name") + "." + row.getString("element"),
                        row.getString("value"),
                        row.getString("label"),
                        row.getString("language")))
                .list()
                .stream()
                .filter(label -> codes.contains(label.language))
                .sorted(Comparator.comparing((Label label) -> codes.indexOf(label.language))
                        .thenComparing(Label::value))
                .forEach(label -> labels.computeIfAbsent(label.list, list -> new LinkedHashMap<>())
                        .putIfAbsent(label.value, label.label));
        return labels;
    }
}
