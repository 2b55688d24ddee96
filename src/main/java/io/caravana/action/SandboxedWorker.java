package io.caravana.action;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravana.action.Engine.Outcome;
import io.caravana.action.Engine.Program;
import io.caravana.action.Sandbox.Usage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A sandboxed process that is ready for one program, runs it, and is ended with all that it began. */
final class SandboxedWorker implements AutoCloseable {

    private static final Duration LOOK = Duration.ofMillis(25);
    private static final int KILLED = 137;
    private static final int ABORTED = 134;
    private static final int OUT_OF_CPU = 152;

    /** Marks the end of the frames. */
    private static final byte[] END = new byte[0];

    private final Process process;
    private final ActionProperties properties;
    private final ObjectMapper json;
    private final ObjectWriter ascii;
    private final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>(64);
    private final AtomicLong output = new AtomicLong();
    private final long startedAt = System.nanoTime();
    private final StringBuilder lastWords = new StringBuilder();
    private volatile Failure ended;
    private volatile boolean isClosed;

    SandboxedWorker(Process process, ActionProperties properties, ObjectMapper json) {
        this.process = process;
        this.properties = properties;
        this.json = json;
        this.ascii = json.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);
        begin("action-frames", this::readFrames);
    }

    private static Thread begin(String name, Runnable task) {
        var thread = new Thread(null, task, name, 128L * 1024);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - startedAt);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Waits until the process can take a program.
     *
     * @throws IOException if it ends instead, or takes too long; the message has what it said
     */
    void awaitReady(Duration most) throws IOException {
        try {
            var frame = frames.poll(most.toMillis(), TimeUnit.MILLISECONDS);
            if (frame == null
                    || frame == END
                    || !"READY".equals(json.readTree(frame).path(0).asText())) {
                close();
                throw new IOException(
                        new String(process.getErrorStream().readNBytes(2_000), StandardCharsets.UTF_8).strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new IOException("interrupted", e);
        }
    }

    /** A frame a line. One that is too long ends the run: what a program may say has limits of its own. */
    private void readFrames() {
        try (var stream = process.getInputStream()) {
            long longest = 8 * properties.resultSize().toBytes() + 16L * properties.logLine();
            var line = new ByteArrayOutputStream();
            var chunk = new byte[8192];
            for (int count = stream.read(chunk); count >= 0 && !isClosed; count = stream.read(chunk)) {
                int from = 0;
                for (int at = 0; at < count; at++) {
                    if (chunk[at] == '\n') {
                        line.write(chunk, from, at - from);
                        hand(line.toByteArray());
                        line.reset();
                        from = at + 1;
                    }
                }
                line.write(chunk, from, count - from);
                if (line.size() > longest) {
                    ended = Failure.OUTPUT;
                    break;
                }
            }
        } catch (IOException closed) {
            // the process has ended
        } finally {
            hand(END);
        }
    }

    /** Waits for room; after the run nobody makes any. */
    private void hand(byte[] frame) {
        try {
            while (!isClosed && !frames.offer(frame, LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                // the run has not taken the frames before
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a program writes besides its frames is its log, and has an end. */
    private void readOutput(Program program) {
        try (var stream = process.getErrorStream()) {
            var line = new StringBuilder();
            var chunk = new byte[8192];
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
                if (output.addAndGet(count) > properties.output().toBytes()) {
                    ended = Failure.OUTPUT;
                    break;
                }
                var text = new String(chunk, 0, count, StandardCharsets.UTF_8);
                remember(text);
                for (int at = 0; at < text.length(); at++) {
                    if (text.charAt(at) == '\n') {
                        program.log().accept("info", line.toString());
                        line.setLength(0);
                    } else if (line.length() <= properties.logLine()) {
                        line.append(text.charAt(at));
                    }
                }
            }
            if (line.length() > 0) {
                program.log().accept("info", line.toString());
            }
        } catch (IOException closed) {
            // the process has ended
        }
    }

    private synchronized void remember(String text) {
        lastWords.append(text);
        if (lastWords.length() > 16_384) {
            lastWords.delete(0, lastWords.length() - 8_192);
        }
    }

    /** Runs the program, and leaves nothing of it. */
    Outcome run(Program program) {
        var start = System.nanoTime();
        var printed = begin("action-output", () -> readOutput(program));
        var watch = new Watch(program, start);
        try {
            say(call(program));
            return watch.toTheEnd();
        } catch (IOException e) {
            // it ended before it took the whole call
            return watch.died();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return watch.failed(Failure.CANCELLED, "was ended", null, null);
        } finally {
            close();
            await(printed);
        }
    }

    /** What it printed before it ended is still read; then its pipe is at an end. */
    private static void await(Thread printed) {
        try {
            printed.join(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private JsonNode call(Program program) {
        var call = (ObjectNode) program.input().deepCopy();
        call.put("source", program.source());
        call.putObject("limits").put("log_line", properties.logLine());
        return call;
    }

    private void say(JsonNode line) throws IOException {
        var stream = process.getOutputStream();
        // half a character could not be written otherwise
        stream.write(ascii.writeValueAsBytes(line));
        stream.write('\n');
        stream.flush();
    }

    /**
     * Ends the process with all that it has begun. What bubblewrap has begun is ended first, with which its whole namespace goes:
     * bubblewrap then ends by itself, and leaves nobody a dead child to bury.
     */
    @Override
    public void close() {
        isClosed = true;
        var first = process.children().findFirst();
        if (first.isPresent()) {
            first.get().destroyForcibly();
            CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS).execute(process::destroyForcibly);
        } else {
            process.destroyForcibly();
        }
    }

    /** Looks after a run: what it says, and what it uses. */
    private final class Watch {
        private final Program program;
        private final long start;
        private Usage usage = new Usage(0, 0);
        private long peak;
        private long nextLook;

        Watch(Program program, long start) {
            this.program = program;
            this.start = start;
        }

        Outcome toTheEnd() throws InterruptedException, IOException {
            while (true) {
                var frame = frames.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                if (frame == END) {
                    return died();
                }
                if (frame != null) {
                    var end = take(json(frame));
                    if (end != null) {
                        return end;
                    }
                }
                if (System.nanoTime() >= nextLook) {
                    look();
                    nextLook = System.nanoTime() + LOOK.toNanos();
                }
                if (ended != null) {
                    return failed(ended, words(ended), null, null);
                }
            }
        }

        private Outcome take(JsonNode frame) throws IOException {
            var value = frame.path(1);
            switch (frame.path(0).asText()) {
                case "LOG" ->
                    program.log()
                            .accept(
                                    value.path("type").asText(),
                                    value.path("content").asText());
                case "HTTP" -> say(program.ask().apply(value));
                case "RESULT" -> {
                    look();
                    return new Outcome(value, null, null, null, 0, wall(), usage.cpuMillis(), peak, output.get());
                }
                case "FAIL" -> {
                    look();
                    if (ended != null) {
                        return failed(ended, words(ended), null, null);
                    }
                    return failed(
                            kind(value.path("kind").asText()),
                            value.path("message").asText(),
                            value.path("line").isInt() ? value.path("line").asInt() : null,
                            null);
                }
                default -> {
                    // made up by the program
                }
            }
            return null;
        }

        private JsonNode json(byte[] frame) {
            try {
                return json.readTree(frame);
            } catch (IOException noJson) {
                return json.createArrayNode();
            }
        }

        private Failure kind(String said) {
            try {
                return Failure.of(said);
            } catch (IllegalArgumentException madeUp) {
                return Failure.USER_ERROR;
            }
        }

        private void look() {
            var now = Usage.of(process);
            usage = new Usage(now.kib(), Math.max(usage.cpuMillis(), now.cpuMillis()));
            peak = Math.max(peak, now.kib());
            if (peak > properties.memory().toKilobytes()) {
                ended = Failure.MEMORY;
            } else if (usage.cpuMillis() > properties.cpu().toMillis()) {
                ended = Failure.CPU;
            } else if (wall() > program.timeout().toMillis()) {
                ended = Failure.TIMEOUT;
            }
        }

        private long wall() {
            return (System.nanoTime() - start) / 1_000_000;
        }

        /** It ended without a result. */
        Outcome died() {
            if (ended != null) {
                return failed(ended, words(ended), null, null);
            }
            var code = exitCode();
            var said = lastWords();
            if (code == OUT_OF_CPU) {
                return failed(Failure.CPU, words(Failure.CPU), null, code);
            }
            if (code == KILLED || code == ABORTED && said.contains("memory") || said.contains("out of memory")) {
                return failed(Failure.MEMORY, words(Failure.MEMORY), null, code);
            }
            return failed(Failure.USER_ERROR, "ended without a result, with exit code %s".formatted(code), null, code);
        }

        private Integer exitCode() {
            try {
                return process.waitFor(1, TimeUnit.SECONDS) ? process.exitValue() : null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }

        private String words(Failure why) {
            return switch (why) {
                case CPU ->
                    "used more than %d s of processor time"
                            .formatted(properties.cpu().toSeconds());
                case MEMORY ->
                    "used more than the %d MB that it may"
                            .formatted(properties.memory().toMegabytes());
                case OUTPUT ->
                    "wrote more than %d kB".formatted(properties.output().toKilobytes());
                case TIMEOUT ->
                    "took longer than %d s".formatted(program.timeout().toSeconds());
                default -> why.inWords();
            };
        }

        Outcome failed(Failure why, String message, Integer line, Integer code) {
            return new Outcome(null, why, message, line, code, wall(), usage.cpuMillis(), peak, output.get());
        }
    }

    private synchronized String lastWords() {
        return lastWords.toString();
    }
}
