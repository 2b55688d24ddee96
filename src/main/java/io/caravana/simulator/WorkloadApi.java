package io.caravana.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The workload engine below {@code /twsd/}: the second interface with its actions, and what the first has to read jobs. */
final class WorkloadApi {
    private static final String ID = "(.+?)";
    private static final Pattern LIST = Pattern.compile("api/v2/plan/(job|jobstream|workstation|resource)");
    private static final Pattern JOB = Pattern.compile("api/v2/plan/job/" + ID + "(?:/(predecessors|successors))?");
    private static final Pattern LOG = Pattern.compile("api/v2/plan/job/run/" + ID + "/joblog");
    private static final Pattern ACTION =
            Pattern.compile("api/v2/plan/(job|prompt)/(?:(run)/)?(?:" + ID + "/)?action/([a-z-]+)");
    private static final Pattern OLD_LOG = Pattern.compile("plan/current/job/" + ID + "/joblog");
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Set<String> FIELDS = Set.of(
            "name",
            "id",
            "folder",
            "jobStreamName",
            "jobStreamId",
            "jobStreamWorkstation",
            "workstation",
            "priority",
            "jobOptions.critical",
            "jobDefinition.taskType",
            "dependencies.jobStreamId",
            "jobruns.commonStatus",
            "jobruns.compositeStatus.status",
            "jobruns.returnCode",
            "jobruns.rerunType",
            "jobruns.actualWorkstation",
            "jobruns.maxDurationGone",
            "jobruns.timeInfo.actualStartTime",
            "schedTime",
            "commonStatus",
            "compositeStatus.status",
            "limit",
            "type",
            "domainName",
            "activeStates");
    private static final int MOST = 10_000;

    private final Plan plan;
    private final PlanJson json;

    WorkloadApi(Plan plan) {
        this.plan = plan;
        this.json = new PlanJson(plan);
    }

    synchronized Answer answer(Call call, String path) {
        plan.advance();
        try {
            return answerTo(call, path);
        } catch (Oql.SyntaxError e) {
            return failure(400, "OQL_FILTER_SYNTAX_ERROR: " + e.getMessage());
        } catch (Plan.WrongState e) {
            return failure(500, e.getMessage());
        } catch (NumberFormatException e) {
            return failure(400, "AWSJCO005E A parameter is no number. " + e.getMessage());
        }
    }

    synchronized List<String> justifications(String job) {
        return List.copyOf(plan.job(job).justifications);
    }

    private Answer answerTo(Call call, String path) {
        var action = ACTION.matcher(path);
        if (action.matches()) {
            return act(call, action.group(1), action.group(2) != null, action.group(3), action.group(4));
        }
        if (call.method().equals("POST") && path.startsWith("plan/current/job/query")) {
            return query(call, path.endsWith("_next"));
        }
        if (!call.method().equals("GET")) {
            return Answer.none(405);
        }
        if (path.equals("api/v2/engine/info")) {
            return info();
        }
        if (path.equals("api/v2/plan/job/count")) {
            var filter = planFilter(call.parameter("plan_filter"));
            var count = plan.jobs().stream().filter(filter::test).count();
            return Answer.value(200, Map.of("count", count, "groupedCount", Map.of()));
        }
        var list = LIST.matcher(path);
        if (list.matches()) {
            return list(call, list.group(1));
        }
        var log = LOG.matcher(path);
        if (log.matches()) {
            return log(log.group(1));
        }
        var old = OLD_LOG.matcher(path);
        if (old.matches()) {
            var job = plan.job(old.group(1));
            return job == null || job.lastRun() == null ? notFound(old.group(1)) : log(job.lastRun().id);
        }
        var one = JOB.matcher(path);
        return one.matches() ? one(call, one.group(1), one.group(2)) : Answer.none(404);
    }

    private static Answer info() {
        return Answer.value(
                200,
                Map.of(
                        "displayVersion", "10.2.8",
                        "fullVersion", "10.2.8.00",
                        "licenseType", "PER_JOB",
                        "locale", "pt_BR",
                        "timezone", "UTC",
                        "capabilities", List.of("OQL"),
                        "adminRoles", List.of()));
    }

