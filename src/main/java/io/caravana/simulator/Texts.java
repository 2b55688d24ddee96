package io.caravana.simulator;

/** What people write at a service desk in Brazil, in two languages, with everything that breaks careless programs. */
final class Texts {
    private static final int POOL = 997;

    private static final String[] PROBLEMS = {
        "Não consigo acessar o %s",
        "%s está lento desde ontem à noite",
        "Erro \"acesso negado\" ao abrir %s",
        "Solicitação de redefinição de senha – %s",
        "%s: usuário não recebe notificações",
        "Cannot log in to %s",
        "%s is down for the whole floor 😱",
        "Integração com %s falhou (código 0x80070005)",
        "Relatório de %s não é gerado; apenas página em branco",
        "%s – certificado expirado",
        "Após atualização, %s fecha sozinho",
        "Request: enable O'Brien's account in %s",
        "Link instável entre a filial e o %s",
        "%s shows \"N/A\" for 100% of the rows",
        "Impressão não sai do %s – atenção!"
    };
    private static final String[] SYSTEMS = {
        "SAP",
        "Outlook",
        "VPN",
        "Wi-Fi corporativo",
        "Active Directory",
        "Portal do Colaborador",
        "SharePoint",
        "Salesforce",
        "ERP Financeiro",
        "sistema de Câmbio",
        "Jira",
        "GED \\\\srv-arquivos\\público",
        "Teams",
        "impressora 4º andar",
        "PABX"
    };
    private static final String[] DETAILS = {
        "Usuário relata que o problema começou às 9h30.\r\nJá reiniciou o equipamento, sem sucesso.",
        "Steps:\n1.\tOpen the application\n2.\tPress \"Entrar\"\n3.\tNothing happens",
        "Caminho: C:\\Users\\joão\\AppData\\Local\\Temp\\erro.log\n{\"code\": 500, \"message\": \"Falha inesperada\"}",
        "Afeta aproximadamente 30 pessoas; não há contorno. 🙏",
        "Segue print em anexo.\n\nAtenciosamente,\nConceição Gonçalves – ramal 4821",
        "The user's profile was migrated last week; since then every start takes > 10 min & ends with <timeout>.",
        "„Zażółć gęślą jaźń“ – o texto chega assim do sistema de origem.",
        "Favor verificar com urgência: diretoria em reunião às 14h; 100% dos usuários afetados."
    };
    private static final String[] CLOSINGS = {
        "Senha redefinida e acesso validado com o usuário.",
        "Serviço reiniciado; monitorado por 30 min sem recorrência. ✅",
        "Replaced the network cable, user confirmed.",
        "Causa: certificado expirado.\nAção: certificado renovado até 12/2027.",
        "Permissão concedida no grupo \"GG-Financeiro\\Leitura\".",
        "Duplicate of an earlier incident; closed together with it.",
        "Driver atualizado (v10.2 → v10.4)."
    };
    private static final String[] SHORT = new String[POOL];
    private static final String[] LONG = new String[POOL];

    static {
        for (var i = 0; i < POOL; i++) {
            var dice = Dice.of(7, i);
            SHORT[i] = dice.pick(PROBLEMS).replace("%s", dice.pick(SYSTEMS));
            LONG[i] = SHORT[i] + "\n\n" + dice.pick(DETAILS) + (dice.chance(0.3) ? "\n" + dice.pick(DETAILS) : "");
        }
    }

    private Texts() {}

    /** The number of a text for {@link #problem} and {@link #description}, so that the two fit. */
    static int any(Dice dice) {
        return dice.below(POOL);
    }

    static String problem(int text) {
        return SHORT[text];
    }

    static String description(int text) {
        return LONG[text];
    }

    static String closing(Dice dice) {
        return dice.pick(CLOSINGS);
    }
}
