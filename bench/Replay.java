import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * A source that costs nothing: passes a request on the first time, and answers it from memory from then on, packed as it came.
 *
 * <p>Usage: {@code java Replay.java PORT URL [MILLISECONDS]}, which it takes for an answer from memory.
 * {@code GET /replay/urls} lists the requests for rows that it has recorded, without the dictionary's; {@code GET /replay/passed-on} tells how many
 * requests it has passed on. Every request is printed with the milliseconds of a clock.
 */
public final class Replay {
    private record Answer(int status, Map<String, List<String>> headers, byte[] body) {}

    private static final List<String> OWN = List.of("transfer-encoding", "content-length", "connection", "date");

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, Answer> recorded = new ConcurrentHashMap<>();
    private final AtomicLong passedOn = new AtomicLong();
    private final int port;
    private final String source;
    private final long millis;

    private Replay(int port, String source, long millis) {
        this.port = port;
        this.source = source;
        this.millis = millis;
    }

    public static void main(String[] args) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        var replay = new Replay(Integer.parseInt(args[0]), args[1], args.length < 3 ? 0 : Long.parseLong(args[2]));
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", replay.port), 100);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", replay::answer);
        server.createContext("/replay/urls", exchange -> send(exchange, replay.urls()));
        server.createContext("/replay/passed-on", exchange -> send(exchange, replay.passedOn.toString()));
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().toString();
            System.out.println(System.nanoTime() / 1_000_000 + " " + path);
            var answer = recorded.get(path);
            if (answer == null) {
                answer = passOn(path, exchange.getRequestHeaders().getFirst("Authorization"));
                recorded.put(path, answer);
            } else {
                pause();
            }
            answer.headers.forEach((name, values) -> {
                if (!OWN.contains(name.toLowerCase())) {
                    exchange.getResponseHeaders().put(name, values);
                }
            });
            exchange.sendResponseHeaders(answer.status, answer.body.length);
            exchange.getResponseBody().write(answer.body);
        }
    }

    private void pause() throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private Answer passOn(String path, String authorization) throws IOException {
        passedOn.incrementAndGet();
        var request = HttpRequest.newBuilder(URI.create(source + path)).header("Accept-Encoding", "gzip");
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        try {
            var answer = client.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(answer.statusCode(), answer.headers().map(), answer.body());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private String urls() {
        return recorded.keySet().stream()
                .filter(path -> path.startsWith("/api/now/table/") && !path.startsWith("/api/now/table/sys_d"))
                .map(path -> "url = \"http://127.0.0.1:%d%s\"\n".formatted(port, path))
                .collect(Collectors.joining());
    }

    private static void send(HttpExchange exchange, String text) throws IOException {
        try (exchange) {
            var body = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
