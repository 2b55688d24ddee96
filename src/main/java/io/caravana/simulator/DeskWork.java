package io.caravana.simulator;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** What people at the desk do next, one small change at a time; the same for the same seed. */
final class DeskWork {
    private static final String HEX = "0123456789abcdef";

    private final Tables tables;
    private final Records records;
    private final Clock clock;
    private final Dice dice;

    DeskWork(Tables tables, Records records, Clock clock, long seed) {
        this.tables = tables;
        this.records = records;
        this.clock = clock;
        this.dice = Dice.of(seed, 77);
    }

    void step() {
        var incidents = tables.get("incident");
        var what = dice.below(100);
        var row = what < 15 ? null : any(incidents);
        if (row == null) {
            open(incidents);
        } else if (what == 99) {
            delete(row);
        } else if (what >= 85) {
            comment(row);
        } else if (what >= 70) {
            reassign(row);
        } else {
            advance(row);
        }
    }

    private void open(Table incidents) {
        var text = Texts.any(dice);
        var impact = dice.between(1, 3);
        var urgency = dice.between(1, 3);
        var caller = any(tables.get("sys_user"));
        var values = new HashMap<String, String>();
        values.put("short_description", Texts.problem(text));
        values.put("description", Texts.description(text));
        values.put("state", "1");
        values.put("incident_state", "1");
        values.put("active", "true");
        values.put("impact", Integer.toString(impact));
        values.put("urgency", Integer.toString(urgency));
        values.put("priority", Integer.toString(impact + urgency - 1));
        values.put("opened_at", now());
        values.put("caller_id", caller == null ? "" : caller.sysId());
        values.put("opened_by", caller == null ? "" : caller.sysId());
        values.put("assignment_group", anyId("sys_user_group"));
        values.put("reassignment_count", "0");
        values.put("reopen_count", "0");
        values.put("made_sla", "true");
        values.put("sys_domain", "global");
        values.put("sys_domain_path", "/");
        records.insert(incidents, values, caller == null ? "admin" : caller.get("user_name"));
    }

    private void advance(Row row) {
        switch (row.get("state")) {
            case "1" -> change(row, state("2", Map.of("assigned_to", anyId("sys_user"))));
            case "2" ->
                change(row, dice.chance(0.2) ? state("3", Map.of("hold_reason", "1")) : state("6", resolution()));
            case "3" -> change(row, state("2", Map.of("hold_reason", "")));
            case "6" ->
                change(
                        row,
                        dice.chance(0.1)
                                ? state("2", Map.of("reopened_time", now(), "resolved_at", "", "resolved_by", ""))
                                : state("7", Map.of("closed_at", now(), "active", "false")));
            default -> comment(row);
        }
    }

    private Map<String, String> resolution() {
        return Map.of(
                "resolved_at", now(),
                "resolved_by", anyId("sys_user"),
                "close_code", "Solved (Permanently)",
                "close_notes", Texts.closing(dice));
    }

    private static Map<String, String> state(String state, Map<String, String> more) {
        var values = new HashMap<>(more);
        values.put("state", state);
        values.put("incident_state", state);
        return values;
    }

    private void comment(Row row) {
        change(row, Map.of("work_notes", "", "sys_tags", ""));
        records.insert(
                tables.get("sys_journal_field"),
                Map.of(
                        "name", "incident",
                        "element", "work_notes",
                        "element_id", row.sysId(),
                        "value", "Em análise pela equipe."),
                "admin");
    }

    private void reassign(Row row) {
        var count = row.get("reassignment_count");
        var next = count.matches("\\d{1,6}") ? Integer.parseInt(count) + 1 : 1;
        change(
                row,
                Map.of(
                        "assignment_group", anyId("sys_user_group"),
                        "assigned_to", anyId("sys_user"),
                        "reassignment_count", Integer.toString(next)));
    }

    private void change(Row row, Map<String, String> values) {
        records.update(row, values, "admin");
    }

    /** An incident takes its SLA rows with it, without a trace of those. */
    private void delete(Row row) {
        var slas = tables.get("task_sla");
        for (var sla : slas.rows().values()) {
            if (sla.get("task").equals(row.sysId())) {
                records.delete(slas, sla.sysId(), "admin");
            }
        }
        records.delete(row.table(), row.sysId(), "admin");
    }

    private String anyId(String table) {
        var row = any(tables.get(table));
        return row == null ? "" : row.sysId();
    }

    /** The row after a random key, so that every row has about the same chance; null in an empty table. */
    private Row any(Table table) {
        var key = new StringBuilder();
        for (var i = 0; i < 8; i++) {
            key.append(HEX.charAt(dice.below(16)));
        }
        var rows = table.rows();
        var entry = rows.ceilingEntry(key.toString());
        var found = entry == null ? rows.firstEntry() : entry;
        return found == null ? null : found.getValue();
    }

    private String now() {
        return Stamps.of(clock.instant());
    }
}
