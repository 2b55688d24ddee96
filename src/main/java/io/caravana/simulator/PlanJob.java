package io.caravana.simulator;

import java.util.ArrayList;
import java.util.List;

/** A job of the plan, as it stands. Times are epoch seconds, 0 for none. */
final class PlanJob {
    final String id;
    final String name;
    final PlanStream stream;
    final String workstation;
    final int position;
    final long starts;
    final long deadline;
    final long estimated;
    final boolean isCritical;
    final boolean recoversByItself;
    final List<PlanDependency> dependencies = new ArrayList<>();
    final List<PlanJob> followers = new ArrayList<>();
    final List<PlanRun> runs = new ArrayList<>();
    final List<String> justifications = new ArrayList<>();
    int priority = 10;
    int priorityBefore = 10;
    /** HOLD, READY, EXEC, SUCC or ABEND. */
    String status = "HOLD";

    boolean isCanceled;
    boolean isLate;
    boolean isConfirmed;
    long changed;
    String incident;

    PlanJob(
            String id,
            String name,
            PlanStream stream,
            String workstation,
            int position,
            long starts,
            long deadline,
            long estimated,
            boolean isCritical,
            boolean recoversByItself) {
        this.id = id;
        this.name = name;
        this.stream = stream;
        this.workstation = workstation;
        this.position = position;
        this.starts = starts;
        this.deadline = deadline;
        this.estimated = estimated;
        this.isCritical = isCritical;
        this.recoversByItself = recoversByItself;
    }

    String key() {
        return "/%s#/PRD/%s.%s".formatted(workstation, stream.name, name);
    }

    /** Whether jobs that wait for it need wait no more. */
    boolean isPassed() {
        return isCanceled || status.equals("SUCC");
    }

    boolean isHeld() {
        return priority == 0;
    }

    PlanRun lastRun() {
        return runs.isEmpty() ? null : runs.get(runs.size() - 1);
    }

    String substatus() {
        return switch (status) {
            case "HOLD" -> "HOLD_" + (isHeld() ? "PRIORITY_ZERO" : "WAITING_FOR_" + reason());
            case "READY" -> {
                var isResource =
                        dependencies.stream().anyMatch(one -> one.type().equals("RESOURCE") && !one.isSatisfied());
                yield "READY_WAITING_FOR_" + (isResource ? "RESOURCES" : "LIMIT");
            }
            case "SUCC" -> "SUCC_COMPLETED";
            default -> null;
        };
    }

    private String reason() {
        return dependencies.stream()
                .filter(one -> !one.isSatisfied())
                .map(one -> switch (one.type()) {
                    case "FILE", "PROMPT" -> one.type();
                    default -> "PREDECESSOR";
                })
                .findFirst()
                .orElse("TIME");
    }

    /** The status in the words that all engines share. */
    String commonStatus() {
        if (isCanceled) {
            return "CANCELED";
        }
        return switch (status) {
            case "HOLD" -> isHeld() ? "HELD" : "WAITING";
            case "EXEC" -> "RUNNING";
            case "SUCC" -> "SUCCESSFUL";
            case "ABEND" -> "ERROR";
            default -> status;
        };
    }
}
