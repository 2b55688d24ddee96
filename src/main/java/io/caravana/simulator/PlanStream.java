package io.caravana.simulator;

import java.util.ArrayList;
import java.util.List;

/** A job stream of the plan: jobs of one business purpose that belong together. */
final class PlanStream {
    final String id;
    final String name;
    final String workstation;
    final long starts;
    final List<PlanJob> jobs = new ArrayList<>();

    PlanStream(String id, String name, String workstation, long starts) {
        this.id = id;
        this.name = name;
        this.workstation = workstation;
        this.starts = starts;
    }

    boolean isOver() {
        return jobs.stream().allMatch(PlanJob::isPassed);
    }

    /** The internal status as of its jobs. */
    String status() {
        if (isOver()) {
            return "SUCC";
        }
        if (jobs.stream().anyMatch(job -> job.status.equals("EXEC"))) {
            return "EXEC";
        }
        if (jobs.stream().anyMatch(job -> job.status.equals("ABEND"))) {
            return "STUCK";
        }
        return jobs.stream().anyMatch(job -> !job.status.equals("HOLD")) ? "READY" : "HOLD";
    }
}
