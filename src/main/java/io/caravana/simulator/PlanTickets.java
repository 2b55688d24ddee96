package io.caravana.simulator;

import java.util.HashMap;
import java.util.Map;

/** What the engine's event rule does at the service desk: a job that fails opens an incident, one that then succeeds resolves it. */
final class PlanTickets implements Plan.Listener {
    private static final String USER = "hwa.integration";

    private final Tables tables;
    private final Records records;

    PlanTickets(Tables tables, Records records) {
        this.tables = tables;
        this.records = records;
    }

    @Override
    public void abended(PlanJob job) {
        var incidents = tables.get("incident");
        if (incidents == null) {
            return;
        }
        var run = job.lastRun();
        var groups = tables.get("sys_user_group").rows();
        var group = groups.ceilingKey(SysIds.of("group of", job.stream.name));
        var level = job.isCritical ? "1" : "2";
        var values = new HashMap<String, String>();
        values.put("short_description", "Job %s terminou em ABEND (rc=%d)".formatted(job.name, run.willReturn));
        values.put(
                "description",
                "O job %s#%s.%s falhou.\nRun: %s\nJob number: %d\nReturn code: %d\n\n%s"
                        .formatted(
                                job.workstation,
                                job.stream.name,
                                job.name,
                                run.id,
                                run.number,
                                run.willReturn,
                                PlanLog.of(job, run)
                                        .lines()
                                        .skip(8)
                                        .limit(3)
                                        .reduce("", (one, line) -> one + line + "\n")));
        values.put("state", "1");
        values.put("incident_state", "1");
        values.put("active", "true");
        values.put("impact", level);
        values.put("urgency", level);
        values.put("priority", job.isCritical ? "1" : "3");
        values.put("opened_at", Stamps.of(run.ended));
        values.put("category", "software");
        values.put("assignment_group", group == null ? groups.isEmpty() ? "" : groups.firstKey() : group);
        values.put("reassignment_count", "0");
        values.put("reopen_count", "0");
        values.put("made_sla", "true");
        values.put("sys_domain", "global");
        values.put("sys_domain_path", "/");
        // every third one names the job in its text alone
        if (run.number % 3 != 0) {
            values.put("correlation_id", run.id);
            values.put("correlation_display", "HWA");
        }
        job.incident = records.insert(incidents, values, USER).sysId();
    }

    @Override
    public void recovered(PlanJob job) {
        var incidents = tables.get("incident");
        var row = job.incident == null || incidents == null ? null : incidents.get(job.incident);
        job.incident = null;
        if (row != null && row.get("state").matches("[123]")) {
            var ended = Stamps.of(job.lastRun().ended);
            records.update(
                    row,
                    Map.of(
                            "state", "6",
                            "incident_state", "6",
                            "resolved_at", ended,
                            "close_code", "Solved (Permanently)",
                            "close_notes", "Job %s executado novamente com sucesso após correção.".formatted(job.name)),
                    USER);
        }
    }
}
