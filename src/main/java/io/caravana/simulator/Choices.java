package io.caravana.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The labels of choice columns, in English and Brazilian Portuguese. */
final class Choices {
    private static final String CREATED = "2015-01-01 00:00:00";

    /** table.element: value=label in English/in Portuguese; … */
    private static final String[] LABELS = {
        "incident.state: 1=New/Novo; 2=In Progress/Em andamento; 3=On Hold/Em espera; 6=Resolved/Resolvido; 7=Closed/Encerrado; 8=Canceled/Cancelado",
        "incident.incident_state: 1=New/Novo; 2=In Progress/Em andamento; 3=On Hold/Em espera; 6=Resolved/Resolvido; 7=Closed/Encerrado; 8=Canceled/Cancelado",
        "incident.severity: 1=1 - High/1 - Alta; 2=2 - Medium/2 - Média; 3=3 - Low/3 - Baixa",
        "incident.hold_reason: 1=Awaiting Caller/Aguardando usuário; 2=Awaiting Change/Aguardando mudança; 3=Awaiting Problem/Aguardando problema; 4=Awaiting Vendor/Aguardando fornecedor",
        "incident.category: inquiry=Inquiry / Help~Dúvida / Ajuda; software=Software/Software; hardware=Hardware/Hardware; network=Network/Rede; database=Database/Banco de dados; password_reset=Password Reset/Redefinição de senha",
        "incident.subcategory: antivirus=Antivirus/Antivírus; internal application=Internal Application/Aplicação interna; email=Email/E-mail; os=Operating System/Sistema operacional; cpu=CPU/CPU; disk=Disk/Disco; keyboard=Keyboard/Teclado; memory=Memory/Memória; monitor=Monitor/Monitor; mouse=Mouse/Mouse; dhcp=DHCP/DHCP; dns=DNS/DNS; ip address=IP Address/Endereço IP; vpn=VPN/VPN; wireless=Wireless/Wi-Fi; db2=DB2/DB2; sql server=MS SQL Server/MS SQL Server; oracle=Oracle/Oracle",
        "incident.close_code: Solved (Permanently)=Solved (Permanently)/Resolvido (definitivo); Solved (Work Around)=Solved (Work Around)/Resolvido (contorno); Not Solved (Not Reproducible)=Not Solved (Not Reproducible)/Não resolvido (não reproduzível)",
        "incident.notify: 1=Do Not Notify/Não notificar; 2=Send Email/Enviar e-mail; 3=Phone/Telefone",
        "task.state: -5=Pending/Pendente; 1=Open/Aberto; 2=Work in Progress/Em andamento; 3=Closed Complete/Encerrado completo; 4=Closed Incomplete/Encerrado incompleto; 7=Closed Skipped/Encerrado ignorado",
        "task.priority: 1=1 - Critical/1 - Crítica; 2=2 - High/2 - Alta; 3=3 - Moderate/3 - Moderada; 4=4 - Low/4 - Baixa; 5=5 - Planning/5 - Planejamento",
        "task.impact: 1=1 - High/1 - Alto; 2=2 - Medium/2 - Médio; 3=3 - Low/3 - Baixo",
        "task.urgency: 1=1 - High/1 - Alta; 2=2 - Medium/2 - Média; 3=3 - Low/3 - Baixa",
        "task.escalation: 0=Normal/Normal; 1=Moderate/Moderado; 2=High/Alto; 3=Overdue/Vencido",
        "task.contact_type: phone=Phone/Telefone; email=Email/E-mail; self-service=Self-service/Autoatendimento; walk-in=Walk-in/Presencial; monitoring=Monitoring/Monitoração",
        "task.approval: not requested=Not Yet Requested/Ainda não solicitada; requested=Requested/Solicitada; approved=Approved/Aprovada; rejected=Rejected/Rejeitada",
        "task.upon_approval: proceed=Proceed to Next Task/Seguir para a próxima tarefa; do_nothing=Wait for a User to Close this task/Aguardar usuário",
        "task.upon_reject: cancel=Cancel all future Tasks/Cancelar tarefas futuras; goto=Go to a previous Task/Voltar a uma tarefa",
        "change_task.state: 1=Pending/Pendente; 2=Open/Aberto; 3=Work in Progress/Em andamento; 4=Closed Complete/Encerrado completo; 7=Closed Skipped/Encerrado ignorado; 8=Closed Incomplete/Encerrado incompleto",
        "change_task.change_task_type: planning=Planning/Planejamento; implementation=Implementation/Implementação; testing=Testing/Teste; review=Review/Revisão",
        "change_task.close_code: successful=Successful/Com sucesso; successful_issues=Successful with issues/Com ressalvas; unsuccessful=Unsuccessful/Sem sucesso",
        "sc_task.state: 1=Pending/Pendente; 2=Open/Aberto; 3=Work in Progress/Em andamento; 4=Closed Complete/Encerrado completo; 7=Closed Skipped/Encerrado ignorado",
        "change_request.state: -5=New/Nova; -1=Implement/Implementação; 3=Closed/Encerrada; 4=Canceled/Cancelada",
        "change_request.type: normal=Normal/Normal; standard=Standard/Padrão; emergency=Emergency/Emergencial",
        "change_request.risk: 2=High/Alto; 3=Moderate/Moderado; 4=Low/Baixo",
        "problem.state: 1=Open/Aberto; 2=Known Error/Erro conhecido; 3=Pending Change/Aguardando mudança; 4=Closed/Encerrado",
        "task_sla.stage: in_progress=In progress/Em andamento; paused=Paused/Pausado; completed=Completed/Concluído; cancelled=Cancelled/Cancelado; achieved=Achieved/Atingido; breached=Breached/Violado",
        "contract_sla.type: SLA=SLA/ANS; OLA=OLA/ANO; Underpinning contract=Underpinning contract/Contrato de apoio",
        "contract_sla.target: response=Response/Resposta; resolution=Resolution/Solução",
        "task_time_worked.category: task_work=Task work/Trabalho na tarefa",
        "cmdb_ci.operational_status: 1=Operational/Operacional; 2=Non-Operational/Não operacional; 6=Retired/Desativado",
        "cmdb.install_status: 1=Installed/Instalado; 7=Retired/Desativado"
    };

    private Choices() {}

    /** Whether a table's column has choices of its own. */
    static boolean has(String table, String element) {
        var begins = table + "." + element + ": ";
        return Arrays.stream(LABELS).anyMatch(line -> line.startsWith(begins));
    }

    static List<Row> rows(Table table) {
        var rows = new ArrayList<Row>();
        for (var line : LABELS) {
            var colon = line.indexOf(": ");
            var names = line.substring(0, colon).split("\\.");
            var sequence = 0;
            for (var choice : line.substring(colon + 2).split("; ")) {
                sequence++;
                var equals = choice.indexOf('=');
                var value = choice.substring(0, equals);
                var labels = choice.substring(equals + 1).split(choice.contains("~") ? "~" : "/");
                rows.add(row(table, names[0], names[1], value, "en", labels[0], sequence));
                rows.add(row(table, names[0], names[1], value, "pb", labels[1], sequence));
            }
        }
        return rows;
    }

    private static Row row(
            Table table, String name, String element, String value, String language, String label, int sequence) {
        return Cells.of(table)
                .set("sys_id", SysIds.of("sys_choice", name, element, value, language))
                .set("name", name)
                .set("element", element)
                .set("value", value)
                .set("label", label)
                .set("language", language)
                .set("sequence", sequence)
                .set("inactive", false)
                .created(CREATED, "system")
                .updated(CREATED, "system", 0)
                .row();
    }
}
