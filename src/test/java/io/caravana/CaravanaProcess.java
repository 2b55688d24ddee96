package io.caravana;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** {@code target/caravana.jar} in a process of its own, which is ended politely, as a service manager would. */
public record CaravanaProcess(Process process, Path log) implements AutoCloseable {

    /**
     * Starts one from the root of the project.
     *
     * @param temp where its output goes
     */
    public static CaravanaProcess start(Path temp, Map<String, String> environment, String... arguments)
            throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                "target/caravana.jar"));
        command.addAll(List.of(arguments));
        var log = Files.createTempFile(temp, "output", ".log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.matches("(SERVICENOW|DATABASE|CARAVANA|SERVER|SPRING)_.*"));
        builder.environment().putAll(environment);
        return new CaravanaProcess(builder.start(), log);
    }

    /** How it has ended. */
    public int exitCode() throws InterruptedException {
        assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("has ended").isTrue();
        return process.exitValue();
    }

    /** Waits until it has said that. */
    public void awaitOutput(String text) throws IOException {
        Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> output().contains(text) || !process.isAlive());
        assertThat(output()).contains(text);
    }

    /** What it has said so far. */
    public String output() throws IOException {
        return Files.readString(log);
    }

    /** Sends a signal of that name, such as {@code STOP}. */
    public void signal(String name) throws IOException, InterruptedException {
        var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).as("kill -" + name).isZero();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
