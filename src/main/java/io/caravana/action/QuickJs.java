package io.caravana.action;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.roastedroot.quickjs4j.core.Builtins;
import io.roastedroot.quickjs4j.core.HostFunction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import run.endive.runtime.ByteArrayMemory;
import run.endive.wasm.types.MemoryLimits;

/**
 * JavaScript inside this process: QuickJS, translated from WebAssembly to Java. A program has memory of its own and calls no function
 * but ours. It has no require, no fetch and no timers.
 */
@Component
class QuickJs implements Engine {

    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int PAGE = 64 * 1024;
    private static final long STACK = 4L * 1024 * 1024;
    private static final int MOST_OUTPUT = 64 * 1024;
    private static final Pattern ERROR =
            Pattern.compile("Error: (.*?)\\n(?:.*?function\\.mjs:(\\d+))?", Pattern.DOTALL);

    private final ActionProperties properties;
    private final ObjectMapper json;
    private final String shim;

    QuickJs(ActionProperties properties, ObjectMapper json) {
        this.properties = properties;
        this.json = json;
        this.shim = text("engine.js") + text("quickjs.js");
    }

    static String text(String resource) {
        try (var stream = QuickJs.class.getResourceAsStream(resource)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String name() {
        return "quickjs";
    }

    /** The program has a thread of its own: its stack is bounded, its processor time is counted, and an interrupt ends it. */
    @Override
    public Outcome run(Program program) {
        var run = new OneRun(program);
        var thread = new Thread(null, run, "action-quickjs", STACK);
        thread.setDaemon(true);
        var threads = ManagementFactory.getThreadMXBean();
        var start = System.nanoTime();
        long cpu = 0;
        Failure ended = null;
        thread.start();
        while (true) {
            try {
                thread.join(LOOK.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                ended = Failure.CANCELLED;
            }
            if (!thread.isAlive()) {
                break;
            }
            cpu = Math.max(cpu, threads.getThreadCpuTime(thread.getId()));
            if (ended == null && cpu > properties.cpu().toNanos()) {
                ended = Failure.CPU;
            } else if (ended == null
                    && System.nanoTime() - start > program.timeout().toNanos()) {
                ended = Failure.TIMEOUT;
            }
            if (ended != null) {
                thread.interrupt();
            }
        }
        return run.outcome(ended, (System.nanoTime() - start) / 1_000_000, Math.max(cpu, run.cpu) / 1_000_000);
    }

    private final class OneRun implements Runnable {
        private final Program program;
        private final Output output = new Output();
        private JsonNode result;
        private JsonNode failure;
        private Throwable thrown;
        private boolean isCompiled;
        private volatile long cpu;
        private volatile ByteArrayMemory memory;

        OneRun(Program program) {
            this.program = program;
        }

        @Override
        public void run() {
            try (var engine = engine()) {
                engine.exec(engine.compileRaw(shim.getBytes(StandardCharsets.UTF_8)));
                var code = engine.compileRaw(
                        (program.source() + "\n;runAction(typeof Run === 'function' ? Run : undefined)")
                                .getBytes(StandardCharsets.UTF_8));
                isCompiled = true;
                engine.exec(code);
            } catch (Throwable e) {
                thrown = e;
            } finally {
                cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            }
        }

        private io.roastedroot.quickjs4j.core.Engine engine() {
            var most = (int) (properties.embeddedMemory().toBytes() / PAGE);
            return io.roastedroot.quickjs4j.core.Engine.builder()
                    .addBuiltins(Builtins.builder("caravana")
                            .add(new HostFunction(
                                    "input",
                                    List.of(),
                                    String.class,
                                    none -> program.input().toString()))
                            .add(new HostFunction("send", List.of(String.class, String.class), Void.class, this::send))
                            .add(new HostFunction("ask", List.of(String.class), String.class, this::ask))
                            .build())
                    .withMemoryFactory(limits -> {
                        memory = new ByteArrayMemory(
                                new MemoryLimits(limits.initialPages(), Math.min(limits.maximumPages(), most)));
                        return memory;
                    })
                    .withStdout(output)
                    .withStderr(output)
                    .build();
        }

        private Object send(List<Object> said) {
            var value = read((String) said.get(1));
            switch ((String) said.get(0)) {
                case "LOG" ->
                    program.log()
                            .accept(
                                    value.path("type").asText(),
                                    value.path("content").asText());
                case "RESULT" -> result = value;
                default -> failure = value;
            }
            return null;
        }

        private Object ask(List<Object> said) {
            return program.ask().apply(read((String) said.get(0))).toString();
        }

        private JsonNode read(String text) {
            try {
                return json.readTree(text);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException("no JSON", e);
            }
        }

        Outcome outcome(Failure ended, long wall, long used) {
            if (ended != null && result == null) {
                return failed(ended, words(ended), null, wall, used);
            }
            if (failure != null) {
                var line = failure.path("line").isInt() ? failure.path("line").asInt() : null;
                return failed(kind(), failure.path("message").asText(), line, wall, used);
            }
            if (result != null) {
                return new Outcome(result, null, null, null, null, wall, used, peakKib(), output.size);
            }
            return thrown == null
                    ? failed(
                            Failure.TIMEOUT,
                            "Run waits for something that nobody does: its promise never settles",
                            null,
                            wall,
                            used)
                    : explain(wall, used);
        }

        private Failure kind() {
            try {
                return Failure.of(failure.path("kind").asText());
            } catch (IllegalArgumentException madeUp) {
                return Failure.USER_ERROR;
            }
        }

        private String words(Failure ended) {
            return switch (ended) {
                case CPU ->
                    "used more than %d s of processor time"
                            .formatted(properties.cpu().toSeconds());
                case TIMEOUT ->
                    "took longer than %d s".formatted(program.timeout().toSeconds());
                default -> "was ended";
            };
        }

        /** QuickJS writes why it gave up, and the wrapper throws it. */
        private Outcome explain(long wall, long used) {
            if (isStackOverflow()) {
                return failed(Failure.USER_ERROR, "InternalError: stack overflow", null, wall, used);
            }
            var found = ERROR.matcher(output.toString(StandardCharsets.UTF_8) + "\n" + thrown.getMessage() + "\n");
            var message = found.find() ? found.group(1).strip() : "QuickJS gave up: " + thrown.getMessage();
            var line = found.hitEnd() || found.group(2) == null ? null : Integer.valueOf(found.group(2));
            if (message.contains("out of memory") || message.contains("too large to allocate")) {
                return failed(
                        Failure.MEMORY,
                        "used more than the %d MB that it may"
                                .formatted(properties.embeddedMemory().toMegabytes()),
                        line,
                        wall,
                        used);
            }
            return failed(isCompiled ? Failure.USER_ERROR : Failure.COMPILE_ERROR, message, line, wall, used);
        }

        /** Its stack is in its memory, and below that is nothing: it ends at whichever is reached first, the end of that or of ours. */
        private boolean isStackOverflow() {
            for (var cause = thrown; cause != null; cause = cause.getCause()) {
                var message = String.valueOf(cause.getMessage());
                if (cause instanceof StackOverflowError
                        || message.contains("call stack exhausted")
                        || message.contains("out of bounds memory access")) {
                    return true;
                }
            }
            return false;
        }

        private Long peakKib() {
            return memory == null ? null : memory.pages() * 64L;
        }

        private Outcome failed(Failure kind, String message, Integer line, long wall, long used) {
            return new Outcome(null, kind, message, line, null, wall, used, peakKib(), output.size);
        }
    }

    /** Keeps the beginning of what is written. */
    private static final class Output extends ByteArrayOutputStream {
        private long size;

        @Override
        public synchronized void write(int one) {
            size++;
            if (count < MOST_OUTPUT) {
                super.write(one);
            }
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            size += length;
            super.write(bytes, from, Math.max(0, Math.min(length, MOST_OUTPUT - count)));
        }
    }
}
