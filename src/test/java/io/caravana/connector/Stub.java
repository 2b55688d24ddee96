package io.caravana.connector;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A server that is not ServiceNow: a session broker, a token server that lies, a host one is led to. */
public final class Stub implements AutoCloseable {

    private final HttpServer server;
    private final List<Headers> received = new CopyOnWriteArrayList<>();
    private final List<String> paths = new CopyOnWriteArrayList<>();
    private final Map<String, String> always = new ConcurrentHashMap<>();

    /** An answer; the location is null where it leads nowhere. */
    public record Reply(int status, String contentType, String body, String location) {
        public static Reply json(String body) {
            return new Reply(200, "application/json", body, null);
        }
    }

    public Stub(Function<String, Reply> answer) {
        this(http(), answer);
    }

    Stub(HttpServer server, Function<String, Reply> answer) {
        this.server = server;
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "stub");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", exchange -> {
            received.add(exchange.getRequestHeaders());
            paths.add(exchange.getRequestURI().getPath());
            var request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var reply = answer.apply(request);
            var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", reply.contentType());
            always.forEach(exchange.getResponseHeaders()::set);
            if (reply.location() != null) {
                exchange.getResponseHeaders().set("Location", reply.location());
            }
            exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
            try (exchange;
                    var out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        });
        server.start();
    }

    private static HttpServer http() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends a header with every answer. */
    Stub with(String header, String value) {
        always.put(header, value);
        return this;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port());
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** The path of each request. */
    List<String> paths() {
        return paths;
    }

    /** The headers of each request. */
    public List<Headers> received() {
        return received;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
