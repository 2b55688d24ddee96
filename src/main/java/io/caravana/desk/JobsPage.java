package io.caravana.desk;

import io.caravana.security.CurrentCaller;
import io.caravana.ticket.NoSuchTicketException;
import io.caravana.workload.Job;
import io.caravana.workload.JobFilter;
import io.caravana.workload.JobLog;
import io.caravana.workload.Jobs;
import io.caravana.workload.Proposals;
import io.caravana.workload.WorkloadException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the routes that answer with the jobs of the workload engine. */
@Component("jobsPage")
@ConditionalOnWebApplication
final class JobsPage {

    private static final int LISTED = 100;
    private static final int DEPTH = 3;
    private static final int LINES = 200;
    private static final int PROPOSALS = 10;

    private final Pages pages;
    private final Jobs jobs;
    private final JobLog log;
    private final Proposals proposals;
    private final CurrentCaller caller;

    JobsPage(Pages pages, Jobs jobs, JobLog log, Proposals proposals, CurrentCaller caller) {
        this.pages = pages;
        this.jobs = jobs;
        this.log = log;
        this.proposals = proposals;
        this.caller = caller;
    }

    public void page(Exchange exchange) {
        pages.answer(exchange, "jobs", null, list(Address.of(exchange)));
    }

    /** The part that changes by itself. */
    public void now(Exchange exchange) {
        pages.answer(exchange, "jobs", "now", list(Address.of(exchange)));
    }

    private Map<String, Object> list(Address asked) {
        var state = asked.one("state");
        var text = asked.one("text");
        var scope = caller.scope();
        var filter = new JobFilter(
                JobFilter.states(state), false, false, text.isBlank() ? null : text.strip(), null, null, null, LISTED);
        var model = new HashMap<String, Object>();
        model.put("states", JobFilter.STATES);
        model.put("state", state);
        model.put("text", text);
        model.put("counts", jobs.counts(scope));
        model.put("asOf", jobs.asOf());
        model.put("jobs", jobs.list(filter, scope));
        model.put("proposals", mayWrite() ? proposals.list(scope, PROPOSALS) : List.of());
        model.put("look", new JobLook());
        return model;
    }

    public void job(Exchange exchange, @Header("id") String id) {
        pages.answer(exchange, "job", null, one(id));
    }

    public void jobNow(Exchange exchange, @Header("id") String id) {
        pages.answer(exchange, "job", "now", one(id));
    }

    /** The end of the log of the last run. */
    public void log(Exchange exchange, @Header("id") String id) {
        var job = find(id);
        var model = new HashMap<String, Object>();
        model.put("job", job);
        try {
            model.put("log", log.tail(job.runId(), LINES, caller.scope()));
        } catch (WorkloadException e) {
            model.put("log", e.getMessage());
        }
        pages.answer(exchange, "job", "log", model);
    }

    /** Proposes a write, for another operator to approve. */
    public void propose(Exchange exchange, @Header("id") String id) throws IOException {
        var form = Address.ofForm(exchange, "action", "ticket", "reason");
        var ticket = form.one("ticket").isBlank() ? null : form.one("ticket");
        proposals.propose(form.one("action"), id, ticket, form.one("reason"), caller.name(), caller.scope());
        pages.answer(exchange, "job", "proposed", Map.of("proposed", true, "job", find(id)));
    }

    public void approve(Exchange exchange, @Header("id") String id) {
        proposals.approve(UUID.fromString(id), Address.of(exchange).one("sha256"), caller.name(), caller.scope());
        pages.answer(exchange, "jobs", "now", list(Address.of("")));
    }

    public void reject(Exchange exchange, @Header("id") String id) {
        proposals.reject(UUID.fromString(id), caller.name(), caller.scope());
        pages.answer(exchange, "jobs", "now", list(Address.of("")));
    }

    private boolean mayWrite() {
        return proposals.areOn() && caller.mayOperate() && caller.name() != null;
    }

    private Map<String, Object> one(String id) {
        var scope = caller.scope();
        var model = new HashMap<String, Object>();
        model.put("job", find(id));
        model.put("runs", jobs.runs(id));
        model.put("dependencies", jobs.dependencies(id));
        model.put("tickets", jobs.tickets(id, scope));
        model.put("map", JobMap.of(jobs.around(id, DEPTH, scope)));
        model.put("look", new JobLook());
        model.put("log", null);
        model.put("mayWrite", mayWrite());
        model.put("actions", new TreeSet<>(Proposals.ACTIONS.keySet()));
        model.put("proposed", false);
        return model;
    }

    private Job find(String id) {
        return jobs.find(id, caller.scope()).orElseThrow(NoSuchTicketException::new);
    }
}
