package io.caravana.desk;

import io.caravana.workload.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.Collectors;
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
            var kinds = job.waitsFor().stream()
                    .map(kind -> kind(kind, messages))
                    .distinct()
                    .collect(Collectors.joining(", "));
            var names = String.join(", ", job.waitsOn());
            all.add(messages.msg("job.waits", names.isEmpty() ? kinds : kinds + ": " + names));
        }
        if (job.failedRuns() != null && job.failedRuns() > 0) {
            all.add(messages.msg("job.failedRuns", job.failedRuns()));
        }
        return all.isEmpty() ? null : String.join(" · ", all);
    }

    /** What a kind of dependency is called; the engine's own word where it is a new one. */
    public String kind(String kind, Messages messages) {
        var said = messages.msgOrNull("job.waits." + kind);
        return said == null ? kind : said;
    }

    public Long seconds(Job job) {
        return job.startedAt() == null || job.endedAt() == null
                ? null
                : Duration.between(job.startedAt(), job.endedAt()).toSeconds();
    }
}
