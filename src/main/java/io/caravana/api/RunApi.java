package io.caravana.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.action.ActionException;
import io.caravana.action.ActionProperties;
import io.caravana.action.Actions;
import io.caravana.action.Actions.Result;
import io.caravana.action.Call;
import io.caravana.action.Code;
import io.caravana.action.Project;
import io.caravana.action.Run;
import io.caravana.action.Runs;
import io.caravana.action.Subscriptions;
import io.caravana.change.ChangeEvent.Id;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** The steps of the REST routes that run codes, and show what ran. */
@Component("runApi")
@ConditionalOnWebApplication
final class RunApi {

    private static final List<String> STATES = List.of("queued", "started", "completed", "failed");

    private static final Pattern TYPE = Pattern.compile("[a-z*][a-z0-9_:*-]{0,99}");

    private final Api api;
    private final Actions actions;
    private final Subscriptions subscriptions;
    private final ObjectMapper json;
    private final Runs runs;
    private final ActionAccess access;
    private final ActionProperties limits;

    RunApi(Api api, Actions actions, Subscriptions subscriptions, Runs runs, ActionAccess access, ObjectMapper json) {
        this.api = api;
        this.actions = actions;
        this.subscriptions = subscriptions;
        this.json = json;
        this.runs = runs;
        this.access = access;
        this.limits = actions.limits();
    }

    /** Runs the live version of a code that has an endpoint, and answers with what it answers. */
    public void endpoint(Exchange exchange, @Header("id") String id) throws IOException {
        var code = access.find(id);
        if (!code.type().equals("endpoint")) {
            throw new BadRequestException(404, "there is no code '%s' with an endpoint".formatted(id));
        }
        if (code.isProtected()) {
            access.code(id, Project.VIEWER);
        }
        answer(exchange, run(exchange, code, code.live(), "endpoint"));
    }

    /** Runs the live version of a code, and answers with how that ended. */
    public void run(Exchange exchange, @Header("id") String id) throws IOException {
        var code = access.code(id, Project.CONTRIBUTOR);
        var run = run(exchange, code, code.live(), "call").run();
        api.answer(
                exchange, Map.of("code_id", code.id(), "result", runs.find(run).orElseThrow()));
    }

    /** Runs the version that is tested, on a past event if one is named, and answers with how that ended. Its effects are only shown. */
    public void test(Exchange exchange, @Header("id") String id) throws IOException {
        var code = access.code(id, Project.CONTRIBUTOR);
        var named = Query.first(exchange.getMessage(PlatformHttpMessage.class)
                        .getRequest()
                        .getQueryString())
                .get("event");
        var event = named == null
                ? null
                : actions.event(event(named), access.scope())
                        .orElseThrow(() -> new BadRequestException(404, "there is no event '%s'".formatted(named)));
        var run = run(exchange, code, code.test(), "test", event).run();
        api.answer(
                exchange, Map.of("code_id", code.id(), "result", runs.find(run).orElseThrow()));
    }

    private static Id event(String text) {
        return Id.parse(text)
                .orElseThrow(() ->
                        new BadRequestException("'%s' is no event: it takes an id such as 7301-42".formatted(text)));
    }

    private Result run(Exchange exchange, Code code, int version, String cause) throws IOException {
        return run(exchange, code, version, cause, null);
    }

    private Result run(Exchange exchange, Code code, int version, String cause, JsonNode event) throws IOException {
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        var call = new Call(
                cause,
                request.getMethod(),
                Query.first(request.getQueryString()),
                CodeApi.text(exchange, limits.bodySize()),
                headers(request),
                event == null ? null : event.path("event"),
                event == null ? null : event.path("record"),
                null,
                1,
                cause.equals("test"),
                access.name());
        return actions.run(code, version, call);
    }

    /** Runs a run on an event again. */
    public void replay(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        var run = find(id, Project.CONTRIBUTOR);
        var again = actions.replay(run.id(), access.name())
                .orElseThrow(() -> new BadRequestException(409, "the run was a call, and not on an event"));
        api.answer(exchange, 202, runs.find(again).orElseThrow());
    }

