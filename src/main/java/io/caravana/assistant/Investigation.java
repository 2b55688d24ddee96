package io.caravana.assistant;

import io.caravana.assistant.Ledger.Noted;
import io.caravana.assistant.Ledger.NotedRow;
import io.caravana.assistant.ToolCalls.CannotLook;
import io.caravana.replica.RowScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Answers one question without a model: calls the tools that its intent needs, and puts what they find into sentences. */
final class Investigation {

    private static final int MOST_CALLS = 10;
    private static final int TOLD = 8;

    private final Question question;
    private final RowScope scope;
    private final ToolCalls calls;
    private final Set<String> allowed;
    private final Ledger ledger;
    private final Sayings say;
    private final BiConsumer<Tool, Map<String, Object>> onCall;
    private final List<Claim> claims = new ArrayList<>();
    private final List<String> notFound = new ArrayList<>();
    private int called;

    /**
     * @param allowed the tools that the agent may call
     * @param onCall is told of each call before it is made
     */
    Investigation(
            Question question,
            RowScope scope,
            ToolCalls calls,
            Set<String> allowed,
            Ledger ledger,
            BiConsumer<Tool, Map<String, Object>> onCall) {
        this.question = question;
        this.scope = scope;
        this.calls = calls;
        this.allowed = allowed;
        this.ledger = ledger;
        this.say = new Sayings(question.isPortuguese());
        this.onCall = onCall;
    }

    List<Claim> claims() {
        return claims;
    }

    List<String> notFound() {
        return notFound;
    }

    void run() {
        switch (question.intent()) {
            case LOG -> withJob(this::log);
            case SIMILAR -> similar();
            case RUNBOOK -> runbook();
            case NEIGHBOURS -> withJob(this::neighbours);
            case WHY -> why();
            case SLA -> slas();
            case FAILED -> failed();
            case LATE -> jobs("late");
            case RUNNING -> jobs("running");
            case HELD -> jobs("held");
            case GROUPS -> groups();
            case JOB -> withJob(this::job);
            case SEARCH -> search();
        }
        if (claims.isEmpty() && notFound.isEmpty()) {
            notFound.add(say.of("nothing"));
        }
    }

    private Noted call(Tool tool, Object... pairs) {
        var values = new LinkedHashMap<String, Object>();
        for (var i = 0; i < pairs.length; i += 2) {
            if (pairs[i + 1] != null) {
                values.put((String) pairs[i], pairs[i + 1]);
            }
        }
        if (called++ >= MOST_CALLS || !allowed.contains(tool.word())) {
            notFound.add(say.of("mayNot", tool.word()));
            return null;
        }
        onCall.accept(tool, values);
        try {
            return ledger.note(tool, values, calls.call(tool, values, scope));
        } catch (CannotLook e) {
            notFound.add(say.of("cannotLook", tool.word(), e.getMessage()));
        } catch (IllegalArgumentException e) {
            notFound.add(say.of("cannotAsk", e.getMessage()));
        }
        return null;
    }

    /**
     * What a call finds; null where it could not be made or found nothing, which is said then.
     *
     * @param nothing what is said where it finds nothing
     */
    private Noted found(String nothing, Tool tool, Object... pairs) {
        var found = call(tool, pairs);
        if (found != null && found.rows().isEmpty()) {
            notFound.add(nothing);
            return null;
        }
        return found;
    }

    /** The same, as the rows that an answer tells of. */
    private List<NotedRow> told(String nothing, Tool tool, Object... pairs) {
        var found = found(nothing, tool, pairs);
        return found == null ? List.of() : told(found);
    }

    private void claim(String text, Evidence... evidence) {
        claims.add(new Claim(text, Arrays.stream(evidence).map(Evidence::id).toList()));
    }

    private void withJob(Runnable then) {
        if (question.number() != null) {
            ticket();
        } else if (question.job() == null) {
            notFound.add(say.of("whichJob"));
        } else {
            then.run();
        }
    }

    /** Answers a question that names a ticket or a job by what there is about that one. Returns false if it names none. */
    private boolean isAboutOne() {
        if (question.number() != null) {
            ticket();
        } else if (question.job() != null) {
            job();
        }
        return question.number() != null || question.job() != null;
    }

    private void failed() {
        if (isAboutOne()) {
            return;
        }
        var found = found(say.of("noFailures"), Tool.FIND_JOBS, "status", "failed", "hours", question.hours());
        if (found == null) {
            return;
        }
        claim(
                say.of(
                        found.isTruncated() ? "failuresMore" : found.rows().size() == 1 ? "failure" : "failures",
                        found.rows().size()),
                found.count());
        for (var row : told(found)) {
            var text = say.of(
                    "failedRun",
                    field(row, "job"),
                    field(row, "stream"),
                    field(row, "failed_at"),
                    or(row, "return_code", "?"));
            if (row.fields().get("state_now") instanceof String now && !now.equals("failed")) {
                text += " " + say.of("stateNow", say.state(now));
            }
            if (row.fields().get("tickets") instanceof List<?> tickets) {
                text += " " + say.of("ticketsAbout", join(tickets));
            }
            claim(text, row.evidence());
        }
    }

    private void jobs(String status) {
        if (question.job() != null) {
            job();
            return;
        }
        var found = found(say.of("noJobs." + status), Tool.FIND_JOBS, "status", status);
        if (found == null) {
            return;
        }
        claim(
                say.of("jobs." + status, found.rows().size()),
                found.count(),
                found.rows().get(0).evidence());
        told(found).forEach(row -> claim(jobLine(row), row.evidence()));
    }

