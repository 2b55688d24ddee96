package io.caravana.action;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.action.Engine.Outcome;
import io.caravana.action.Engine.Program;
import io.caravana.change.ChangeEvent.Id;
import io.caravana.replica.RowScope;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Runs codes that are called: as many at once as may, each within its limits, and notes what came of it. */
@Component("actions")
public class Actions {

    private final Codes codes;
    private final Runs runs;
    private final Engines engines;
    private final Projects projects;
    private final Secrets secrets;
    private final ActionHttp http;
    private final ActionMeters meters;
    private final Subscriptions subscriptions;
    private final ActionProperties properties;
    private final TransactionTemplate transaction;
    private final ObjectMapper json;
    private final Clock clock;
    private final Semaphore slots;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Set<RunLog> open = ConcurrentHashMap.newKeySet();

    Actions(
            Codes codes,
            Runs runs,
            Engines engines,
            Projects projects,
            Secrets secrets,
            ActionHttp http,
            ActionMeters meters,
            Subscriptions subscriptions,
            ActionProperties properties,
            TransactionTemplate transaction,
            ObjectMapper json,
            Clock clock) {
        this.codes = codes;
        this.runs = runs;
        this.engines = engines;
        this.projects = projects;
        this.secrets = secrets;
        this.http = http;
        this.meters = meters;
        this.subscriptions = subscriptions;
        this.properties = properties;
        this.transaction = transaction;
        this.json = json;
        this.clock = clock;
        this.slots = new Semaphore(properties.concurrent(), true);
    }

    /**
     * What became of a call.
     *
     * @param answer null where it failed
     * @param failure null where it completed
     * @param message why it failed
     * @param line of the source; null where that is not known
     */
    public record Result(UUID run, Answer answer, Failure failure, String message, Integer line) {}

    /**
     * Runs a version of a code to its end.
     *
     * @throws ActionException if it cannot begin
     */
    public Result run(Code code, int version, Call call) {
        try {
            return runNow(code, version, call);
        } catch (ActionException refused) {
            meters.refused(refused.failure());
            throw refused;
        }
    }

    private Result runNow(Code code, int version, Call call) {
        var engine = engines.of(code.language());
        enter();
        try {
            var id = UUID.randomUUID();
            var wait = runs.begin(id, code, version, call, engine.name(), properties.callsPerMinute());
            if (wait.isPresent()) {
                throw new ActionException(
                        Failure.RATE_LIMITED,
                        "the code was called more than %d times in a minute".formatted(properties.callsPerMinute()),
                        Math.max(1, wait.getAsLong()));
            }
            return run(id, code, version, call, engine);
        } finally {
            slots.release();
        }
    }

