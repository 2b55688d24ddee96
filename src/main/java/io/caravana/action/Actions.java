package io.caravana.action;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.action.Engine.Outcome;
import io.caravana.action.Engine.Program;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Map;
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
            ActionProperties properties,
            TransactionTemplate transaction,
            ObjectMapper json,
            Clock clock) {
        this.codes = codes;
        this.runs = runs;
        this.engines = engines;
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

    private Result run(UUID id, Code code, int version, Call call, Engine engine) {
        var log = new RunLog(runs, id, code.id(), properties, clock);
        open.add(log);
        Outcome outcome;
        try {
            var source = version == code.live()
                    ? code.source()
                    : codes.version(code.id(), version).orElseThrow().source();
            outcome = engine.run(new Program(
                    source,
                    input(id, code, version, call),
                    Duration.ofSeconds(code.timeout()),
                    log::add,
                    request -> json.createObjectNode().put("refused", "engine.http has no host that it may ask")));
        } finally {
            open.remove(log);
        }
        return end(id, outcome, log);
    }

    private JsonNode input(UUID id, Code code, int version, Call call) {
        var input = json.createObjectNode();
        input.set("params", json.valueToTree(call.params()));
        input.put("body", call.body());
        input.set("headers", json.valueToTree(call.headers()));
        input.put("method", call.method());
        input.putNull("event");
        input.putNull("record");
        input.set(
                "run",
                json.valueToTree(Map.of(
                        "id",
                        id,
                        "code_id",
                        code.id(),
                        "version",
                        version,
                        "attempt",
                        1,
                        "deadline",
                        OffsetDateTime.now(clock).plusSeconds(code.timeout()).toString(),
                        "dry",
                        call.cause().equals("test"))));
        input.putObject("secrets");
        return input;
    }

    private Result end(UUID id, Outcome outcome, RunLog log) {
        var failure = outcome.failure();
        var message = outcome.message();
        Answer answer = null;
        if (failure == null) {
            try {
                answer = Answer.of(outcome.result(), properties.resultSize().toBytes());
            } catch (IllegalArgumentException e) {
                failure = Failure.BAD_RESULT;
                message = e.getMessage();
            }
        }
        var end = new Result(id, answer, failure, message, outcome.line());
        transaction.executeWithoutResult(status -> {
            log.close();
            runs.end(id, outcome, end.failure(), end.message(), end.answer());
        });
        return end;
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
