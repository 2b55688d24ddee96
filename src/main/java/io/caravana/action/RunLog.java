package io.caravana.action;

import io.caravana.action.Runs.NewLine;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** The lines of a run that are not stored yet. Long lines are cut off, and too many are dropped. */
final class RunLog {

    private static final List<String> TYPES = List.of("debug", "info", "warning", "error");

    private final Runs runs;
    private final UUID run;
    private final UUID code;
    private final ActionProperties properties;
    private final Clock clock;
    private final Collection<String> secrets;
    private List<NewLine> lines = new ArrayList<>();
    private int count;

    RunLog(Runs runs, UUID run, UUID code, Collection<String> secrets, ActionProperties properties, Clock clock) {
        this.runs = runs;
        this.run = run;
        this.code = code;
        // a shorter one would blacken half of every line
        this.secrets = secrets.stream().filter(secret -> secret.length() >= 4).toList();
        this.properties = properties;
        this.clock = clock;
    }

    /** A text without the secrets that stand in it as they are. */
    String masked(String text) {
        var masked = text;
        for (var secret : secrets) {
            masked = masked == null ? null : masked.replace(secret, "•••");
        }
        return masked;
    }

    synchronized void add(String type, String said) {
        var content = masked(said);
        count++;
        if (count <= properties.logLines()) {
            var isLong = content.length() > properties.logLine();
            lines.add(new NewLine(
                    TYPES.contains(type) ? type : "info",
                    isLong ? content.substring(0, properties.logLine()) + "…" : content,
                    OffsetDateTime.now(clock)));
        }
    }

    /** Stores what has come since the last time. */
    void flush() {
        List<NewLine> due;
        synchronized (this) {
            due = lines;
            lines = new ArrayList<>();
        }
        if (!due.isEmpty()) {
            runs.log(run, code, due);
        }
    }

    /** Stores the rest, and how much was dropped. */
    void close() {
        synchronized (this) {
            if (count > properties.logLines()) {
                lines.add(new NewLine(
                        "warning",
                        "%d more lines were dropped".formatted(count - properties.logLines()),
                        OffsetDateTime.now(clock)));
            }
        }
        flush();
    }
}
