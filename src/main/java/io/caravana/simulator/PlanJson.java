package io.caravana.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Shows the plan's objects as the second interface of a workload engine has them. */
final class PlanJson {
    private final Plan plan;

    PlanJson(Plan plan) {
        this.plan = plan;
    }

    /** @param withDependencies false for a list whose scope leaves them out */
    ObjectNode job(PlanJob job, boolean withDependencies) {
        var node = Answer.MAPPER.createObjectNode();
        var run = job.lastRun();
        node.put("id", job.id)
                .put("persistentId", PlanMaker.uuid("persistent", job.id))
                .put("planId", plan.id());
        node.put("key", job.key())
                .put("name", job.name)
                .put("folder", "/PRD/")
                .put("workstation", "/" + job.workstation);
        node.put("jobStreamId", job.stream.id).put("jobStreamName", job.stream.name);
        node.put("jobStreamWorkstation", "/" + job.stream.workstation).put("position", job.position + 1);
        node.put("priority", job.priority).put("origPriority", 10);
        node.set("lastRunCompositeStatus", composite(job, run == null ? job.status : run.status));
        node.put("lastRunCommonStatus", job.commonStatus());
        var runs = node.putArray("jobruns");
        job.runs.forEach(one -> runs.add(run(job, one, one == run)));
        node.put("schedTime", moment(job.stream.starts)).put("endTime", run == null ? null : moment(run.ended));
        node.put("timeZone", "UTC");
        node.putObject("jobDefinition")
                .put("name", job.name)
                .put("workstation", "/" + job.workstation)
                .put("isCommand", false)
                .put("taskType", job.workstation.startsWith("DB") ? "Database" : "UNIX")
                .put("recoveryOption", job.recoversByItself ? "RERUN" : "STOP")
                .put("estimatedDuration", duration(job.estimated));
        node.putObject("timeRestrictions")
                .put("startTime", moment(job.starts))
                .put("deadlineTime", moment(job.deadline));
        if (withDependencies) {
            var all = node.putArray("dependencies");
            job.dependencies.forEach(one -> all.add(dependency(one)));
        }
        var count = new LinkedHashMap<String, Integer>();
        job.dependencies.forEach(one -> count.merge(one.type(), 1, Integer::sum));
        var stats = node.putObject("dependenciesStats");
        stats.put("numberOfDependencies", job.dependencies.size());
        stats.put(
                "numberOfUnsatisfiedDependencies",
                job.dependencies.stream().filter(one -> !one.isSatisfied()).count());
        node.putObject("jobStatusFlags")
                .put("jobLate", job.isLate)
                .put("deadlineHasPassed", job.isLate)
                .put("restarted", job.runs.size() > 1);
        node.putObject("jobOptions")
                .put("noOperation", false)
                .put("critical", job.isCritical)
                .put("requiresConfirmation", false);
        return node.put("archived", false);
    }

    private ObjectNode run(PlanJob job, PlanRun run, boolean isLast) {
        var node = Answer.MAPPER.createObjectNode();
        node.put("id", run.id).put("jobNumber", run.number).put("runAttempt", run.attempt);
        node.put(
                "returnCode",
                run.ended == 0 ? null : Integer.valueOf(run.status.equals("SUCC") ? 0 : Math.max(1, run.willReturn)));
        node.set("compositeStatus", composite(job, run.status));
        node.put("commonStatus", common(job, run, isLast)).put("actualWorkstation", "/" + job.workstation);
        node.put("rerunType", run.rerunType).put("submittedTime", moment(run.submitted));
        node.put("lastInRerunChain", isLast).put("confirmed", isLast && job.isConfirmed);
        var elapsed = run.started == 0 ? 0 : (run.ended == 0 ? plan.now() : run.ended) - run.started;
        node.put("minDurationNotReached", false).put("maxDurationGone", elapsed > 3 * job.estimated);
        node.putObject("timeInfo")
                .put("estimatedDuration", duration(job.estimated))
                .put("actualStartTime", moment(run.started))
                .put("elapsedTime", duration(elapsed))
                .put("actualEndTime", moment(run.ended));
        return node;
    }

    private static String common(PlanJob job, PlanRun run, boolean isLast) {
        return isLast ? job.commonStatus() : run.status.equals("SUCC") ? "SUCCESSFUL" : "ERROR";
    }

    private static ObjectNode composite(PlanJob job, String status) {
        return Answer.MAPPER
                .createObjectNode()
                .put("status", status)
                .put("substatus", job.substatus())
                .put("error", status.equals("ABEND"))
                .put("started", status.matches("EXEC|SUCC|ABEND"))
                .put("canceled", job.isCanceled)
                .put("cancelPending", false)
                .put("dontRun", false);
    }

