package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.caravana.security.CurrentCaller;
import io.caravana.workload.Job;
import io.caravana.workload.Job.Dependency;
import io.caravana.workload.Job.Run;
import io.caravana.workload.Job.Ticket;
import io.caravana.workload.JobFilter;
import io.caravana.workload.JobLog;
import io.caravana.workload.Jobs;
import io.caravana.workload.WorkloadException;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the REST routes for the jobs of the workload engine. */
@Component("jobsApi")
@ConditionalOnWebApplication
final class JobsApi {

    private static final int USUAL_LINES = 100;
    private static final int MOST_LINES = 1_000;

    private final Api api;
    private final Jobs jobs;
    private final JobLog log;
    private final CurrentCaller caller;

    JobsApi(Api api, Jobs jobs, JobLog log, CurrentCaller caller) {
        this.api = api;
        this.jobs = jobs;
        this.log = log;
        this.caller = caller;
    }

    private record Whole(Job job, List<Run> runs, List<Dependency> dependencies, List<Ticket> tickets) {}

    /** Answers with the jobs of the plan, those first that need somebody, and where there are more, with a link to the next page. */
    public void list(Exchange exchange) throws JsonProcessingException {
        var path = exchange.getMessage().getHeader(Exchange.HTTP_URI, String.class);
        var query = Query.of(exchange, "state", "late", "waiting", "text", "stream", "workstation", "after", "limit");
        var limit = number(query, "limit", JobFilter.USUAL, JobFilter.MOST);
        var found = jobs.list(
                new JobFilter(
                        JobFilter.states(query.text("state")),
                        flag(query, "late"),
                        flag(query, "waiting"),
                        query.text("text"),
                        query.text("stream"),
                        query.text("workstation"),
                        query.text("after"),
                        limit + 1),
                caller.scope());
        var page = found.subList(0, Math.min(limit, found.size()));
        api.answer(exchange, page);
        if (found.size() > limit) {
            Api.next(exchange, path, query.with("after", page.get(limit - 1).place()));
        }
    }

    /** Answers with one job, its runs, what it depends on, and the tickets about it. */
    public void show(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        var job = find(id);
        api.answer(exchange, new Whole(job, jobs.runs(id), jobs.dependencies(id), jobs.tickets(id, caller.scope())));
    }

    /** Answers with the jobs before and after one. */
    public void neighbours(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        var query = Query.of(exchange, "depth");
        find(id);
        var around = jobs.around(id, number(query, "depth", 1, 3), caller.scope());
        api.answer(
                exchange,
                Map.of(
                        "predecessors",
                                around.jobs().stream()
                                        .filter(one -> one.depth() < 0)
                                        .toList(),
                        "successors",
                                around.jobs().stream()
                                        .filter(one -> one.depth() > 0)
                                        .toList(),
                        "edges", around.edges()));
    }

    /** Answers with the end of the log of a run; without one, of the job's last. */
    public void log(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        var query = Query.of(exchange, "run", "lines");
        var job = find(id);
        var run = query.text("run") == null ? job.runId() : query.text("run");
        if (run == null || jobs.runs(id).stream().noneMatch(one -> run.equals(one.id()))) {
            throw new BadRequestException(404, "the job has no such run");
        }
        try {
            var lines = number(query, "lines", USUAL_LINES, MOST_LINES);
            api.answer(exchange, Map.of("run_id", run, "text", log.tail(run, lines, caller.scope())));
        } catch (WorkloadException e) {
            throw new BadRequestException(e.status() == 404 ? 404 : 502, e.getMessage());
        }
    }

    private Job find(String id) {
        return jobs.find(id, caller.scope())
                .orElseThrow(() -> new BadRequestException(404, "there is no job '%s'".formatted(id)));
    }

    private static boolean flag(Query query, String name) {
        Api.known(name, query.text(name), List.of("true", "false"), value -> false);
        return "true".equals(query.text(name));
    }

    private static int number(Query query, String name, int usual, int most) {
        long number = query.number(name) == null ? usual : query.number(name);
        if (number < 1 || number > most) {
            throw new BadRequestException("%s is %d, which is not between 1 and %d".formatted(name, number, most));
        }
        return (int) number;
    }
}
