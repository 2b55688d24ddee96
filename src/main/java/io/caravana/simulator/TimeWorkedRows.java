package io.caravana.simulator;

import java.util.List;

/** The time an agent noted on some incidents. */
final class TimeWorkedRows implements ServiceDesk.LifeRows {
    private final Table table;
    private final People people;

    TimeWorkedRows(Table table, People people) {
        this.table = table;
        this.people = people;
    }

    @Override
    public List<Row> of(Life life) {
        if (life.assigned == 0 || life.index % 3 != 1) {
            return List.of();
        }
        var dice = Dice.of(life.seed(), life.day, life.index, 7);
        var agent = people.member(life.lastGroup, dice);
        var worked = 300 + dice.below(14_000);
        var at = Stamps.of(life.updated);
        return List.of(Cells.of(table)
                .set("sys_id", life.related(4))
                .set("task", life.sysId)
                .set("user", agent.sysId())
                .set("category", "task_work")
                .set("comments", dice.chance(0.5) ? Texts.closing(dice) : "")
                .set("time_in_seconds", worked)
                .set("time_worked", Stamps.of(worked))
                .set("work_date", at.substring(0, 10))
                .created(at, agent.userName())
                .updated(at, agent.userName(), 0)
                .row());
    }
}
