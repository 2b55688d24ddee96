package io.caravana.simulator;

import java.util.ArrayList;
import java.util.List;

/** What people wrote about some incidents; an entry is never changed. */
final class JournalRows implements ServiceDesk.LifeRows {
    private final Table table;
    private final People people;

    JournalRows(Table table, People people) {
        this.table = table;
        this.people = people;
    }

    @Override
    public List<Row> of(Life life) {
        if (life.assigned == 0 || life.index % 4 != 2) {
            return List.of();
        }
        var dice = Dice.of(life.seed(), life.day, life.index, 8);
        var agent = people.member(life.lastGroup, dice).userName();
        var entries = new ArrayList<Row>();
        entries.add(entry(life, 7, "work_notes", Texts.problem(Texts.any(dice)), life.assigned, agent));
        if (life.resolved > 0) {
            entries.add(entry(life, 8, "comments", Texts.closing(dice), life.resolved, agent));
        }
        return entries;
    }

    private Row entry(Life life, int kind, String element, String text, long at, String by) {
        return Cells.of(table)
                .set("sys_id", life.related(kind))
                .set("name", "incident")
                .set("element", element)
                .set("element_id", life.sysId)
                .set("value", text)
                .created(Stamps.of(at), by)
                .row();
    }
}
