package io.caravana.simulator;

import java.util.List;

/** The task that some incidents hand to another group. */
final class IncidentTaskRows implements ServiceDesk.LifeRows {
    private final Table table;
    private final People people;
    private final Calendar calendar;

    IncidentTaskRows(Table table, People people, Calendar calendar) {
        this.table = table;
        this.people = people;
        this.calendar = calendar;
    }

    @Override
    public List<Row> of(Life life) {
        if (life.assigned == 0 || life.index % 12 != 5) {
            return List.of();
        }
        var dice = Dice.of(life.seed(), life.day, life.index, 6);
        var group = dice.below(people.groups().size());
        var agent = people.member(group, dice);
        var opened = Stamps.of(life.assigned);
        var ended = life.ended();
        var number = Cells.number("TASK", calendar.number(life.day, life.index));
        var text = Texts.any(dice);
        var cells = Cells.of(table)
                .set("sys_id", life.related(3))
                .set("number", number)
                .set("task_effective_number", number)
                .set("incident", life.sysId)
                .set("parent", life.sysId)
                .set("short_description", Texts.problem(text))
                .set("description", Texts.description(text))
                .set("state", ended > 0 ? 3 : 2)
                .set("active", ended == 0)
                .set("priority", life.priority)
                .set("impact", life.impact)
                .set("urgency", life.urgency)
                .set("assignment_group", people.groups().get(group).sysId())
                .set("assigned_to", agent.sysId())
                .set("opened_by", agent.sysId())
                .set("opened_at", opened)
                .set("sys_class_name", "incident_task")
                .set("sys_domain", "global")
                .set("sys_domain_path", "/")
                .set("made_sla", true)
                .created(opened, agent.userName())
                .updated(ended > 0 ? Stamps.of(ended) : opened, agent.userName(), ended > 0 ? 2 : 0);
        if (ended > 0) {
            cells.set("closed_at", Stamps.of(ended)).set("closed_by", agent.sysId());
        }
        return List.of(cells.row());
    }
}
