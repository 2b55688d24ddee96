package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.catalog.Catalog;
import io.caravana.check.Checks;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.execution.run.Execution;
import io.caravana.job.JobService;
import io.caravana.job.UnknownExecutionException;
import io.caravana.settings.Similar;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** The steps of the REST routes. */
@Component("api")
final class Api {

    private static final String LOAD = "load-";
    private static final int LARGEST_BODY = 64 * 1024;
    private static final int MOST_LISTED = 1_000;
    private static final int USUALLY_LISTED = 50;
    private static final List<String> STATES =
            List.of("running", "cancelling", "success", "error", "cancelled", "interrupted");

    private final JobService jobs;
    private final Executions executions;
    private final Checks checks;
    private final Catalog catalog;
    private final ObjectMapper json;

    Api(JobService jobs, Executions executions, Checks checks, Catalog catalog, ObjectMapper json) {
        this.catalog = catalog;
        this.jobs = jobs;
        this.executions = executions;
        this.checks = checks;
        this.json = json;
    }

    /** Starts a job and answers at once. */
    public void load(Exchange exchange, @Header(Exchange.HTTP_URI) String path) throws IOException {
        Query.of(exchange);
        var job = path.replaceFirst("/$", "").replaceFirst(".*/" + LOAD, "");
        var request = LoadRequest.parse(body(exchange));
        accepted(exchange, jobs.start(job, request.start(), request.end()));
    }

    /** Answers that an execution was started. */
    void accepted(Exchange exchange, Execution execution) throws JsonProcessingException {
        var answer = new LinkedHashMap<String, String>();
        answer.put("status", "accepted");
        answer.put("message", "Processing started in background");
        answer.put("execution_id", execution.id());
        answer(exchange, answer);
        exchange.getMessage().setHeader("Location", "/api/executions/" + execution.id());
    }

    /** The body, which is JSON. */
    static String body(Exchange exchange) throws IOException {
        var message = exchange.getMessage();
        var stream = message.getBody(InputStream.class);
        var bytes = stream == null ? new byte[0] : stream.readNBytes(LARGEST_BODY + 1);
        if (bytes.length > LARGEST_BODY) {
            throw new BadRequestException(413, "the body is larger than 64 kB");
        }
        var type = message.getHeader(Exchange.CONTENT_TYPE, "", String.class).toLowerCase(Locale.ROOT);
        if (type.isEmpty() ? bytes.length > 0 : !type.split(";", 2)[0].strip().equals("application/json")) {
            throw new BadRequestException(
                    415, "the body must be JSON, with Content-Type: application/json, not '%s'".formatted(type));
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Answers with the executions that began last. */
    public void list(Exchange exchange) throws JsonProcessingException {
        var query = Query.of(exchange, "type", "status", "before", "limit");
        var type = query.text("type");
        known("type", type, catalog.jobNames(), executions::isType);
        known("status", query.text("status"), STATES, status -> false);
        var before = query.text("before");
        if (before != null && executions.find(before).isEmpty()) {
            throw new BadRequestException("before is '%s', and there is no such execution".formatted(before));
        }
        page(
                exchange,
                query,
                limit -> executions.list(type, query.text("status"), before, limit),
                ExecutionView::executionId);
    }

    /**
     * Makes sure that a filter's value exists.
     *
     * @param isKept whether something is listed of a value that is no longer configured
     * @throws BadRequestException if it does not
     */
    static void known(String name, String value, Collection<String> known, Predicate<String> isKept) {
        if (value != null && !known.contains(value) && !isKept.test(value)) {
            var meant = Similar.nearest(value, known).map(" Did you mean '%s'?"::formatted);
            throw new BadRequestException("%s is '%s', which is none of %s.%s"
                    .formatted(name, value, String.join(", ", known), meant.orElse("")));
        }
    }

    /** Answers with a page, and where there are more, with a link to the next one. */
    <T> void page(Exchange exchange, Query query, IntFunction<List<T>> listed, Function<T, Object> id)
            throws JsonProcessingException {
        long limit = query.number("limit") == null ? USUALLY_LISTED : query.number("limit");
        if (limit < 1 || limit > MOST_LISTED) {
            throw new BadRequestException("limit is %s, which is not between 1 and %d".formatted(limit, MOST_LISTED));
        }
        var path = exchange.getMessage().getHeader(Exchange.HTTP_URI, String.class);
        var found = listed.apply((int) limit + 1);
        var page = found.subList(0, (int) Math.min(found.size(), limit));
        answer(exchange, page);
        if (found.size() > limit) {
            next(exchange, path, query.with("before", String.valueOf(id.apply(page.get(page.size() - 1)))));
        }
    }

    /**
     * Links the answer to the next page.
     *
     * @param path of the request, as it was before the answer was made
     */
    static void next(Exchange exchange, String path, String query) {
        exchange.getMessage().setHeader("Link", "<%s?%s>; rel=\"next\"".formatted(path, query));
    }

    /** Answers with one execution and its table loads. */
    public void show(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        answer(exchange, executions.find(id).orElseThrow(() -> new UnknownExecutionException(id)));
    }

    /** Lets a running execution end. */
    public void cancel(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        jobs.cancel(id);
        reply(
                exchange,
                202,
                "application/json",
                json.writeValueAsString(Map.of("status", "cancelling", "execution_id", id)));
    }

    /** Starts the job again for the tables that did not end in success. */
    public void retry(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        accepted(exchange, jobs.retry(id));
    }

    /** Tries everything that a load needs and answers with what was found. HEAD asks for nothing of that. */
    public void check(Exchange exchange, @Header(Exchange.HTTP_METHOD) String method) throws JsonProcessingException {
        Query.of(exchange);
        answer(exchange, method.equals("HEAD") ? Map.of() : checks.run(finding -> {}));
    }

    void answer(Exchange exchange, Object answer) throws JsonProcessingException {
        answer(exchange, 200, answer);
    }

    void answer(Exchange exchange, int status, Object answer) throws JsonProcessingException {
        reply(exchange, status, "application/json", json.writeValueAsString(answer));
    }

    /** Answers that something is done, without a word. */
    void empty(Exchange exchange) {
        reply(exchange, 200, "application/json", "");
    }

    /** Answers with a problem whose title is the status in words. */
    void problem(Exchange exchange, int status, Map<String, Object> more) throws JsonProcessingException {
        problem(exchange, status, HttpStatus.valueOf(status).getReasonPhrase(), more);
    }

    /** Answers with a problem as RFC 9457 has it. */
    void problem(Exchange exchange, int status, String title, Map<String, Object> more) throws JsonProcessingException {
        var problem = new LinkedHashMap<String, Object>();
        problem.put("type", "about:blank");
        problem.put("title", title);
        problem.put("status", status);
        problem.putAll(more);
        reply(exchange, status, "application/problem+json", json.writeValueAsString(problem));
    }

    private static void reply(Exchange exchange, int status, String type, String body) {
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, type);
        message.setBody(body);
    }
}
