package io.caravana.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.action.Engine.Outcome;
import io.caravana.action.Engine.Program;
import io.caravana.action.Sandbox.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * Programs that are wrong or hostile, each in a file under {@code src/test/resources/actions}, whose last line says how it has to end.
 * Each is bounded, so that it would do no harm if nothing held it. As root, Caravana becomes nobody before it starts one, so a build as
 * root and a build as a user show the same.
 */
class SandboxedProgramsTest {

    private static final Path PROGRAMS = Path.of("src/test/resources/actions");
    private static final Pattern EXPECTED = Pattern.compile("(?://|#) expect: ([a-z_|]+)(?:: (.*)| (\\d+))?");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, SandboxEngine> ENGINES = new HashMap<>();
    private static Path folder;

    private final Set<Long> before = sandboxes();
    private final List<String> logged = Collections.synchronizedList(new ArrayList<>());

    @BeforeAll
    static void sandbox() throws IOException {
        folder = Files.createTempDirectory("sandbox");
        var missing = new Sandbox(properties(Map.of()), folder).missing();
        assumeTrue(missing.isEmpty(), () -> "not tested: " + missing.get());
        for (var language : List.of(Language.PYTHON, Language.JAVASCRIPT)) {
            assumeTrue(
                    SandboxEngine.isInstalled(language),
                    "not tested: install Debian's packages bubblewrap, python3 and nodejs");
            for (var level : Level.values()) {
                ENGINES.put(level + " " + language, engine(language, level, properties(Map.of("ready-workers", "0"))));
            }
        }
    }

    @AfterAll
    static void end() throws IOException {
        ENGINES.values().forEach(SandboxEngine::close);
        try (var files = Files.list(folder)) {
            files.forEach(file -> file.toFile().delete());
        }
        Files.delete(folder);
    }

    private static SandboxEngine engine(Language language, Level level, ActionProperties properties) {
        return new SandboxEngine(language, new Sandbox(properties, folder), level, properties, JSON);
    }

    static ActionProperties properties(Map<String, String> said) {
        var values = new HashMap<String, String>(Map.of("caravana.actions.cpu", "1s"));
        said.forEach((key, value) -> values.put("caravana.actions." + key, value));
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("caravana.actions", ActionProperties.class);
    }

    static Stream<Arguments> programs() throws IOException {
        try (var files = Files.list(PROGRAMS)) {
            return files.sorted().toList().stream()
                    .flatMap(file -> Arrays.stream(Level.values())
                            .map(level -> Arguments.of(file.getFileName().toString(), level)));
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void a_program_ends_as_it_has_to_within_its_limits_and_leaves_nothing_behind(String file, Level level)
            throws IOException {
        var source = Files.readString(PROGRAMS.resolve(file));
        var expected =
                EXPECTED.matcher(source.lines().reduce((first, last) -> last).orElseThrow());
        assertThat(expected.matches()).isTrue();
        var language = file.endsWith(".py") ? Language.PYTHON : Language.JAVASCRIPT;
        var engine = ENGINES.get(level + " " + language);
        // beside other work a second of processor time may take many
        var timeout = expected.group(1).contains("timeout") ? 3 : 60;
        var outcome = engine.run(program(source, timeout));
        assertThat(kind(outcome)).as(outcome.toString()).isIn((Object[])
                expected.group(1).split("\\|"));
        if (expected.group(2) != null) {
            assertThat(Runs.storable(outcome.result().path("body").asText())).isEqualTo(expected.group(2));
        }
        if (expected.group(3) != null) {
            assertThat(outcome.line()).isEqualTo(Integer.valueOf(expected.group(3)));
        }
        assertThat(logged).allMatch(line -> line.length() <= 8_001);
        nothingIsLeft();
        assertThat(engine.run(program(
                                language == Language.PYTHON
                                        ? "def Run(e):\n  return 'next'"
                                        : "exports.Run = e => 'next'"))
                        .result()
                        .path("body")
                        .asText())
                .isEqualTo("next");
    }

    /** What is left of a run would be a child of this process, or a child of one of those. Another class keeps some ready. */
    private void nothingIsLeft() {
        await().atMost(Duration.ofMillis(1_500))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> before.containsAll(sandboxes()));
    }

    private static Set<Long> sandboxes() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").contains("bwrap"))
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    private static String kind(Outcome outcome) {
        if (outcome.failure() != null) {
            return outcome.failure().inWords();
        }
        try {
            Answer.of(outcome.result(), 1_000_000);
            return "completed";
        } catch (IllegalArgumentException noAnswer) {
            return "bad_result";
        }
    }

    private Program program(String source) {
        return program(source, 10);
    }

    private Program program(String source, int timeoutSeconds) {
        var input = JSON.createObjectNode().put("body", "").put("method", "GET");
        input.putNull("event").putNull("record");
        List.of("params", "headers", "secrets", "run").forEach(input::putObject);
        return new Program(
                source,
                input,
                Duration.ofSeconds(timeoutSeconds),
                (type, line) -> logged.add(line),
                request -> JSON.createObjectNode().put("refused", "no host"));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void the_trial_finds_nothing_that_it_could_do(String name) throws IOException {
        assertThat(ENGINES.get(name).trial()).isEmpty();
    }

    static Stream<String> engines() {
        return Stream.of("ONE PYTHON", "TWO PYTHON", "ONE JAVASCRIPT", "TWO JAVASCRIPT");
    }

    @Test
    void the_trial_finds_what_a_process_without_a_sandbox_can_do() throws Exception {
        var trial = Files.readString(Path.of("src/main/resources/io/caravana/action/trial.py"));
        var python = new ProcessBuilder("/usr/bin/python3", "-I", "-c", trial + """

                class Params:
                    def get(self, name):
                        return "1"
                print(Run(type("Engine", (), {"params": Params()})()))""").start();
        assertThat(new String(python.getInputStream().readAllBytes()))
                .contains("open a socket", "read /etc/passwd", "write to /tmp", "see variables", "call memfd_create");
    }

    @Test
    void a_process_that_is_ready_runs_one_program_and_no_other() throws Exception {
        try (var engine = engine(Language.PYTHON, Level.ONE, properties(Map.of("ready-workers", "1")))) {
            var source =
                    "import builtins\nseen = getattr(builtins, 'seen', 0)\nbuiltins.seen = 1\ndef Run(e):\n  return str(seen)";
            for (int n = 0; n < 5; n++) {
                assertThat(engine.run(program(source)).result().path("body").asText())
                        .isEqualTo("0");
            }
        }
        nothingIsLeft();
    }
}