    private void enter() {
        if (slots.tryAcquire()) {
            return;
        }
        try {
            if (waiting.incrementAndGet() <= properties.waiting()
                    && slots.tryAcquire(properties.patience().toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.decrementAndGet();
        }
        throw new ActionException(
                Failure.QUEUE_FULL,
                "%d runs are going here, and as many as may wait".formatted(properties.concurrent()),
                1);
    }

    /** Runs one that has waited, and has it wait for its next attempt if it fails. */
    void runQueued(UUID id) {
        var run = runs.find(id);
        var code = run.flatMap(one -> codes.find(one.codeId()));
        if (code.isEmpty()) {
            return;
        }
        var data = runs.data(id);
        var attempt = run.get().attempt();
        var call = new Call(
                run.get().cause(),
                "",
                Map.of(),
                "",
                Map.of(),
                data.path("event"),
                data.path("record"),
                "%s:%s".formatted(run.get().subscription(), run.get().event()),
                attempt,
                false,
                run.get().createdBy());
        Failure failure;
        try {
            failure = run(
                            id,
                            code.get(),
                            run.get().version(),
                            call,
                            engines.of(code.get().language()))
                    .failure();
        } catch (ActionException e) {
            failure = e.failure();
            runs.end(
                    id,
                    null,
                    new Outcome(null, failure, e.getMessage(), null, null, 0, 0, null, 0),
                    failure,
                    e.getMessage(),
                    null,
                    null);
        }
        if (failure != null && attempt <= properties.retries().size()) {
            runs.again(id, properties.retries().get(attempt - 1));
        }
    }

    private Result run(UUID id, Code code, int version, Call call, Engine engine) {
        var project = projects.find(code.projectUuid()).orElseThrow();
        var values = secrets.values(project.uuid());
        var log = new RunLog(runs, id, code.id(), values.values(), properties, clock);
        var timeout = Duration.ofSeconds(code.timeout());
        var asked = http.of(project.hosts(), values, clock.instant().plus(timeout));
        open.add(log);
        Outcome outcome;
        try {
            var source = version == code.live()
                    ? code.source()
                    : codes.version(code.id(), version).orElseThrow().source();
            outcome = engine.run(
                    new Program(source, input(id, code, version, call, values), timeout, log::add, asked::ask));
        } finally {
            open.remove(log);
        }
        return end(id, code, call, engine.name(), outcome, log);
    }

    private JsonNode input(UUID id, Code code, int version, Call call, Map<String, String> values) {
        var input = json.createObjectNode();
        input.set("params", json.valueToTree(call.params()));
        input.put("body", call.body());
        input.set("headers", json.valueToTree(call.headers()));
        input.put("method", call.method());
        input.set("event", call.event());
        input.set("record", call.record());
        var run = input.putObject("run");
        run.put("id", id.toString());
        run.put("code_id", code.id().toString());
        run.put("version", version);
        run.put("attempt", call.attempt());
        run.put(
                "deadline",
                OffsetDateTime.now(clock).plusSeconds(code.timeout()).toString());
        run.put("dry", call.isDry());
        run.put("idempotency_key", call.key() == null ? id.toString() : call.key());
        input.set("secrets", json.valueToTree(values));
        return input;
    }

    private Result end(UUID id, Code code, Call call, String engine, Outcome outcome, RunLog log) {
        var failure = outcome.failure();
        var message = log.masked(outcome.message());
        Answer answer = null;
        JsonNode effects = json.createArrayNode();
        if (failure == null) {
            try {
                answer = Answer.of(outcome.result(), properties.resultSize().toBytes());
                effects = Effects.of(outcome.result().path("effects"));
            } catch (IllegalArgumentException e) {
                failure = Failure.BAD_RESULT;
                message = e.getMessage();
                answer = null;
            }
        }
        var end = new Result(id, answer, failure, message, outcome.line());
        var asked = effects;
        meters.ran(engine, failure, Duration.ofMillis(outcome.wallMillis()));
        transaction.executeWithoutResult(status -> {
            log.close();
            runs.end(id, engine, outcome, end.failure(), end.message(), end.answer(), call.isDry() ? asked : null);
            if (!call.isDry() && end.failure() == null) {
                runs.ask(id, code.projectUuid(), asked);
            }
        });
        return end;
    }

    /** A past event as a code is told of it; empty where somebody may not see it, or the change log does not have it any more. */
    public Optional<JsonNode> event(Id id, RowScope scope) {
        return subscriptions
                .event(id)
                .filter(event -> Subscription.sees(scope, event))
                .map(event -> {
                    var told = json.createObjectNode();
                    told.set("event", json.valueToTree(event));
                    told.set("record", subscriptions.record(event));
                    return told;
                });
    }

    /** Runs a run on an event again; empty if it was a call. */
    public Optional<UUID> replay(UUID run, String by) {
        return runs.replay(run, by);
    }

    /** What a code has logged can be read while it runs. */
    @Scheduled(fixedDelay = 1_000)
    void flush() {
        open.forEach(RunLog::flush);
    }

    /** What runs each language here, or why nothing does. */
    public Map<Language, String> engines() {
        return engines.names();
    }

    /** The limits of runs, for people to read. */
    public ActionProperties limits() {
        return properties;
    }
}
