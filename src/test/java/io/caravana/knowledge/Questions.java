package io.caravana.knowledge;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes questions, each with the tickets that answer it. Which these are follows from how the simulator writes: a ticket's title is one of
 * fifteen complaints about one of fifteen systems, and a question asks for a complaint about a system in other words. So the judgement
 * needs no judge, and the search has to find the same meaning in another form.
 */
final class Questions {

    /** A complaint, as tickets have it, and in other words: other forms of the same ones; others of the same language; the other language. */
    private record Complaint(String title, String forms, String words, String translated) {}

    private record System(String name, List<String> asked) {}

    private static final List<Complaint> COMPLAINTS = List.of(
            new Complaint(
                    "Não consigo acessar o %s",
                    "acessos ao %s nao consigo", "não consigo entrar no %s", "no access to %s"),
            new Complaint(
                    "%s está lento desde ontem à noite",
                    "%s lentos ontem noites", "lentidão no %s", "%s slow since yesterday"),
            new Complaint(
                    "Erro \"acesso negado\" ao abrir %s",
                    "erros de acessos negados %s", "acesso bloqueado %s", "%s access denied"),
            new Complaint(
                    "Solicitação de redefinição de senha – %s",
                    "solicitacoes de redefinicoes de senhas %s", "trocar a senha do %s", "%s password reset"),
            new Complaint(
                    "%s: usuário não recebe notificações",
                    "usuarios do %s não recebem notificacao",
                    "colaborador sem receber avisos do %s",
                    "%s user does not get notifications"),
            new Complaint(
                    "%s is down for the whole floor 😱",
                    "%s down whole floors", "%s unavailable floor", "%s fora do ar andar"),
            new Complaint(
                    "Integração com %s falhou (código 0x80070005)",
                    "integracoes %s codigos 0x80070005",
                    "interface com %s deu erro 0x80070005",
                    "%s integration failed 0x80070005"),
            new Complaint(
                    "Relatório de %s não é gerado; apenas página em branco",
                    "relatorios %s paginas em branco", "relatório vazio %s", "%s report blank page"),
            new Complaint(
                    "%s – certificado expirado",
                    "certificados expirados %s", "certificado vencido %s", "%s expired certificate"),
            new Complaint(
                    "Após atualização, %s fecha sozinho",
                    "atualizacoes %s fecham sozinhos", "%s encerra após atualizar", "%s closes after update"),
            new Complaint(
                    "Request: enable O'Brien's account in %s",
                    "requests enabled O'Brien accounts %s",
                    "activate the account of O'Brien in %s",
                    "habilitar conta O'Brien %s"),
            new Complaint(
                    "Link instável entre a filial e o %s",
                    "links instaveis filiais %s", "link oscilando filial %s", "unstable link branch %s"),
            new Complaint(
                    "%s shows \"N/A\" for 100%% of the rows",
                    "%s show N/A row", "%s displays N/A in all rows", "%s mostra N/A em linhas"),
            new Complaint(
                    "Impressão não sai do %s – atenção!",
                    "impressoes %s atencao", "imprimir %s atenção", "%s printing atenção"));

    private static final List<System> SYSTEMS = List.of(
            new System("SAP", List.of("sap", "SAP")),
            new System("Outlook", List.of("outlook")),
            new System("VPN", List.of("vpn", "VPN")),
            new System("Wi-Fi corporativo", List.of("wi-fi corporativo", "Wi-Fi")),
            new System("Active Directory", List.of("active directory")),
            new System("Portal do Colaborador", List.of("portal colaborador", "portal do colaborador")),
            new System("SharePoint", List.of("sharepoint")),
            new System("Salesforce", List.of("salesforce")),
            new System("ERP Financeiro", List.of("erp financeiro", "ERP")),
            new System("sistema de Câmbio", List.of("sistema de cambio", "sistemas de câmbio")),
            new System("Jira", List.of("jira")),
            new System("GED \\\\srv-arquivos\\público", List.of("srv-arquivos", "GED srv-arquivos")),
            new System("Teams", List.of("teams")),
            new System("impressora 4º andar", List.of("impressora 4º andar", "impressoras 4º andar")),
            new System("PABX", List.of("pabx")));

    private final Random dice = new Random(15);
    private final List<Map<String, String>> tickets;
    private final List<String> lines = new ArrayList<>();
    private final Map<String, Integer> places = new LinkedHashMap<>();

    private Questions(List<Map<String, String>> tickets) {
        this.tickets = tickets;
    }