    /** Runs a code on a range of past events again. */
    public void replayRange(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        var query = Query.of(exchange, "from", "to");
        var code = access.code(id, Project.CONTRIBUTOR);
        if (query.text("from") == null || query.text("to") == null) {
            throw new BadRequestException("from and to are missing: they take ids of events such as 7301-42");
        }
        var queued = subscriptions.replay(
                code.id(), event(query.text("from")), event(query.text("to")), access.scope(), access.name());
        api.answer(exchange, 202, Map.of("queued", queued));
    }

    /** Answers with what a code runs on. */
    public void subscriptions(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(exchange, subscriptions.list(access.code(id, Project.VIEWER).id()));
    }

    /** Has a code run on change events from now on. */
    public void subscribe(Exchange exchange, @Header("id") String id) throws IOException {
        Query.of(exchange);
        var code = access.code(id, Project.CONTRIBUTOR);
        var said = json.readTree(Api.body(exchange));
        for (var name : (Iterable<String>) said::fieldNames) {
            if (!List.of("events", "tables", "condition").contains(name)) {
                throw new BadRequestException(
                        "there is no field '%s'; the fields are events, tables, condition".formatted(name));
            }
        }
        var events = texts(said.path("events"));
        if (events.isEmpty()
                || !events.stream().allMatch(type -> TYPE.matcher(type).matches())) {
            throw new BadRequestException("events takes types such as incident:resolved; * stands for any text");
        }
        var condition = said.has("condition") ? said.path("condition") : json.createObjectNode();
        if (!condition.isObject()
                || !condition.properties().stream()
                        .allMatch(one -> one.getValue().isArray())) {
            throw new BadRequestException(
                    "condition takes columns with lists of values, such as {\"priority\": [\"1\", \"2\"]}");
        }
        api.answer(
                exchange,
                201,
                subscriptions.add(
                        code.id(), events, texts(said.path("tables")), condition, access.scope(), access.name()));
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** Has a code run no more on what a subscription says. */
    public void unsubscribe(Exchange exchange, @Header("id") String id, @Header("subscription") String subscription)
            throws JsonProcessingException {
        Query.of(exchange);
        var code = access.code(id, Project.CONTRIBUTOR);
        if (!subscriptions.remove(code.id(), ActionAccess.uuid(subscription, "subscription"))) {
            throw new BadRequestException(404, "the code has no subscription '%s'".formatted(subscription));
        }
        api.answer(exchange, subscriptions.list(code.id()));
    }

    private static Map<String, List<String>> headers(HttpServletRequest request) {
        var headers = new LinkedHashMap<String, List<String>>();
        for (var name : Collections.list(request.getHeaderNames())) {
            headers.put(name, Collections.list(request.getHeaders(name)));
        }
        return headers;
    }

    private void answer(Exchange exchange, Result result) throws JsonProcessingException {
        if (result.failure() != null) {
            var more = new LinkedHashMap<String, Object>();
            more.put("detail", result.message());
            more.put("failure", result.failure().inWords());
            more.put("run_id", result.run());
            if (result.line() != null) {
                more.put("line", result.line());
            }
            api.problem(exchange, result.failure().status(), more);
            return;
        }
        var message = exchange.getMessage();
        message.removeHeaders("*");
        result.answer().headers().forEach(message::setHeader);
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, result.answer().status());
        message.setHeader(Exchange.CONTENT_TYPE, result.answer().contentType());
        message.setBody(result.answer().body());
    }

    /** Answers with a call that did not become a run. */
    static void refuse(Api api, Exchange exchange, ActionException refused) throws JsonProcessingException {
        api.problem(
                exchange,
                refused.failure().status(),
                Map.of(
                        "detail",
                        refused.getMessage(),
                        "failure",
                        refused.failure().inWords()));
        if (refused.retryAfterSeconds() > 0) {
            exchange.getMessage().setHeader("Retry-After", refused.retryAfterSeconds());
        }
    }