    private String jobLine(NotedRow row) {
        var text = say.of("jobState", field(row, "job"), field(row, "stream"), say.state(field(row, "state")));
        if (row.fields().get("late_reason") instanceof String reason) {
            text += " " + say.of("late." + reason);
        }
        if (row.fields().get("started_at") instanceof String since) {
            text += " " + say.of("since", since);
        }
        return text;
    }

    private void why() {
        if (!isAboutOne()) {
            jobs("stuck");
        }
    }

    private void job() {
        var found = found(say.of("noJob", question.job()), Tool.GET_JOB, "job", question.job());
        if (found == null) {
            return;
        }
        var row = found.rows().get(0);
        claim(jobLine(row), row.evidence());
        if (row.fields().getOrDefault("open_dependencies", row.fields().get("waits_for")) instanceof List<?> open) {
            claim(say.of("waitsFor", field(row, "job"), join(open)), row.evidence());
        }
        if (row.fields().get("failed_runs") instanceof Integer runs && runs > 0) {
            claim(say.of("failedRuns", field(row, "job"), runs, or(row, "return_code", "?")), row.evidence());
        }
        if (row.fields().get("tickets") instanceof List<?> tickets) {
            claim(say.of("ticketsAbout", join(tickets)), row.evidence());
            solvedLike(tickets.get(0).toString());
        }
    }

    private void neighbours() {
        var nothing = say.of("noNeighbours", question.job());
        for (var row : told(nothing, Tool.JOB_NEIGHBOURS, "job", question.job(), "depth", 2)) {
            claim(
                    say.of(field(row, "place"), field(row, "job"), field(row, "steps"), say.state(field(row, "state"))),
                    row.evidence());
        }
    }

    private void log() {
        var found = found(say.of("noLog", question.job()), Tool.JOB_LOG_TAIL, "run", question.job(), "lines", 12);
        if (found == null) {
            return;
        }
        var row = found.rows().get(0);
        claim(say.of("log", field(row, "job"), field(row, "log")), row.evidence());
    }

    private void similar() {
        if (question.number() != null) {
            ticket();
            solvedLike(question.number());
        } else {
            search();
        }
    }

    private void solvedLike(String number) {
        var found = call(Tool.SIMILAR_SOLVED, "number", number);
        if (found == null) {
            return;
        }
        var solved = found.rows().stream()
                .filter(row -> row.fields().containsKey("close_notes"))
                .toList();
        if (solved.isEmpty()) {
            notFound.add(say.of("noSimilar", number));
        }
        solved.stream()
                .limit(3)
                .forEach(row -> claim(
                        say.of(
                                "solved",
                                field(row, "number"),
                                field(row, "short_description"),
                                field(row, "close_notes")),
                        row.evidence()));
    }

    private void ticket() {
        var found = found(say.of("noTicket", question.number()), Tool.GET_TICKET, "number", question.number());
        if (found == null) {
            return;
        }
        var row = found.rows().get(0);
        claim(
                say.of(
                        "ticket",
                        field(row, "number"),
                        field(row, "short_description"),
                        or(row, question.isPortuguese() ? "estado" : "state", "–"),
                        or(row, "priority", "–"),
                        or(row, "group", "–")),
                row.evidence());
        if (row.fields().containsKey("close_notes")) {
            claim(say.of("closed", field(row, "number"), field(row, "close_notes")), row.evidence());
        }
        if (row.fields().get("jobs") instanceof List<?> about) {
            claim(say.of("jobsOfTicket", field(row, "number"), join(about)), row.evidence());
        }
    }

    private void slas() {
        var hours = question.hours() == null ? 4 : question.hours();
        for (var row : told(say.of("noSlas", hours), Tool.SLA_AT_RISK, "hours", hours)) {
            claim(
                    say.of(
                            "sla",
                            field(row, "number"),
                            field(row, "sla"),
                            field(row, "ends_at"),
                            field(row, "minutes_left"),
                            or(row, "group", "–")),
                    row.evidence());
        }
    }

    private void groups() {
        for (var row : told(say.of("noGroups"), Tool.GROUP_WORKLOAD)) {
            claim(say.of("group", field(row, "group"), field(row, "open"), field(row, "urgent")), row.evidence());
        }
    }

    private void runbook() {
        told(say.of("noRunbook"), Tool.READ_RUNBOOK, "topic", cut(question.text())).stream()
                .limit(2)
                .forEach(row -> claim(say.of("runbook", field(row, "heading"), field(row, "text")), row.evidence()));
    }

    private void search() {
        if (isAboutOne()) {
            return;
        }
        for (var row : told(say.of("noHits"), Tool.SEARCH_TICKETS, "text", cut(question.text()))) {
            claim(
                    say.of("hit", field(row, "number"), or(row, "short_description", ""), or(row, "state", "–")),
                    row.evidence());
        }
    }

    private static List<NotedRow> told(Noted found) {
        return found.rows().subList(0, Math.min(TOLD, found.rows().size()));
    }

    private static String field(NotedRow row, String name) {
        return or(row, name, "?");
    }

    private static String or(NotedRow row, String name, String otherwise) {
        var value = row.fields().get(name);
        return value == null ? otherwise : value.toString();
    }

    private static String join(List<?> values) {
        return String.join(", ", values.stream().map(Object::toString).toList());
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(200, text.length()));
    }
}
