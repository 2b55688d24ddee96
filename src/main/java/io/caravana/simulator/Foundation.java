package io.caravana.simulator;

import io.caravana.simulator.People.Named;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What incidents refer to: people, groups, companies, places, SLA definitions, services and network links. */
final class Foundation {
    static final int LINKS = 60;
    static final String[] SERVICES = {
        "E-mail", "SAP Produção", "Internet Corporativa", "Telefonia", "Portal do Colaborador"
    };

    private static final String[] BANDWIDTHS = {"50 Mbps", "100 Mbps", "300 Mbps", "1 Gbps", "10 Gbps"};

    private final People people;
    private final String account;
    private final String created;

    Foundation(People people, String account, long firstDay) {
        this.people = people;
        this.account = account;
        // Far enough back that no incident is older, and the same on every day.
        this.created = Stamps.of(Math.min(firstDay * 86_400, 1_420_070_400L));
    }

    static String link(int index) {
        return LINK_IDS[index];
    }

    static String service(int index) {
        return SERVICE_IDS[index];
    }

    private static final String[] LINK_IDS = IntStream.range(0, LINKS)
            .mapToObj(index -> SysIds.of("cmdb_ci_network_link", Integer.toString(index)))
            .toArray(String[]::new);
    private static final String[] SERVICE_IDS = IntStream.range(0, SERVICES.length)
            .mapToObj(index -> SysIds.of("cmdb_ci_service", Integer.toString(index)))
            .toArray(String[]::new);

    Function<Table, Iterable<Row>> source(String table) {
        return switch (table) {
            case "sys_user" -> this::users;
            case "sys_user_group" -> this::groups;
            case "sys_user_grmember" -> this::members;
            case "core_company" -> made -> numbered(made, people.companies().size(), this::company);
            case "cmn_location" -> made -> numbered(made, people.locations().size(), this::location);
            case "contract_sla" -> made -> numbered(made, 11, this::definition);
            case "cmdb_ci_service" -> made -> numbered(made, SERVICES.length, this::service);
            case "cmdb_ci_network_link" -> made -> numbered(made, LINKS, this::link);
            default -> Table.empty();
        };
    }

    /** The account itself, which every instance needs. */
    static Row account(Table users, String name, String created) {
        return Cells.of(users)
                .set("sys_id", SysIds.of("sys_user", name))
                .set("user_name", name)
                .set("name", "Caravana Integração")
                .set("first_name", "Caravana")
                .set("last_name", "Integração")
                .set("active", true)
                .set("web_service_access_only", true)
                .set("time_zone", "America/Sao_Paulo")
                .set("date_format", "dd/MM/yyyy")
                .set("time_format", "HH:mm:ss")
                .set("sys_class_name", "sys_user")
                .created(created, "admin")
                .updated(created, "admin", 0)
                .row();
    }

    private Iterable<Row> users(Table table) {
        var all = Stream.concat(
                Stream.of(account(table, account, created)),
                IntStream.range(0, people.users().size()).mapToObj(index -> user(table, index)));
        return all.toList();
    }

    private Row user(Table table, int index) {
        var person = people.users().get(index);
        var company = people.companies().get(person.company());
        var location = people.locations().get(person.location());
        return Cells.of(table)
                .set("sys_id", person.sysId())
                .set("user_name", person.userName())
                .set("name", person.name())
                .set("first_name", person.first())
                .set("last_name", person.last())
                .set("email", person.userName() + "@example.com")
                .set("phone", index % 3 == 0 ? "+55 11 4002-%04d".formatted(index % 10_000) : "")
                .set("title", index % 24 == index ? "Coordenação" : "Analista")
                .set("company", company.sysId())
                .set("location", location.sysId())
                .set("manager", people.users().get(index % 24).sysId())
                .set("active", index % 37 != 5)
                .set("locked_out", index % 37 == 5)
                .set("web_service_access_only", false)
                .set("failed_attempts", 0)
                .set("user_password", "hash" + index)
                .set("sys_class_name", "sys_user")
                .set("sys_domain", "global")
                .set("sys_domain_path", "/")
                .created(created, "admin")
                .updated(created, "admin", 0)
                .row();
    }

    private Iterable<Row> groups(Table table) {
        return numbered(
                table,
                people.groups().size(),
                (cells, index) -> cells.set("sys_id", people.groups().get(index).sysId())
                        .set("name", people.groups().get(index).name())
                        .set(
                                "description",
                                "Equipe " + people.groups().get(index).name())
                        .set("email", "grupo%d@example.com".formatted(index))
                        .set("manager", people.users().get(index).sysId())
                        .set("active", true)
                        .set("include_members", false)
                        .set("exclude_manager", false)
                        .set("hourly_rate", "85.50")
                        .set("average_daily_fte", "7.25")
                        .set("points", index * 10L)
                        .set(
                                "parent",
                                index > 0 && index % 5 == 0
                                        ? people.groups().get(0).sysId()
                                        : ""));
    }