    /** The questions about such tickets, as lines of a file: half, kind, question, and what is true of the tickets that answer it. */
    static List<String> about(List<Map<String, String>> tickets) {
        var questions = new Questions(tickets);
        questions.write("forms", 44, () -> questions.ask(Complaint::forms));
        questions.write("words", 36, () -> questions.ask(Complaint::words));
        questions.write("translated", 36, () -> questions.ask(Complaint::translated));
        questions.write("typo", 40, questions::misspell);
        questions.write("name", 20, questions::askNumber);
        questions.write("person", 14, questions::askPerson);
        questions.write("group", 10, questions::askGroup);
        return questions.lines;
    }

    private record Asked(String question, Map<String, String> answer) {}

    private interface Ask {
        Asked ask();
    }

    private void write(String kind, int number, Ask ask) {
        var questions = new LinkedHashMap<String, Asked>();
        while (questions.size() < number) {
            var asked = ask.ask();
            if (tickets.stream().anyMatch(ticket -> answers(ticket, asked.answer()))) {
                questions.putIfAbsent(asked.question(), asked);
            }
        }
        questions.values().forEach(asked -> {
            var half = places.merge(kind, 1, Integer::sum) % 2 == 0 ? "tuned" : "unseen";
            // a map of the JDK has another order in each process
            var answer = new TreeMap<>(asked.answer())
                    .entrySet().stream()
                            .map(column -> column.getKey() + "=" + column.getValue())
                            .collect(Collectors.joining("\t"));
            lines.add(String.join("\t", half, kind, asked.question(), answer));
        });
    }

    /** Whether a ticket is one of those that answer a question. */
    static boolean answers(Map<String, String> ticket, Map<String, String> answer) {
        return answer.entrySet().stream().allMatch(column -> {
            var value = ticket.getOrDefault(column.getKey(), "");
            return column.getKey().equals("short_description")
                    ? value.contains(column.getValue())
                    : value.equals(column.getValue());
        });
    }

    private Asked ask(java.util.function.Function<Complaint, String> form) {
        var complaint = any(COMPLAINTS);
        var system = any(SYSTEMS);
        return new Asked(
                form.apply(complaint).formatted(any(system.asked())),
                Map.of("short_description", complaint.title().formatted(system.name())));
    }

    /** A title as it is, with one slip in one of its longer words. */
    private Asked misspell() {
        var title = any(COMPLAINTS).title().formatted(any(SYSTEMS).name());
        var words = title.replaceAll("[–;:!\"()😱]", " ").strip().split("\\s+");
        var index = dice.nextInt(words.length);
        if (words[index].length() < 5 || words[index].matches(".*[^\\p{L}].*")) {
            return misspell();
        }
        words[index] = slip(words[index]);
        return new Asked(String.join(" ", words), Map.of("short_description", title));
    }

    private String slip(String word) {
        var at = 1 + dice.nextInt(word.length() - 2);
        var before = word.substring(0, at);
        return switch (dice.nextInt(4)) {
            case 0 -> before + word.substring(at + 1);
            case 1 -> before + word.charAt(at) + word.substring(at);
            case 2 -> before + (char) ('a' + dice.nextInt(26)) + word.substring(at + 1);
            default -> before + word.charAt(at + 1) + word.charAt(at) + word.substring(at + 2);
        };
    }

    private Asked askNumber() {
        var number = any(tickets).get("number");
        return new Asked(
                dice.nextBoolean() ? number : number.toLowerCase(java.util.Locale.ROOT), Map.of("number", number));
    }

    private Asked askPerson() {
        var system = any(SYSTEMS);
        var name = any(tickets).get("dv_caller_id");
        return new Asked(
                Words.plain(name) + " " + any(system.asked()),
                Map.of("dv_caller_id", name, "short_description", system.name()));
    }

    private Asked askGroup() {
        var complaint = any(COMPLAINTS);
        var group = any(tickets).get("dv_assignment_group");
        var part = complaint
                .title()
                .replaceAll("^.*%s|%s.*$", "")
                .replaceAll("[–;:!\"()😱]", " ")
                .replace("%%", "%")
                .strip();
        return part.length() < 12
                ? askGroup()
                : new Asked(
                        Words.plain(group) + " " + part,
                        Map.of(
                                "dv_assignment_group",
                                group,
                                "short_description",
                                complaint.title().replaceAll("^.*%s|%s.*$", "").replace("%%", "%")));
    }

    private <T> T any(List<T> list) {
        return list.get(dice.nextInt(list.size()));
    }
}
