package io.caravana.desk;

import io.caravana.workload.Job;
import java.time.Duration;
import java.util.ArrayList;
import org.thymeleaf.expression.Messages;

/** How a template shows a job: in which look, and why it is as it is. */
public final class JobLook {

    /** Its look: work goes on, is held, has failed or is over. */
    public String of(Job job) {
        return job.late() && !job.state().equals("done") ? "breach" : of(job.state());
    }

    public String of(String state) {
        return switch (state) {
            case "failed" -> "breach";
            case "running" -> "work";
            case "ready", "waiting" -> "new";
            case "done" -> "done";
            case "canceled", "suppressed" -> "dropped";
            default -> "hold";
        };
    }

    /** Why it is late, waits or has runs that failed; null where there is nothing to say. */
    public String why(Job job, Messages messages) {
        var all = new ArrayList<String>();
        if (job.lateReason() != null) {
            all.add(messages.msg("job.late." + job.lateReason()));
        }
        if (!job.waitsFor().isEmpty()) {
            all.add(messages.msg("job.waits", String.join(", ", job.waitsFor())));
        }
        if (job.failedRuns() != null && job.failedRuns() > 0) {
            all.add(messages.msg("job.failedRuns", job.failedRuns()));
        }
        return all.isEmpty() ? null : String.join(" · ", all);
    }

    public Long seconds(Job job) {
        return job.startedAt() == null || job.endedAt() == null
                ? null
                : Duration.between(job.startedAt(), job.endedAt()).toSeconds();
    }
}
