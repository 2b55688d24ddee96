package io.caravana.simulator;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Changes records as the platform does: with stamps, a modification count, and a trace of deletes. */
final class Records {
    private static final Map<String, String> NUMBER_PREFIXES = Map.of(
            "incident", "INC",
            "incident_task", "TASK",
            "change_request", "CHG",
            "change_task", "CTASK",
            "sc_request", "REQ",
            "sc_req_item", "RITM",
            "sc_task", "SCTASK",
            "problem", "PRB",
            "problem_task", "PTASK");

    /** Deletes in this table leave no trace, as cascades do on real instances. */
    private static final String UNAUDITED = "task_sla";

    private final Tables tables;
    private final Clock clock;
    private final AtomicLong created = new AtomicLong();

    Records(Tables tables, Clock clock) {
        this.tables = tables;
        this.clock = clock;
    }

    synchronized Row insert(Table table, Map<String, String> values, String user) {
        var sequence = created.incrementAndGet();
        var now = Stamps.of(clock.instant());
        var all = new HashMap<>(values);
        all.putIfAbsent("sys_id", SysIds.of(table.name(), "created", Long.toString(sequence), now));
        all.put("sys_created_on", now);
        all.put("sys_created_by", user);
        all.put("sys_updated_on", now);
        all.put("sys_updated_by", user);
        all.put("sys_mod_count", "0");
        all.putIfAbsent("sys_class_name", table.name());
        var prefix = NUMBER_PREFIXES.get(table.name());
        if (prefix != null) {
            all.putIfAbsent("number", prefix + (900_000_000 + sequence));
        }
        var row = table.row(all);
        table.put(row);
        return row;
    }

    /** Sets values on the record as it stands now, which may be later than the row given. */
    synchronized Row update(Row known, Map<String, String> values, String user) {
        var table = known.table();
        var current = table.get(known.sysId());
        var before = current == null ? known : current;
        var cells = before.copy();
        values.forEach((name, value) -> {
            var column = table.column(name);
            if (column != null && !column.isSysId()) {
                cells[column.position()] = value;
            }
        });
        set(table, cells, "sys_updated_on", Stamps.of(clock.instant()));
        set(table, cells, "sys_updated_by", user);
        set(table, cells, "sys_mod_count", Integer.toString(count(before) + 1));
        var row = new Row(table, cells);
        table.put(row);
        return row;
    }

    /** Removes the record; false when there was none. */
    synchronized boolean delete(Table table, String sysId, String user) {
        var removed = table.remove(sysId);
        var audit = tables.get("sys_audit_delete");
        if (removed != null && audit != null && !table.name().equals(UNAUDITED)) {
            insert(
                    audit,
                    Map.of(
                            "tablename", table.name(),
                            "documentkey", sysId,
                            "display_value", Tables.display(removed)),
                    user);
        }
        return removed != null;
    }

    private static int count(Row row) {
        var count = row.get("sys_mod_count");
        return count.matches("\\d{1,9}") ? Integer.parseInt(count) : 0;
    }

    private static void set(Table table, String[] cells, String name, String value) {
        var column = table.column(name);
        if (column != null) {
            cells[column.position()] = value;
        }
    }
}
