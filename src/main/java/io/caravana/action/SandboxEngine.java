package io.caravana.action;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.action.Sandbox.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A language whose programs run in sandboxed processes. Each process runs one program. Once somebody has used the language, some
 * processes are kept ready for the next ones.
 */
final class SandboxEngine implements Engine, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SandboxEngine.class);
    private static final Duration START = Duration.ofSeconds(10);
    private static final Duration OLDEST = Duration.ofMinutes(10);

    private final Language language;
    private final Sandbox sandbox;
    private final Level level;
    private final ActionProperties properties;
    private final ObjectMapper json;
    private final ConcurrentLinkedDeque<SandboxedWorker> ready = new ConcurrentLinkedDeque<>();
    private final AtomicInteger starting = new AtomicInteger();
    private final ExecutorService filler = Executors.newSingleThreadExecutor(task -> {
        var thread = new Thread(task, "action-filler");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean isClosed;

    SandboxEngine(Language language, Sandbox sandbox, Level level, ActionProperties properties, ObjectMapper json) {
        this.language = language;
        this.sandbox = sandbox;
        this.level = level;
        this.properties = properties;
        this.json = json;
    }

    /** The program that runs a language's programs. */
    static Path interpreter(Language language) {
        return Path.of(language == Language.PYTHON ? "/usr/bin/python3" : "/usr/bin/node");
    }

    static boolean isInstalled(Language language) {
        return Files.isExecutable(interpreter(language));
    }

    @Override
    public String name() {
        return language == Language.PYTHON ? "python" : "node";
    }

    Level level() {
        return level;
    }

    @Override
    public Outcome run(Program program) {
        try {
            return take().run(program);
        } catch (IOException e) {
            throw new ActionException(
                    Failure.SANDBOX_UNAVAILABLE, "no sandbox could be started: " + e.getMessage(), 10);
        }
    }

    private SandboxedWorker take() throws IOException {
        SandboxedWorker found;
        do {
            found = ready.poll();
        } while (found != null && !isFresh(found));
        fill();
        if (found != null) {
            return found;
        }
        var worker = start();
        worker.awaitReady(START);
        return worker;
    }

    private static boolean isFresh(SandboxedWorker worker) {
        if (worker.isAlive() && worker.age().compareTo(OLDEST) < 0) {
            return true;
        }
        worker.close();
        return false;
    }

    /** Starts as many as are missing, one after the other and beside the run that takes one. */
    private void fill() {
        while (!isClosed && ready.size() + starting.get() < properties.readyWorkers()) {
            starting.incrementAndGet();
            filler.execute(() -> {
                try {
                    var worker = start();
                    worker.awaitReady(START);
                    ready.add(worker);
                    if (isClosed) {
                        close();
                    }
                } catch (IOException e) {
                    LOG.warn("A sandbox for {} could not be started: {}", language.inWords(), e.getMessage());
                } finally {
                    starting.decrementAndGet();
                }
            });
        }
    }

    private SandboxedWorker start() throws IOException {
        return new SandboxedWorker(sandbox.start(level, command()), properties, json);
    }

    private List<String> command() {
        var command = new ArrayList<String>();
        command.add(interpreter(language).toString());
        if (language == Language.PYTHON) {
            command.addAll(List.of("-I", "-S", "-B", "-u", "-X", "utf8", "-c", QuickJs.text("engine.py")));
        } else {
            // V8 reserves addresses and a heap by what the machine has
            command.add(
                    "--max-old-space-size=" + Math.max(16, properties.memory().toMegabytes() * 3 / 4));
            command.addAll(List.of("--no-warnings", "-e", QuickJs.text("engine.js") + QuickJs.text("node.js")));
        }
        return command;
    }

    /** Ends the processes that are ready. */
    void retire() {
        ready.removeIf(worker -> {
            var isOld = worker.age().compareTo(OLDEST) >= 0;
            if (isOld) {
                worker.close();
            }
            return isOld;
        });
    }

    @Override
    public void close() {
        isClosed = true;
        filler.shutdown();
        for (var worker = ready.poll(); worker != null; worker = ready.poll()) {
            worker.close();
        }
    }

    /**
     * Runs a program that tries to get out, and says what it could do.
     *
     * @return what was not refused; empty where all of it was
     */
    String trial() throws IOException {
        var input = json.createObjectNode().put("body", "").put("method", "GET");
        input.putNull("event").putNull("record");
        List.of("headers", "secrets", "run").forEach(input::putObject);
        input.putObject("params").put("processes", Integer.toString(properties.processes()));
        var source = QuickJs.text(language == Language.PYTHON ? "trial.py" : "trial.cjs");
        var outcome = run(new Program(source, input, Duration.ofSeconds(10), (type, line) -> {}, request -> request));
        return outcome.failure() == null
                ? outcome.result().path("body").asText()
                : "the trial failed: " + outcome.message();
    }
}
