package io.caravana.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Changes, their tasks, requested items, the catalogue task of each, and problems: a steady number each day. */
final class PlannedWork {
    private static final Map<String, String> PREFIXES = Map.of(
            "change_request", "CHG",
            "change_task", "CTASK",
            "sc_req_item", "RITM",
            "sc_task", "SCTASK",
            "problem", "PRB");
    private static final Map<String, Integer> KINDS =
            Map.of("change_request", 21, "change_task", 22, "sc_task", 23, "problem", 24, "sc_req_item", 23);

    private final Table table;
    private final People people;
    private final Calendar calendar;
    private final long seed;

    PlannedWork(Table table, People people, Calendar calendar, long seed) {
        this.table = table;
        this.people = people;
        this.calendar = calendar;
        this.seed = seed;
    }

    static String sysId(String table, long seed, long day, int index) {
        return table.equals("sc_req_item")
                ? SysIds.of(table, Long.toString(day), Integer.toString(index))
                : Dice.of(seed, day, index, KINDS.get(table)).sysId();
    }

    List<Row> rows() {
        var rows = new ArrayList<Row>();
        for (var day = calendar.firstDay(); day < calendar.today(); day++) {
            for (var index = 0; index < ofDay(day); index++) {
                rows.add(row(day, index));
            }
        }
        return rows;
    }

    /** The SLAs of every third catalogue task. */
    static List<Row> slas(Table slas, Calendar calendar, long seed) {
        var made = new ArrayList<Row>();
        for (var day = calendar.firstDay(); day < calendar.today(); day++) {
            var number = ofDay("sc_task", calendar.incidents(day));
            for (var index = 0; index < number; index += 3) {
                var dice = dice("sc_task", seed, day, index);
                var opened = calendar.opened(day, index, number, dice.share());
                made.add(SlaRows.planned(
                        slas, sysId("sc_task", seed, day, index), opened, ended(opened, dice), calendar.now()));
            }
        }
        return made;
    }

    private static Dice dice(String table, long seed, long day, int index) {
        return Dice.of(seed, day, index, KINDS.get(table) + 100);
    }

    private static long ended(long opened, Dice dice) {
        return opened + dice.after(3 * 86_400.0);
    }

    private int ofDay(long day) {
        return ofDay(table.name(), calendar.incidents(day));
    }

    private static int ofDay(String table, int incidents) {
        if (incidents == 0) {
            return 0;
        }
        return switch (table) {
            case "change_request" -> 1 + incidents / 25;
            case "change_task" -> 2 * (1 + incidents / 25);
            case "sc_task", "sc_req_item" -> 1 + incidents / 5;
            default -> 1 + incidents / 100;
        };
    }

    private Row row(long day, int index) {
        var id = sysId(table.name(), seed, day, index);
        var dice = dice(table.name(), seed, day, index);
        var opened = calendar.opened(day, index, ofDay(day), dice.share());
        var ended = ended(opened, dice);
        var isDone = ended < calendar.now();
        var group = dice.below(people.groups().size());
        var agent = people.member(group, dice);
        var number = Cells.number(PREFIXES.get(table.name()), calendar.number(day, index));
        var text = Texts.any(dice);
        var priority = dice.between(1, 5);
        var cells = Cells.of(table)
                .set("sys_id", id)
                .set("number", number)
                .set("task_effective_number", number)
                .set("short_description", Texts.problem(text))
                .set("description", Texts.description(text))
                .set("active", !isDone)
                .set("priority", priority)
                .set("impact", Math.min(3, priority))
                .set("urgency", Math.min(3, priority))
                .set("assignment_group", people.groups().get(group).sysId())
                .set("assigned_to", agent.sysId())
                .set("opened_by", agent.sysId())
                .set("opened_at", Stamps.of(opened))
                .set("approval", "not requested")
                .set("sys_class_name", table.name())
                .set("sys_domain", "global")
                .set("sys_domain_path", "/")
                .created(Stamps.of(opened), agent.userName())
                .updated(Stamps.of(isDone ? ended : opened), agent.userName(), isDone ? 3 : 0);
        if (isDone) {
            cells.set("closed_at", Stamps.of(ended))
                    .set("closed_by", agent.sysId())
                    .set("close_notes", Texts.closing(dice));
        }
        addOwn(cells, day, index, opened, isDone, dice);
        return cells.row();
    }

    private void addOwn(Cells cells, long day, int index, long opened, boolean isDone, Dice dice) {
        switch (table.name()) {
            case "change_request" ->
                cells.set("state", isDone ? 3 : -1)
                        .set("type", dice.pick("normal", "standard", "emergency"))
                        .set("risk", dice.between(2, 4))
                        .set("start_date", Stamps.of(opened + 86_400))
                        .set("end_date", Stamps.of(opened + 90_000));
            case "change_task" ->
                cells.set("state", isDone ? dice.chance(0.9) ? 4 : dice.chance(0.5) ? 7 : 8 : dice.between(1, 3))
                        .set("change_request", sysId("change_request", seed, day, index / 2))
                        .set("parent", sysId("change_request", seed, day, index / 2))
                        .set("change_task_type", dice.pick("planning", "implementation", "testing", "review"))
                        .set("close_code", isDone ? dice.pick("successful", "successful_issues", "unsuccessful") : "")
                        .set("planned_start_date", Stamps.of(opened + 86_400))
                        .set("planned_end_date", Stamps.of(opened + 90_000));
            case "sc_task" ->
                cells.set("state", isDone ? dice.chance(0.9) ? 4 : 7 : dice.between(1, 3))
                        .set("request", SysIds.of("sc_request", Long.toString(day), Integer.toString(index)))
                        .set("request_item", SysIds.of("sc_req_item", Long.toString(day), Integer.toString(index)))
                        .set("cat_item", SysIds.of("sc_cat_item", Integer.toString(dice.below(12))));
            case "sc_req_item" ->
                cells.set("state", isDone ? 3 : 2)
                        .set("stage", isDone ? "complete" : "fulfillment")
                        .set("quantity", 1)
                        .set(
                                "requested_for",
                                people.users()
                                        .get(dice.below(people.users().size()))
                                        .sysId())
                        .set("request", SysIds.of("sc_request", Long.toString(day), Integer.toString(index)))
                        .set("cat_item", SysIds.of("sc_cat_item", Integer.toString(dice.below(12))));
            default -> cells.set("state", isDone ? 4 : 2).set("problem_state", isDone ? 4 : 2);
        }
    }
}