    private Answer one(Call call, String id, String neighbours) {
        var job = plan.job(id);
        if (job == null) {
            return notFound(id);
        }
        if (neighbours == null) {
            return Answer.value(200, json.job(job, true));
        }
        var depth = Integer.parseInt(call.parameters().getOrDefault("depth", "1"));
        var found = plan.around(job, neighbours.equals("predecessors"), depth).stream()
                .map(other -> json.job(other, true).put("flowNodeType", "JOB"))
                .toList();
        return Answer.value(200, Map.of("count", found.size(), "results", found));
    }

    private Answer log(String run) {
        var job = plan.ofRun(run);
        var found = job == null
                ? null
                : job.runs.stream()
                        .filter(one -> one.id.equals(run) && one.started > 0)
                        .findFirst()
                        .orElse(null);
        return found == null ? notFound(run) : Answer.text(200, "text/plain; charset=utf-8", PlanLog.of(job, found));
    }

    private Answer list(Call call, String kind) {
        var query = Oql.parse(call.parameter("oql"), FIELDS);
        var withDependencies = !call.header("scope").contains("NO_DEPENDENCIES");
        var filter = planFilter(call.parameter("plan_filter"));
        Stream<ObjectNode> all = switch (kind) {
            case "job" -> plan.jobs().stream().filter(filter::test).map(job -> json.job(job, withDependencies));
            case "jobstream" -> plan.streams().stream().map(json::stream);
            case "workstation" -> PlanMaker.WORKSTATIONS.stream().map(json::workstation);
            default ->
                plan.things().values().stream()
                        .filter(thing -> thing.name.startsWith("DB_"))
                        .map(json::resource);
        };
        var found = all.filter(query.where());
        var results = (query.order() == null ? found : found.sorted(query.order())).toList();
        var limit = Math.min(MOST, Integer.parseInt(call.parameters().getOrDefault("limit", "10000")));
        var offset = Integer.parseInt(call.parameters().getOrDefault("offset", "0"));
        var page = results.stream().skip(offset).limit(limit).toList();
        var answer = Answer.MAPPER.createObjectNode();
        if (call.header("include-count").equals("true")) {
            answer.put("count", results.size());
        }
        answer.putArray("results").addAll(page);
        answer.put("next", offset + page.size() < results.size() ? address(call, offset + limit, limit) : null);
        answer.put("previous", offset > 0 ? address(call, Math.max(0, offset - limit), limit) : null);
        return Answer.value(200, answer);
    }

    /** With the engine's own name for itself, as real ones do, whatever the client calls it. */
    private static String address(Call call, int offset, int limit) {
        var query = call.parameters().entrySet().stream()
                .filter(entry -> !entry.getKey().matches("offset|limit"))
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return "https://mdm.interno:31116%s?offset=%d&limit=%d%s"
                .formatted(call.path(), offset, limit, query.isEmpty() ? "" : "&" + query);
    }

