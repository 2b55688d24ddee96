package io.caravana.simulator;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Who works here, in which groups, companies and places. The same for the same number of users. */
final class People {
    /** A person as incidents refer to one. */
    record Person(String sysId, String userName, String first, String last, int company, int location) {
        String name() {
            return first + " " + last;
        }
    }

    /** A name with its sys_id. */
    record Named(String sysId, String name) {}

    private static final String[] FIRST = {
        "João",
        "Conceição",
        "Luís",
        "Zoë",
        "André",
        "Márcia",
        "Thiago",
        "Inês",
        "Beatriz",
        "Gonçalo",
        "Renée",
        "Paulo",
        "Fernanda",
        "Björn",
        "Letícia",
        "Caio",
        "Sônia",
        "Fred",
        "Aoife",
        "Rafael"
    };
    private static final String[] LAST = {
        "Gonçalves",
        "da Silva",
        "Araújo",
        "O'Brien",
        "Magalhães",
        "Brandão",
        "Müller",
        "Assunção",
        "Ferreira",
        "Núñez",
        "Conceição",
        "Lima",
        "Peixoto",
        "Luddy",
        "Sá",
        "Teixeira",
        "d'Ávila",
        "Yamamoto"
    };
    private static final String[] GROUPS = {
        "Service Desk N1",
        "Service Desk N2",
        "Redes e Telecom",
        "Database",
        "Hardware",
        "Software",
        "Segurança da Informação",
        "Vitória – Suporte Local",
        "Vita Aplicações",
        "SAP Basis",
        "Operações Nível 3",
        "Catálogo",
        "Network CAB Managers",
        "Gestão de Mudanças",
        "Middleware",
        "Field Service São Paulo",
        "Field Service Ceará",
        "Impressão",
        "Telefonia",
        "Cloud & DevOps",
        "Monitoração",
        "Backup",
        "Desenvolvimento ERP",
        "Problem Solving"
    };
    private static final String[] COMPANIES = {
        "Caravana Transportes S.A.", "ACME Brasil Ltda", "Águas do Norte", "Björn & Söhne GmbH", "Telecom Sul",
                "Fibra Rápida",
        "Operadora Atlântico", "Café do Ponto", "O'Neill Logistics", "Indústrias \"Ipê\"", "Banco Paço", "Rede Própria"
    };
    private static final String[] LOCATIONS = {
        "São Paulo – Sede",
        "Brasília",
        "Vitória",
        "Belém",
        "Fortaleza",
        "Curitiba",
        "Florianópolis",
        "Goiânia",
        "Maceió",
        "Ribeirão Preto",
        "Lisboa",
        "Zürich"
    };

    private final List<Person> users;
    private final List<Named> groups = named("sys_user_group", GROUPS);
    private final List<Named> companies = named("core_company", COMPANIES);
    private final List<Named> locations = named("cmn_location", LOCATIONS);

    People(int number) {
        users = new ArrayList<>(number);
        for (var i = 0; i < number; i++) {
            users.add(person(i));
        }
    }

    List<Person> users() {
        return users;
    }

    List<Named> groups() {
        return groups;
    }

    List<Named> companies() {
        return companies;
    }

    List<Named> locations() {
        return locations;
    }

    /** Who works in a group: one of every so many users. */
    Person member(int group, Dice dice) {
        var teams = users.size() / GROUPS.length;
        return users.get(group + GROUPS.length * dice.below(Math.max(1, Math.min(12, teams))));
    }

    private static Person person(int index) {
        var dice = Dice.of(11, index);
        var first = dice.pick(FIRST);
        var last = dice.pick(LAST);
        var plain = Normalizer.normalize(first + "." + last, Normalizer.Form.NFD)
                .replaceAll("[^A-Za-z.]", "")
                .toLowerCase(Locale.ROOT);
        return new Person(
                SysIds.of("sys_user", Integer.toString(index)),
                plain + index,
                first,
                last,
                dice.below(COMPANIES.length),
                dice.below(LOCATIONS.length));
    }

    private static List<Named> named(String table, String[] names) {
        var named = new ArrayList<Named>();
        for (var name : names) {
            named.add(new Named(SysIds.of(table, name), name));
        }
        return List.copyOf(named);
    }
}
