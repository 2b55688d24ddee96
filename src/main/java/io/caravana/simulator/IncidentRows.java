package io.caravana.simulator;

import java.util.List;

/** The incident of a life. */
final class IncidentRows implements ServiceDesk.LifeRows {
    private static final String[] CATEGORIES = {
        "inquiry", "software", "hardware", "network", "database", "password_reset"
    };
    private static final String[][] SUBCATEGORIES = {
        {"antivirus", "internal application"},
        {"email", "os"},
        {"cpu", "disk", "keyboard", "memory", "monitor", "mouse"},
        {"dhcp", "dns", "ip address", "vpn", "wireless"},
        {"db2", "sql server", "oracle"},
        {""}
    };

    /** Every so many incidents of a day, one is the parent of those at these distances. */
    private static final int FAMILY = 25;

    private static final List<Integer> CHILDREN = List.of(7, 13);

    private final Table table;
    private final People people;
    private final Calendar calendar;

    IncidentRows(Table table, People people, Calendar calendar) {
        this.table = table;
        this.people = people;
        this.calendar = calendar;
    }

    @Override
    public List<Row> of(Life life) {
        var cells = Cells.of(table);
        var dice = Dice.of(life.dice.nextLong());
        var number = Cells.number("INC", calendar.number(life.day, life.index));
        cells.set("sys_id", life.sysId).set("number", number).set("task_effective_number", number);
        describe(cells, life, dice);
        assign(cells, life, dice);
        stamp(cells, life);
        relate(cells, life, dice);
        if (life.resolved > 0 && life.state >= 6) {
            resolve(cells, life, dice);
        }
        return List.of(cells.row());
    }

    private void describe(Cells cells, Life life, Dice dice) {
        var text = Texts.any(dice);
        var category = dice.below(CATEGORIES.length);
        cells.set("short_description", Texts.problem(text))
                .set("description", Texts.description(text))
                .set("category", CATEGORIES[category])
                .set("subcategory", dice.pick(SUBCATEGORIES[category]))
                .set("contact_type", dice.pick("phone", "email", "self-service", "walk-in", "monitoring"))
                .set("impact", life.impact)
                .set("urgency", life.urgency)
                .set("priority", life.priority)
                .set("severity", 3)
                .set("state", life.state)
                .set("incident_state", life.state)
                .set("active", life.isActive())
                .set("escalation", life.priority == 1 ? 1 : 0)
                .set("approval", "not requested")
                .set("upon_approval", "proceed")
                .set("upon_reject", "cancel")
                .set("notify", 1)
                .set("knowledge", dice.chance(0.05))
                .set("sys_class_name", "incident")
                .set("sys_domain", "global")
                .set("sys_domain_path", "/");
    }

    private void assign(Cells cells, Life life, Dice dice) {
        var caller = people.users().get(dice.below(people.users().size()));
        var opener = dice.chance(0.4) ? caller : people.member(0, dice);
        cells.set("caller_id", caller.sysId())
                .set("opened_by", opener.sysId())
                .set("task_for", caller.sysId())
                .set("company", people.companies().get(caller.company()).sysId())
                .set("location", people.locations().get(caller.location()).sysId())
                .set("sys_created_by", opener.userName())
                .set("assignment_group", people.groups().get(life.lastGroup).sysId())
                .set("reassignment_count", life.reassignments)
                .set("reopen_count", life.reopened > 0 ? 1 : 0);
        var agent = people.member(life.lastGroup, dice);
        if (life.assigned > 0) {
            cells.set("assigned_to", agent.sysId()).set("work_start", Stamps.of(life.assigned));
        }
        if (dice.chance(0.1)) {
            cells.set("watch_list", caller.sysId() + "," + agent.sysId());
        }
        cells.set(
                "sys_updated_by",
                life.closed > 0 ? "system" : life.updates == 0 ? opener.userName() : agent.userName());
        if (life.reopened > 0) {
            cells.set("reopened_by", caller.sysId()).set("reopened_time", Stamps.of(life.reopened));
        }
    }

    private static void stamp(Cells cells, Life life) {
        var opened = Stamps.of(life.opened);
        var created = life.created == life.opened ? opened : Stamps.of(life.created);
        cells.set("opened_at", opened)
                .set("sys_created_on", created)
                .set("sys_updated_on", life.updated == life.created ? created : Stamps.of(life.updated))
                .set("sys_mod_count", life.updates);
        if (life.state == 3) {
            cells.set("hold_reason", 1 + life.index % 4);
        }
        if (life.cancelled > 0) {
            cells.set("closed_at", Stamps.of(life.cancelled));
        }
    }

    private void relate(Cells cells, Life life, Dice dice) {
        var place = life.index % FAMILY;
        var ofDay = calendar.incidents(life.day);
        if (place == 0) {
            var children = CHILDREN.stream()
                    .filter(child -> life.index + child < ofDay)
                    .count();
            cells.set("child_incidents", children);
        } else if (CHILDREN.contains(place)) {
            var parent = life.parentSysId(place);
            cells.set("parent_incident", parent).set("parent", parent);
        }
        if (dice.chance(0.03)) {
            cells.set("problem_id", PlannedWork.sysId("problem", life.seed(), life.day, 0));
        }
        if (dice.chance(0.02)) {
            cells.set("caused_by", PlannedWork.sysId("change_request", life.seed(), life.day, 0));
        }
        cells.set("cmdb_ci", dice.chance(0.3) ? Foundation.link(dice.below(Foundation.LINKS)) : "")
                .set(
                        "business_service",
                        dice.chance(0.3) ? Foundation.service(dice.below(Foundation.SERVICES.length)) : "")
                .set("made_sla", life.ended() == 0 || life.ended() - life.opened < SlaRows.resolution(life.priority))
                .set("sla_due", dice.chance(0.5) ? Stamps.of(life.opened + SlaRows.resolution(life.priority)) : "");
    }

    private void resolve(Cells cells, Life life, Dice dice) {
        var agent = people.member(life.lastGroup, dice).sysId();
        var taken = life.resolved - life.opened;
        var business = BusinessTime.seconds(life.opened, life.resolved);
        var resolved = Stamps.of(life.resolved);
        cells.set("resolved_at", resolved)
                .set("resolved_by", agent)
                .set("work_end", resolved)
                .set(
                        "close_code",
                        dice.pick("Solved (Permanently)", "Solved (Work Around)", "Not Solved (Not Reproducible)"))
                .set("close_notes", Texts.closing(dice))
                .set("cause", dice.chance(0.2) ? "Mudança não comunicada" : "")
                .set("calendar_stc", taken)
                .set("business_stc", business)
                .set("calendar_duration", Stamps.of(taken))
                .set("business_duration", Stamps.of(business))
                .set("time_worked", Stamps.of(Math.min(taken, 900 + dice.below(7_200))));
        if (life.closed > 0) {
            cells.set("closed_at", Stamps.of(life.closed)).set("closed_by", agent);
        }
    }
}
