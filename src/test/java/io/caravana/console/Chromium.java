package io.caravana.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.FileSystemUtils;

/** The system's Chromium without a window, driven by its DevTools protocol. */
public final class Chromium implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path profile;
    private final Process process;
    private final WebSocket page;
    private final AtomicInteger commands = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();

    /** Starts one with a page as large as given, in pixels; without a Chromium on this machine, skips the tests that need it. */
    public static Chromium start(int width, int height) throws IOException, InterruptedException {
        assumeThat(program())
                .as("a Chromium on the PATH: apt-get install chromium")
                .isPresent();
        return new Chromium(width, height);
    }

    private static Optional<Path> program() {
        return Stream.of(System.getenv("PATH").split(":"))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private Chromium(int width, int height) throws IOException, InterruptedException {
        profile = Files.createTempDirectory("chromium");
        process = new ProcessBuilder(List.of(
                        program().orElseThrow().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "--window-size=" + width + "," + height,
                        "about:blank"))
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("output").toFile())
                .start();
        var client = HttpClient.newHttpClient();
        page = client.newWebSocketBuilder()
                .buildAsync(addressOfThePage(client), new Listener())
                .join();
    }

    /** What its console says is wrong from now on: exceptions, requests that failed, violations of the page's policy. */
    public List<String> errors() {
        command("Runtime.enable", Map.of());
        command("Log.enable", Map.of());
        return errors;
    }

    /** Has every request ask for that language. */
    public void speak(String language) {
        send(Map.of("Accept-Language", language));
    }

    /** Has every request carry a token, and ask for that language. */
    public void carry(String token, String language) {
        send(Map.of("Accept-Language", language, "Authorization", "Bearer " + token));
    }

    private void send(Map<String, String> headers) {
        command("Network.enable", Map.of());
        command("Network.setExtraHTTPHeaders", Map.of("headers", headers));
    }

    /** The look of the page: {@code light} or {@code dark}, on a screen of that size. */
    public void look(String theme, int width, int height) {
        command(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
    }

    /** Presses a key, such as {@code Enter} or {@code Tab}. */
    public void press(String key) {
        var text = key.equals("Enter") ? "\r" : key.length() == 1 ? key : "";
        var code = Map.of("Enter", 13, "Tab", 9, "Escape", 27).getOrDefault(key, (int) key.charAt(0));
        command(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyDown", "key", key, "text", text, "windowsVirtualKeyCode", code));
        command("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", code));
    }

    private URI addressOfThePage(HttpClient client) {
        var port = profile.resolve("DevToolsActivePort");
        return Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> {
                            var list = URI.create("http://127.0.0.1:"
                                    + Files.readAllLines(port).get(0) + "/json/list");
                            var pages = JSON.readTree(
                                    client.send(HttpRequest.newBuilder(list).build(), BodyHandlers.ofString())
                                            .body());
                            return Stream.iterate(0, i -> i < pages.size(), i -> i + 1)
                                    .map(pages::get)
                                    .filter(page -> page.path("type").asText().equals("page"))
                                    .map(page -> URI.create(
                                            page.path("webSocketDebuggerUrl").asText()))
                                    .findFirst()
                                    .orElse(null);
                        },
                        found -> found != null);
    }

    public void open(String url) {
        command("Page.navigate", Map.of("url", url));
    }

    /** What a script answers, as JSON; null while the page is changing. */
    public JsonNode ask(String script) {
        return command("Runtime.evaluate", Map.of("expression", script, "returnByValue", true, "awaitPromise", true))
                .path("result")
                .path("value");
    }

    /** Waits until a script answers with true. */
    public void await(String script) {
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> ask(script).asBoolean());
        } catch (ConditionTimeoutException e) {
            var page = ask("location.href + '\\n' + document.body.innerText").asText();
            throw new AssertionError("Not so: " + script + "\nThe page: " + page, e);
        }
    }

    /** Opens a page of the desk and waits until it is there. */
    public void visit(int port, String path) {
        // the page before may have the same address, and is there until the new one comes
        ask("window.isLeft = true");
        open("http://localhost:" + port + path);
        await(
                "!window.isLeft && document.readyState == 'complete' && location.pathname + location.search == '%s' && !!window.htmx"
                        .formatted(path));
    }

    /** Makes sure that axe finds nothing that keeps people from using the page, and that it is no wider than its screen. */
    public void assertKeepsNobodyOut(String description) throws IOException {
        var axe = new ClassPathResource("META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")
                .getContentAsString(StandardCharsets.UTF_8);
        ask(axe + "; 0");
        var found = ask(
                "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
                        + ".then(found => JSON.stringify(found.violations.map(one => [one.id, one.nodes.map(node => node.html + node.failureSummary)])))");
        assertThat(found.asText()).as(description).isEqualTo("[]");
        assertThat(ask("document.documentElement.scrollWidth <= innerWidth").asBoolean())
                .as("%s fits", description)
                .isTrue();
    }

    /** A PNG of a part of the page, {@code scale} times as large. */
    public byte[] picture(double x, double y, double width, double height, double scale) {
        var clip = Map.of("x", x, "y", y, "width", width, "height", height, "scale", scale);
        var picture = command("Page.captureScreenshot", Map.of("format", "png", "clip", clip));
        return Base64.getDecoder().decode(picture.path("data").asText());
    }

    private JsonNode command(String method, Map<String, ?> parameters) {
        var id = commands.incrementAndGet();
        var answer = new CompletableFuture<JsonNode>();
        answers.put(id, answer);
        var text = JSON.valueToTree(Map.of("id", id, "method", method, "params", parameters))
                .toString();
        page.sendText(text, true).join();
        return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Override
    public void close() throws IOException {
        page.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
        FileSystemUtils.deleteRecursively(profile);
    }

    private final class Listener implements WebSocket.Listener {

        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                receive(message.toString());
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }

        private void receive(String text) {
            try {
                var answer = JSON.readTree(text);
                var what = answer.path("method").asText();
                if (what.equals("Runtime.exceptionThrown")
                        || what.equals("Log.entryAdded")
                                && answer.at("/params/entry/level").asText().equals("error")) {
                    errors.add(text);
                }
                var waiting = answers.remove(answer.path("id").asInt());
                if (waiting != null) {
                    waiting.complete(answer.path("result"));
                }
            } catch (IOException e) {
                throw new IllegalStateException(text, e);
            }
        }
    }
}