    /** As conman writes it: {@code /MDM#/@/FOLHA01.@}. */
    private static java.util.function.Predicate<PlanJob> planFilter(String filter) {
        var parts = Pattern.compile("/(?:@/)?([^#/]+)#/(?:@/)?(?:[^/]+/)?([^./]*)(?:\\.(.+))?")
                .matcher(filter);
        if (filter.isEmpty() || !parts.matches()) {
            return job -> true;
        }
        Function<String, Pattern> like = text -> Pattern.compile(
                text == null || text.isEmpty()
                        ? ".*"
                        : Arrays.stream(text.split("@", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
        var workstation = like.apply(parts.group(1));
        var stream = like.apply(parts.group(2));
        var name = like.apply(parts.group(3));
        return job -> workstation.matcher(job.workstation).matches()
                && stream.matcher(job.stream.name).matches()
                && name.matcher(job.name).matches();
    }

    private Answer act(Call call, String kind, boolean byRun, String id, String verb) {
        if (!call.method().equals("PUT")) {
            return Answer.none(405);
        }
        if (kind.equals("prompt")) {
            return reply(call, id);
        }
        if (id == null) {
            return bulk(call, verb);
        }
        if (!UUID.matcher(id).matches()) {
            return failure(500, "AWSBIO006E The identifier \"%s\" is not valid.".formatted(id));
        }
        var job = byRun ? plan.ofRun(id) : plan.job(id);
        if (job == null) {
            return notFound(id);
        }
        if (verb.equals("rerun") && !byRun) {
            return Answer.none(404);
        }
        if (verb.equals("rerun") && !isJson(call)) {
            return Answer.none(415);
        }
        carryOut(call, job, verb);
        return Answer.value(200, Map.of("id", job.id, "url", "/twsd/api/v2/plan/job/" + job.id));
    }

    private static boolean isJson(Call call) {
        try {
            return call.contentType() != null
                    && call.contentType().startsWith("application/json")
                    && Answer.MAPPER.readTree(call.text()).isObject();
        } catch (JsonProcessingException malformed) {
            return false;
        }
    }

    private void carryOut(Call call, PlanJob job, String verb) {
        if (verb.equals("rerun")) {
            plan.rerun(job);
        } else if (!plan.act(job, verb, call.parameter("priority"))) {
            throw new Plan.WrongState("AWSJCO005E The action %s is not known.".formatted(verb));
        }
        // the command line cuts these at 128, 512 and 128
        job.justifications.add("%s: %s | %s | %s"
                .formatted(
                        verb,
                        cut(call.header("justification-category"), 128),
                        cut(call.header("justification-description"), 512),
                        cut(call.header("justification-ticket-num"), 128)));
    }

    private static String cut(String text, int most) {
        return text.substring(0, Math.min(most, text.length()));
    }

    private Answer bulk(Call call, String verb) {
        var query = Oql.parse(call.parameter("oql"), FIELDS);
        var most = Integer.parseInt(call.parameters().getOrDefault("max_object_affected", "1"));
        var done = new ArrayList<Map<String, ?>>();
        var failed = new ArrayList<Map<String, ?>>();
        plan.jobs().stream()
                .filter(job -> query.where().test(json.job(job, true)))
                .limit(most)
                .toList()
                .forEach(job -> {
                    try {
                        carryOut(call, job, verb);
                        done.add(Map.of("id", job.id, "url", "/twsd/api/v2/plan/job/" + job.id));
                    } catch (Plan.WrongState e) {
                        failed.add(Map.of("id", job.id, "message", e.getMessage(), "isError", true));
                    }
                });
        return Answer.value(200, Map.of("successfulResourceResponses", done, "failedResourceResponses", failed));
    }

    private Answer reply(Call call, String id) {
        var prompt = plan.things().values().stream()
                .filter(thing -> thing.id.equals(id))
                .findFirst();
        if (prompt.isEmpty() || !isJson(call)) {
            return prompt.isEmpty() ? notFound(id) : Answer.none(415);
        }
        plan.answer(prompt.get());
        return Answer.value(200, Map.of("id", id, "url", "/twsd/api/v2/plan/prompt/" + id));
    }

    /** The first interface: a bare array, and its pages by headers. */
    private Answer query(Call call, boolean isNext) {
        JsonNode filter;
        try {
            filter = isNext ? Answer.MAPPER.createObjectNode() : Answer.MAPPER.readTree(call.text());
        } catch (JsonProcessingException malformed) {
            return failure(400, "AWSJCO005E The body cannot be read.");
        }
        var wanted = filter.path("filters").path("jobInPlanFilter");
        var number = Integer.parseInt(call.header("how-many").isEmpty() ? "0" : call.header("how-many"));
        var first = isNext ? Integer.parseInt(call.header("last-object")) : 0;
        var found = plan.jobs().stream()
                .filter(job -> like(wanted, "jobName", job.name)
                        && like(wanted, "jobStreamName", job.stream.name)
                        && like(wanted, "workstationName", job.workstation))
                .skip(first)
                .map(json::oldJob)
                .toList();
        var page = found.subList(0, Math.min(found.size(), number == 0 ? MOST : number));
        return Answer.value(200, page)
                .with("How-Many-Returned", Integer.toString(page.size()))
                .with("Last-Object", page.size() < found.size() ? Integer.toString(first + page.size()) : "");
    }

    private static boolean like(JsonNode wanted, String field, String value) {
        var text = wanted.path(field).asText("");
        return text.isEmpty()
                || Pattern.compile(Arrays.stream(text.split("[@*]", -1))
                                .map(Pattern::quote)
                                .collect(Collectors.joining(".*")))
                        .matcher(value)
                        .matches();
    }

    private static Answer notFound(String id) {
        return failure(404, "AWSJCO084E The object \"%s\" is not in the plan.".formatted(id));
    }

    private static Answer failure(int status, String message) {
        return Answer.value(status, Map.of("messages", List.of(message)));
    }
}
