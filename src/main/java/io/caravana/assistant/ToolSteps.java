package io.caravana.assistant;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravana.assistant.Found.Row;
import io.caravana.assistant.ToolCalls.CannotLook;
import io.caravana.catalog.Catalog;
import io.caravana.knowledge.Search;
import io.caravana.knowledge.Search.Filter;
import io.caravana.knowledge.Search.Hit;
import io.caravana.replica.RowScope;
import io.caravana.ticket.GroupLoads;
import io.caravana.ticket.Slas;
import io.caravana.ticket.StateNames;
import io.caravana.ticket.Ticket;
import io.caravana.ticket.TicketDetails;
import io.caravana.ticket.TicketFilter;
import io.caravana.ticket.Tickets;
import io.caravana.workload.Job;
import io.caravana.workload.JobFilter;
import io.caravana.workload.JobLog;
import io.caravana.workload.Jobs;
import io.caravana.workload.WorkloadAccess;
import io.caravana.workload.WorkloadException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** What the tools do, one step each. All read, within a scope. */
@Component("tools")
public class ToolSteps {

    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm");
    private static final int LISTED = 20;
    private static final int LONGEST_TEXT = 400;

    private final Search search;
    private final Tickets tickets;
    private final TicketDetails details;
    private final Slas slas;
    private final GroupLoads groups;
    private final StateNames names;
    private final Jobs jobs;
    private final JobLog log;
    private final WorkloadAccess workload;
    private final Runbooks runbooks;
    private final Catalog catalog;
    private final Clock clock;

    ToolSteps(
            Search search,
            Tickets tickets,
            TicketDetails details,
            Slas slas,
            GroupLoads groups,
            StateNames names,
            Jobs jobs,
            JobLog log,
            WorkloadAccess workload,
            Runbooks runbooks,
            Catalog catalog,
            Clock clock) {
        this.search = search;
        this.tickets = tickets;
        this.details = details;
        this.slas = slas;
        this.groups = groups;
        this.names = names;
        this.jobs = jobs;
        this.log = log;
        this.workload = workload;
        this.runbooks = runbooks;
        this.catalog = catalog;
        this.clock = clock;
    }

    public Found searchTickets(@Body Map<String, Object> asked, @ExchangeProperty("scope") RowScope scope)
            throws CannotLook {
        var found = hits((String) asked.get("text"), Filter.NONE, scope);
        return found(
                "servicenow", "ticket", "number", found.stream().map(this::hit).toList(), found.size() == LISTED);
    }

    private List<Hit> hits(String text, Filter filter, RowScope scope) throws CannotLook {
        if (!search.isEnabled()) {
            throw new CannotLook("the search is off (caravana.search.enabled)");
        }
        var answer = search.find(text, filter, scope, LISTED);
        if (answer.hits().isEmpty() && !answer.complete()) {
            throw new CannotLook("the index of the search is being made; ask again in a minute");
        }
        return answer.hits();
    }

    private Row hit(Hit hit) {
        var fields = fields();
        put(fields, "number", text(hit.ticket(), "number"));
        put(fields, "type", hit.type());
        put(fields, "short_description", text(hit.ticket(), "short_description"));
        put(fields, "state", text(hit.ticket(), "dv_state"));
        put(fields, "priority", text(hit.ticket(), "priority"));
        put(fields, "group", text(hit.ticket(), "dv_assignment_group"));
        put(fields, "opened_at", moment(text(hit.ticket(), "opened_at")));
        put(fields, "close_notes", text(hit.ticket(), "close_notes"));
        return new Row("/ticket/%s/%s".formatted(hit.type(), text(hit.ticket(), "sys_id")), fields);
    }

    public Found getTicket(@Body Map<String, Object> asked, @ExchangeProperty("scope") RowScope scope) {
        var rows = ticket(asked, scope).map(this::whole).stream().toList();
        return found("servicenow", "ticket", "number", rows, false);
    }

    private Optional<Ticket> ticket(Map<String, Object> asked, RowScope scope) {
        var number = (String) asked.get("number");
        var filter = TicketFilter.of(Map.of("text", List.of(number), "show", List.of("all"), "limit", List.of("5")));
        return tickets.list(filter, scope).tickets().stream()
                .filter(ticket -> number.equals(ticket.number()))
                .findFirst();
    }

    private Row whole(Ticket ticket) {
        var all = details.fields(ticket);
        var fields = fields();
        put(fields, "number", ticket.number());
        put(fields, "type", ticket.type().table());
        put(fields, "short_description", cut(ticket.description()));
        put(fields, "state", names.state(ticket.type(), ticket.state(), "en"));
        put(fields, "estado", names.state(ticket.type(), ticket.state(), "pt"));
        put(fields, "priority", ticket.priority());
        put(fields, "group", ticket.group());
        put(fields, "assigned_to", ticket.assignedTo());
        put(fields, "opened_at", moment(ticket.openedAt()));
        put(fields, "closed_at", moment(ticket.closedAt()));
        put(fields, "close_code", all.get("close_code"));
        put(fields, "close_notes", cut(all.get("close_notes")));
        put(fields, "description", cut(details.description(ticket)));
        var about = jobs.ofTicket(ticket.sysId());
        put(fields, "jobs", about.isEmpty() ? null : about);
        return new Row(link(ticket), fields);
    }

