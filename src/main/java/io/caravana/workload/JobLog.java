package io.caravana.workload;

import io.caravana.replica.RowScope;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/** The end of the log of a run. It is asked for when somebody wants it, is never stored, and shows no password that can be recognized. */
@Component("jobLog")
public class JobLog {

    private static final Pattern SECRET = Pattern.compile(
            "(?i)((?:password|passwd|pwd|senha|secret|token|api[_-]?key|authorization)[\"']?\\s*[=:]\\s*(?:bearer |basic )?)(\"[^\"]*\"|'[^']*'|[^\\s,;)]+)|(?<=//)[^/\\s:@]+:[^/\\s@]+(?=@)");
    private static final Pattern CONTROL =
            Pattern.compile("[\\p{Cntrl}&&[^\\n\\t]]|[\\u202A-\\u202E\\u2066-\\u2069\\u200B-\\u200F]");

    private final EngineCalls engine;
    private final Jobs jobs;

    JobLog(EngineCalls engine, Jobs jobs) {
        this.engine = engine;
        this.jobs = jobs;
    }

    /**
     * The last lines.
     *
     * @param run the id of a run
     * @param lines how many at most
     * @throws WorkloadException if the engine does not give it
     * @throws IllegalArgumentException if there is no such run within the scope
     */
    public String tail(String run, int lines, RowScope scope) throws WorkloadException {
        if (jobs.ofRun(run, scope).isEmpty()) {
            throw new IllegalArgumentException("there is no run '%s'".formatted(run));
        }
        var all = clean(engine.text(EngineRequest.of("/plan/job/run/" + run + "/joblog")))
                .lines()
                .toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    }

    /** Without characters that a screen would obey, and without what looks like a secret. */
    public static String clean(String text) {
        return SECRET.matcher(CONTROL.matcher(text.replace("\r\n", "\n")).replaceAll(""))
                .replaceAll(found -> found.group(1) == null
                        ? "***"
                        : java.util.regex.Matcher.quoteReplacement(found.group(1)) + "***");
    }
}
