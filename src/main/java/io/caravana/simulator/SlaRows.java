package io.caravana.simulator;

import java.math.BigDecimal;
import java.util.List;

/** The response and the resolution SLA of a life. */
final class SlaRows implements ServiceDesk.LifeRows {
    private static final long[] RESPONSE = {900, 1_800, 7_200, 14_400, 28_800};
    /** Seconds that a catalogue task is promised in. */
    static final long CATALOG = 5 * 86_400;

    static final String CATALOG_TASK = SysIds.of("contract_sla", "catalog task");

    private static final long[] RESOLUTION = {4 * 3_600, 8 * 3_600, 2 * 86_400, 4 * 86_400, 7 * 86_400};

    private final Table table;
    private final long now;

    SlaRows(Table table, long now) {
        this.table = table;
        this.now = now;
    }

    /** Seconds to the first response that a priority is promised. */
    static long response(int priority) {
        return RESPONSE[priority - 1];
    }

    /** Seconds to the resolution that a priority is promised. */
    static long resolution(int priority) {
        return RESOLUTION[priority - 1];
    }

    static String definition(String kind, int priority) {
        return SysIds.of("contract_sla", kind, Integer.toString(priority));
    }

    /** The SLA of a catalogue task. */
    static Row planned(Table table, String task, long opened, long ended, long now) {
        var isDone = ended < now;
        var taken = (isDone ? ended : now) - opened;
        var breach = Stamps.of(opened + CATALOG);
        return Cells.of(table)
                .set("sys_id", SysIds.of("task_sla", task))
                .set("task", task)
                .set("sla", CATALOG_TASK)
                .set("stage", isDone ? "completed" : "in_progress")
                .set("active", !isDone)
                .set("has_breached", taken > CATALOG)
                .set("start_time", Stamps.of(opened))
                .set("end_time", isDone ? Stamps.of(ended) : "")
                .set("planned_end_time", breach)
                .set("original_breach_time", breach)
                .set("percentage", percentage(taken, CATALOG))
                .set("business_percentage", percentage(taken, CATALOG))
                .set("duration", Stamps.of(taken))
                .set("business_duration", Stamps.of(taken))
                .set("time_left", Stamps.of(Math.max(0, CATALOG - taken)))
                .set("schedule", ALWAYS)
                .set("timezone", "America/Sao_Paulo")
                .created(Stamps.of(opened), "system")
                .updated(Stamps.of(isDone ? ended : opened), "system", isDone ? 1 : 0)
                .row();
    }

    @Override
    public List<Row> of(Life life) {
        var responded = life.assigned > 0 ? life.assigned : life.cancelled;
        return List.of(
                row(life, 1, "response", response(life.priority), responded, 0),
                row(life, 2, "resolution", resolution(life.priority), life.ended(), life.pausedSeconds));
    }

    private Row row(Life life, int kind, String name, long target, long ended, long paused) {
        var until = ended > 0 ? ended : now;
        var taken = Math.max(0, until - life.opened - paused);
        var isAlways = life.priority <= 2;
        var business = isAlways ? taken : Math.min(taken, BusinessTime.seconds(life.opened, until));
        var start = Stamps.of(life.opened);
        var breach = life.opened + target;
        var originalBreach = Stamps.of(breach);
        var isPaused = ended == 0 && life.state == 3 && kind == 2;
        var cells = Cells.of(table)
                .set("sys_id", life.related(kind))
                .set("task", life.sysId)
                .set("sla", DEFINITIONS[kind - 1][life.priority - 1])
                .set("stage", stage(life, ended, isPaused))
                .set("active", ended == 0)
                .set("has_breached", taken > target)
                .set("start_time", start)
                .set("planned_end_time", paused == 0 ? originalBreach : Stamps.of(breach + paused))
                .set("original_breach_time", originalBreach)
                .set("percentage", percentage(taken, target))
                .set("business_percentage", percentage(business, target))
                .set("duration", Stamps.of(taken))
                .set("business_duration", Stamps.of(business))
                .set("pause_duration", Stamps.of(paused))
                .set("business_pause_duration", Stamps.of(isAlways ? paused : Math.min(paused, taken)))
                .set("time_left", Stamps.of(Math.max(0, target - taken)))
                .set("business_time_left", Stamps.of(Math.max(0, target - business)))
                .set("schedule", isAlways ? ALWAYS : OFFICE_HOURS)
                .set("timezone", "America/Sao_Paulo")
                .created(start, "system")
                .updated(
                        ended > 0 ? Stamps.of(ended) : Stamps.of(Math.max(life.opened, life.updated)),
                        "system",
                        ended > 0 ? 2 : 1);
        if (ended > 0) {
            cells.set("end_time", Stamps.of(ended));
        }
        if (isPaused) {
            cells.set("pause_time", Stamps.of(life.held));
        }
        return cells.row();
    }

    private static final String ALWAYS = SysIds.of("cmn_schedule", "24 x 7");
    private static final String OFFICE_HOURS = SysIds.of("cmn_schedule", "8 x 5");
    private static final String[][] DEFINITIONS = {definitions("response"), definitions("resolution")};

    private static String[] definitions(String kind) {
        var definitions = new String[5];
        for (var priority = 1; priority <= 5; priority++) {
            definitions[priority - 1] = definition(kind, priority);
        }
        return definitions;
    }

    private static String stage(Life life, long ended, boolean isPaused) {
        if (life.cancelled > 0) {
            return "cancelled";
        }
        return ended > 0 ? "completed" : isPaused ? "paused" : "in_progress";
    }

    private static String percentage(long taken, long target) {
        return BigDecimal.valueOf(taken * 10_000 / target, 2)
                .stripTrailingZeros()
                .toPlainString();
    }
}