    public Found similarSolved(@Body Map<String, Object> asked, @ExchangeProperty("scope") RowScope scope)
            throws CannotLook {
        var ticket = ticket(asked, scope);
        if (ticket.isEmpty()) {
            return found("servicenow", "ticket", "number", List.of(), false);
        }
        var type = ticket.get().type();
        var solved = new ArrayList<Hit>();
        for (var state : type.finishedStates()) {
            solved.addAll(hits(ticket.get().description(), new Filter(type.table(), state, "", "", ""), scope));
        }
        var rows = solved.stream()
                .filter(hit -> !ticket.get().sysId().equals(text(hit.ticket(), "sys_id")))
                .sorted(Comparator.comparingDouble(Hit::score).reversed())
                .limit(LISTED / 2)
                .map(this::hit)
                .toList();
        return found("servicenow", "ticket", "number", rows, false);
    }

    public Found slaAtRisk(@Body Map<String, Object> asked, @ExchangeProperty("scope") RowScope scope)
            throws CannotLook {
        if (!slas.areLoaded()) {
            throw new CannotLook("the table incident_sla is not loaded");
        }
        var now = OffsetDateTime.now(clock);
        var next = slas.next(now.plusHours((Integer) asked.getOrDefault("hours", 4)), scope);
        var rows = next.stream()
                .limit(LISTED)
                .map(one -> {
                    var fields = fields();
                    put(fields, "number", one.ticket().number());
                    put(fields, "sla", one.name());
                    put(fields, "ends_at", moment(one.endsAt()));
                    put(
                            fields,
                            "minutes_left",
                            Duration.between(now, one.endsAt()).toMinutes());
                    put(fields, "priority", one.ticket().priority());
                    put(fields, "group", one.ticket().group());
                    put(fields, "short_description", cut(one.ticket().description()));
                    return new Row(link(one.ticket()), fields);
                })
                .toList();
        return found("servicenow", "incident_sla", "number", rows, next.size() > LISTED);
    }

    public Found groupWorkload(@ExchangeProperty("scope") RowScope scope) {
        var rows = groups.open(scope, LISTED).stream()
                .map(one -> {
                    var fields = fields();
                    put(fields, "group", one.group());
                    put(fields, "open", one.open());
                    put(fields, "urgent", one.urgent());
                    put(fields, "oldest_opened_at", moment(one.oldest()));
                    return new Row(null, fields);
                })
                .toList();
        return found("servicenow", "incident", "group", rows, rows.size() == LISTED);
    }

    public Found findJobs(@Body Map<String, Object> asked, @ExchangeProperty("scope") RowScope scope)
            throws CannotLook {
        followed();
        var status = (String) asked.get("status");
        var name = (String) asked.get("name");
        if ("failed".equals(status)) {
            var since = OffsetDateTime.now(clock).minusHours((Integer) asked.getOrDefault("hours", 24));
            var failures = jobs.failures(since, name, scope, LISTED + 1);
            return found(
                    "workload",
                    "job_run",
                    "job",
                    failures.stream().limit(LISTED).map(this::failure).toList(),
                    failures.size() > LISTED);
        }
        var filter = new JobFilter(
                status == null || status.equals("late") || status.equals("stuck") ? List.of() : List.of(status),
                "late".equals(status),
                "stuck".equals(status),
                name,
                null,
                null,
                null,
                LISTED + 1);
        var found = jobs.list(filter, scope);
        return found(
                "workload",
                "job",
                "job",
                found.stream().limit(LISTED).map(this::job).toList(),
                found.size() > LISTED);
    }

    private Row failure(Jobs.Failure failure) {
        var fields = fields();
        put(fields, "job", failure.name());
        put(fields, "stream", failure.stream());
        put(fields, "run_state", "failed");
        put(fields, "return_code", failure.returnCode());
        put(fields, "failed_at", moment(failure.endedAt()));
        put(fields, "state_now", failure.stateNow());
        put(fields, "tickets", failure.tickets().isEmpty() ? null : failure.tickets());
        put(fields, "run_id", failure.runId());
        return new Row("/job/" + failure.jobId(), fields);
    }

    private Row job(Job job) {
        return new Row("/job/" + job.id(), jobFields(job));
    }

    private Map<String, Object> jobFields(Job job) {
        var fields = fields();
        put(fields, "job", job.name());
        put(fields, "stream", job.stream());
        put(fields, "workstation", job.workstation());
        put(fields, "state", job.state());
        put(fields, "status", job.status());
        put(fields, "late", job.late() ? true : null);
        put(fields, "late_reason", job.lateReason());
        put(fields, "stuck", job.waiting() ? true : null);
        put(fields, "return_code", job.returnCode());
        put(fields, "starts_at", moment(job.startsAt()));
        put(fields, "deadline_at", moment(job.deadlineAt()));
        put(fields, "started_at", moment(job.startedAt()));
        put(fields, "ended_at", moment(job.endedAt()));
        put(fields, "usual_seconds", job.usualSeconds());
        return fields;
    }