    /** Answers with the runs of a code, newest first. */
    public void list(Exchange exchange) throws JsonProcessingException {
        var query = Query.of(exchange, "code_id", "after", "before", "status", "limit");
        if (query.text("code_id") == null) {
            throw new BadRequestException("the parameter code_id is missing");
        }
        var code = access.code(query.text("code_id"), Project.VIEWER);
        Api.known("status", query.text("status"), STATES, other -> false);
        var after = query.text("after") == null ? null : moment("after", query.text("after"));
        var before = query.text("before");
        var run = before != null && before.length() == 36 ? find(before) : null;
        var moment = before == null || run != null ? null : moment("before", before);
        api.page(
                exchange,
                query,
                limit ->
                        runs.list(code.id(), after, moment, run == null ? null : run.id(), query.text("status"), limit),
                Run::id);
    }

    private static OffsetDateTime moment(String name, String text) {
        try {
            return OffsetDateTime.parse(text);
        } catch (DateTimeException e) {
            throw new BadRequestException(
                    "%s is '%s': it takes a moment such as 2026-11-03T12:00:00Z".formatted(name, text));
        }
    }

    private Run find(String id) {
        return runs.find(ActionAccess.uuid(id, "run"))
                .orElseThrow(() -> new BadRequestException(404, "there is no run '%s'".formatted(id)));
    }

    private Run find(String id, int role) {
        access.signedIn();
        var run = find(id);
        access.code(run.codeId().toString(), role);
        return run;
    }

    /** Answers with a run. */
    public void show(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        api.answer(exchange, find(id, Project.VIEWER));
    }

    /** Answers with a page of what a run, or all runs of a code, have logged. */
    public void log(Exchange exchange) throws JsonProcessingException {
        var query = Query.of(exchange, "run_id", "code_id", "page");
        long page = query.number("page") == null ? 1 : query.number("page");
        if (page < 1 || page > Integer.MAX_VALUE) {
            throw new BadRequestException("page is %d: pages count from 1".formatted(page));
        }
        if ((query.text("run_id") == null) == (query.text("code_id") == null)) {
            throw new BadRequestException("it takes either run_id or code_id");
        }
        UUID run = query.text("run_id") == null
                ? null
                : find(query.text("run_id"), Project.VIEWER).id();
        UUID code = run != null
                ? null
                : access.code(query.text("code_id"), Project.VIEWER).id();
        api.answer(exchange, runs.lines(run, code, page));
    }

    /** Answers with a line of a log. */
    public void line(Exchange exchange, @Header("id") String id) throws JsonProcessingException {
        Query.of(exchange);
        access.signedIn();
        var line = (id.matches("\\d{1,18}") ? runs.line(Long.parseLong(id)) : java.util.Optional.<Run.Line>empty())
                .orElseThrow(() -> new BadRequestException(404, "there is no line '%s'".formatted(id)));
        access.code(line.codeId().toString(), Project.VIEWER);
        api.answer(exchange, line);
    }

    /** Answers with what runs each language here, and the limits of a run. */
    public void limits(Exchange exchange) throws JsonProcessingException {
        Query.of(exchange);
        access.signedIn();
        var answer = new LinkedHashMap<String, Object>();
        answer.put("engines", actions.engines());
        answer.put("timeout_seconds", limits.timeout().toSeconds());
        answer.put("cpu_seconds", limits.cpu().toSeconds());
        answer.put("memory_bytes", limits.memory().toBytes());
        answer.put("processes", limits.processes());
        answer.put("files", limits.files());
        answer.put("output_bytes", limits.output().toBytes());
        answer.put("embedded_memory_bytes", limits.embeddedMemory().toBytes());
        answer.put("result_bytes", limits.resultSize().toBytes());
        answer.put("body_bytes", limits.bodySize().toBytes());
        answer.put("source_bytes", limits.sourceSize().toBytes());
        answer.put("log_line_characters", limits.logLine());
        answer.put("log_lines", limits.logLines());
        answer.put("concurrent", limits.concurrent());
        answer.put("calls_per_minute", limits.callsPerMinute());
        api.answer(exchange, answer);
    }
}