    private static ObjectNode dependency(PlanDependency one) {
        var node = Answer.MAPPER.createObjectNode();
        node.put("dependencyType", one.type()).put("id", one.id()).put("satisfied", one.isSatisfied());
        node.put("dependencyStatus", one.isSatisfied() ? "SATISFIED" : "UNSATISFIED")
                .put("mandatory", true);
        switch (one.type()) {
            case "FILE" -> node.put("file", one.thing().name);
            case "PROMPT" -> node.put("promptName", one.thing().name).put("text", one.thing().name);
            case "RESOURCE" ->
                node.put("resourceName", one.thing().name)
                        .put("quantity", 1)
                        .put("available", one.thing().quantity - one.thing().inUse);
            case "EXTERNAL_JOBSTREAM" ->
                node.put("jobStreamId", one.stream().id)
                        .put("jobStreamName", one.stream().name)
                        .put("jobStreamSchedTime", moment(one.stream().starts));
            default ->
                node.put("jobId", one.target().id)
                        .put("jobName", one.target().name)
                        .put("jobStreamName", one.target().stream.name)
                        .put("predecessorStatus", one.target().status);
        }
        return node;
    }

    ObjectNode stream(PlanStream stream) {
        var status = stream.status();
        var node = Answer.MAPPER.createObjectNode();
        node.put("id", stream.id)
                .put("planId", plan.id())
                .put("name", stream.name)
                .put("originalJobStreamName", stream.name);
        node.put("key", "/%s#/PRD/%s".formatted(stream.workstation, stream.name));
        node.put("folder", "/PRD/")
                .put("workstation", "/" + stream.workstation)
                .put("priority", 10)
                .put("limit", -1);
        node.putObject("compositeStatus").put("status", status);
        node.put(
                "commonStatus",
                switch (status) {
                    case "SUCC" -> "SUCCESSFUL";
                    case "EXEC" -> "RUNNING";
                    case "STUCK" -> "BLOCKED";
                    case "HOLD" -> "WAITING";
                    default -> status;
                });
        node.put("schedTime", moment(stream.starts))
                .put("scheduledDate", moment(stream.starts))
                .put("timeZone", "UTC");
        var stats = node.putObject("jobStreamStats");
        stats.put("numberOfJobs", stream.jobs.size());
        var by = new LinkedHashMap<String, Integer>();
        stream.jobs.forEach(job -> by.merge(job.commonStatus().toLowerCase(Locale.ROOT), 1, Integer::sum));
        by.forEach(stats::put);
        return node;
    }

    ObjectNode workstation(String name) {
        var node = Answer.MAPPER.createObjectNode();
        var isMaster = name.equals("MDM");
        node.put("id", PlanMaker.uuid("workstation", name)).put("name", name).put("key", "/" + name);
        node.put("type", isMaster ? "MANAGER" : "AGENT")
                .put("limit", 12)
                .put("fence", 0)
                .put("runNumber", 1);
        node.put("domainName", "MASTERDM")
                .put("version", "10.2.8")
                .put("timeZone", "UTC")
                .put("ignore", false);
        node.putArray("activeStates").add("LINKED").add("START").add(isMaster ? "JOBMAN_UP" : "ONLINE");
        return node;
    }

    ObjectNode resource(PlanDependency.Thing thing) {
        var node = Answer.MAPPER.createObjectNode();
        node.put("id", thing.id)
                .put("name", thing.name)
                .put("key", "/MDM#" + thing.name)
                .put("quantity", thing.quantity);
        node.put("quantityInUse", thing.inUse).put("quantityAvailable", thing.quantity - thing.inUse);
        return node.put("status", thing.inUse < thing.quantity ? "AVAILABLE" : "EXHAUSTED");
    }

    /** A job as the first interface has it. */
    Map<String, Object> oldJob(PlanJob job) {
        var run = job.lastRun();
        var shown = new LinkedHashMap<String, Object>();
        shown.put("id", job.id);
        shown.put("name", job.name);
        shown.put("workstationInPlan", Map.of("name", job.workstation));
        shown.put(
                "jobStreamInPlan",
                Map.of(
                        "name", job.stream.name,
                        "startTime", moment(job.stream.starts),
                        "workstationKey", job.stream.workstation));
        shown.put(
                "status",
                Map.of("commonStatus", job.commonStatus(), "internalStatus", job.status, "canceled", job.isCanceled));
        var time = new LinkedHashMap<String, Object>();
        time.put("estimatedDuration", job.estimated * 1_000);
        if (run != null && run.started > 0) {
            time.put("actualStartTime", moment(run.started));
        }
        shown.put("timeInfo", time);
        shown.put("jobNumber", run == null ? 0 : run.number);
        shown.put("jobRunId", run == null ? null : run.id);
        shown.put("lastInRerunChain", true);
        shown.put("jobLate", job.isLate);
        return shown;
    }

    private static String duration(long seconds) {
        return Duration.ofSeconds(seconds).toString();
    }

    private static String moment(long seconds) {
        return seconds == 0 ? null : Instant.ofEpochSecond(seconds).toString();
    }
}