    public Found getJob(@Body Map<String, Object> asked, @ExchangeProperty("scope") RowScope scope) throws CannotLook {
        followed();
        var rows = meant((String) asked.get("job"), scope).stream()
                .map(job -> {
                    var fields = jobFields(job);
                    put(fields, "failed_runs", job.failedRuns());
                    var open = jobs.dependencies(job.id()).stream()
                            .filter(one -> Boolean.FALSE.equals(one.satisfied()))
                            .map(one -> one.kind() + " " + one.what())
                            .limit(10)
                            .toList();
                    put(fields, "open_dependencies", open.isEmpty() ? null : open);
                    put(fields, "waits_for", job.waitsFor().isEmpty() ? null : job.waitsFor());
                    var about = jobs.tickets(job.id(), scope).stream()
                            .map(Job.Ticket::number)
                            .distinct()
                            .toList();
                    put(fields, "tickets", about.isEmpty() ? null : about);
                    put(fields, "run_id", job.runId());
                    return new Row("/job/" + job.id(), fields);
                })
                .toList();
        return found("workload", "job", "job", rows, false);
    }

    public Found jobNeighbours(@Body Map<String, Object> asked, @ExchangeProperty("scope") RowScope scope)
            throws CannotLook {
        followed();
        var job = meant((String) asked.get("job"), scope);
        var rows = job.stream()
                .flatMap(one -> jobs.around(one.id(), (Integer) asked.getOrDefault("depth", 1), scope).jobs().stream())
                .filter(one -> one.depth() != 0)
                .map(one -> {
                    var fields = fields();
                    put(fields, "job", one.job().name());
                    put(fields, "stream", one.job().stream());
                    put(fields, "state", one.job().state());
                    put(fields, "place", one.depth() < 0 ? "before" : "after");
                    put(fields, "steps", Math.abs(one.depth()));
                    return new Row("/job/" + one.job().id(), fields);
                })
                .toList();
        return found("workload", "job", "job", rows, false);
    }

    public Found jobLogTail(@Body Map<String, Object> asked, @ExchangeProperty("scope") RowScope scope)
            throws CannotLook {
        followed();
        var named = (String) asked.get("run");
        var byRun = jobs.ofRun(named, scope);
        var byName = byRun.isPresent() ? byRun : meant(named, scope);
        var run = byRun.isPresent()
                ? named
                : byName.map(Job::runId).or(() -> jobs.lastRun(named, scope)).orElse(null);
        if (run == null) {
            return found("workload", "job_run", "run_id", List.of(), false);
        }
        try {
            var fields = fields();
            put(fields, "run_id", run);
            put(fields, "job", byName.get().name());
            put(fields, "log", log.tail(run, (Integer) asked.getOrDefault("lines", 12), scope));
            return found(
                    "workload",
                    "job_run",
                    "run_id",
                    List.of(new Row("/job/" + byName.get().id(), fields)),
                    false);
        } catch (WorkloadException e) {
            throw new CannotLook(e.getMessage());
        }
    }

    public Found readRunbook(@Body Map<String, Object> asked) {
        var rows = runbooks.find((String) asked.get("topic")).stream()
                .map(part -> {
                    var fields = fields();
                    put(fields, "runbook", part.file());
                    put(fields, "heading", part.heading());
                    put(fields, "text", part.text());
                    return new Row(null, fields);
                })
                .toList();
        return found("runbooks", "runbook", "runbook", rows, false);
    }

    /** The job with an id, or the one with a name that is in the plan, else the latest. */
    private Optional<Job> meant(String named, RowScope scope) {
        return jobs.find(named, scope).or(() -> jobs.named(named, scope));
    }

    private void followed() throws CannotLook {
        if (!workload.isOn()) {
            throw new CannotLook("no workload engine is followed (WORKLOAD_URL)");
        }
    }

    private Found found(String system, String table, String key, List<Row> rows, boolean truncated) {
        var asOf = system.equals("workload") ? jobs.asOf() : OffsetDateTime.now(clock);
        return new Found(system, table, key, rows, asOf, truncated);
    }

    private static Map<String, Object> fields() {
        return new LinkedHashMap<>();
    }

    private static void put(Map<String, Object> fields, String name, Object value) {
        if (value != null && !value.equals("")) {
            fields.put(name, value instanceof String text ? JobLog.clean(text) : value);
        }
    }

    private static String text(JsonNode ticket, String column) {
        return cut(ticket.path(column).asText(null));
    }

    private static String cut(String text) {
        return text == null || text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }

    private String moment(OffsetDateTime at) {
        return at == null ? null : MOMENT.format(at.atZoneSameInstant(catalog.timeZone()));
    }

    private String moment(String at) {
        return at == null || at.isEmpty() ? null : moment(OffsetDateTime.parse(at));
    }

    private static String link(Ticket ticket) {
        return "/ticket/%s/%s".formatted(ticket.type().table(), ticket.sysId());
    }
}