    private Cells company(Cells cells, int index) {
        return named(cells, people.companies().get(index))
                .set("vendor", index >= 4 && index <= 6)
                .set("customer", index < 4)
                .set("manufacturer", false)
                .set("city", "São Paulo")
                .set("country", "BR")
                .set("phone", "+55 11 3000-%04d".formatted(index))
                .set("website", "https://www.example.com/" + index)
                .set("sys_class_name", "core_company");
    }

    private Cells location(Cells cells, int index) {
        var location = people.locations().get(index);
        return named(cells, location)
                .set("full_name", "Brasil/" + location.name())
                .set("country", "BR");
    }

    /** Everybody of a team is a member of its group. */
    private Iterable<Row> members(Table table) {
        var groups = people.groups();
        return numbered(table, people.users().size(), (cells, index) -> {
            var group = groups.get(index % groups.size()).sysId();
            var user = people.users().get(index).sysId();
            return cells.set("sys_id", SysIds.of("sys_user_grmember", group, user))
                    .set("group", group)
                    .set("user", user);
        });
    }

    private Cells definition(Cells cells, int index) {
        if (index == 10) {
            return cells.set("sys_id", SlaRows.CATALOG_TASK)
                    .set("name", "Catalog task (%s)".formatted(Durations.words(SlaRows.CATALOG)))
                    .set("active", true)
                    .set("type", "SLA")
                    .set("target", "resolution")
                    .set("collection", "sc_task")
                    .set("duration", Stamps.of(SlaRows.CATALOG))
                    .set("start_condition", "active=true^EQ")
                    .set("stop_condition", "active=false^EQ")
                    .set("sys_class_name", "contract_sla");
        }
        var priority = index % 5 + 1;
        var kind = index < 5 ? "response" : "resolution";
        var target = index < 5 ? SlaRows.response(priority) : SlaRows.resolution(priority);
        return cells.set("sys_id", SlaRows.definition(kind, priority))
                .set("name", "Priority %d %s (%s)".formatted(priority, kind, Durations.words(target)))
                .set("active", true)
                .set("type", "SLA")
                .set("target", kind)
                .set("collection", "incident")
                .set("duration", Stamps.of(target))
                .set("start_condition", "priority=%d^active=true^EQ".formatted(priority))
                .set("pause_condition", "state=3^EQ")
                .set("stop_condition", kind.equals("response") ? "assigned_toISNOTEMPTY^EQ" : "state=6^ORstate=7^EQ")
                .set("cancel_condition", "state=8^EQ")
                .set("schedule_source", "sla_definition")
                .set("timezone_source", "task.caller_id.time_zone")
                .set("retroactive", true)
                .set("retroactive_pause", true)
                .set("service_commitment", false)
                .set("enable_logging", false)
                .set("sys_class_name", "contract_sla");
    }

    private Cells service(Cells cells, int index) {
        return named(cells, new Named(SERVICE_IDS[index], SERVICES[index]))
                .set("operational_status", 1)
                .set("sys_class_name", "cmdb_ci_service");
    }

    private Cells link(Cells cells, int index) {
        var one = people.locations().get(index % people.locations().size()).name();
        var other = people.locations()
                .get((index * 5 + 1) % people.locations().size())
                .name();
        var name = "LNK-%03d %s ⇄ %s".formatted(index, one, other);
        return named(cells, new Named(LINK_IDS[index], name))
                .set("operational_status", index % 9 == 4 ? 2 : 1)
                .set("install_status", 1)
                .set("company", people.companies().get(0).sysId())
                .set("u_link_name", name)
                .set("u_end_a", one)
                .set("u_end_b", other)
                .set("u_bandwidth", BANDWIDTHS[index % BANDWIDTHS.length])
                .set("u_status", index % 9 == 4 ? "Inoperante" : "Operacional")
                .set("u_provider", people.companies().get(4 + index % 3).sysId())
                .set("u_type", index % 2 == 0 ? "MPLS" : "Fibra óptica")
                .set("sys_class_name", "cmdb_ci_network_link");
    }

    private static Cells named(Cells cells, Named named) {
        return cells.set("sys_id", named.sysId()).set("name", named.name());
    }

    private List<Row> numbered(Table table, int number, BiFunction<Cells, Integer, Cells> fill) {
        return IntStream.range(0, number)
                .mapToObj(index -> fill.apply(Cells.of(table), index)
                        .created(created, "admin")
                        .updated(created, "admin", 0)
                        .row())
                .toList();
    }
}
