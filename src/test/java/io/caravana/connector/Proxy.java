package io.caravana.connector;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The least of a corporate proxy: it opens tunnels for whoever has its password. */
final class Proxy implements AutoCloseable {

    private final String expected;
    private final ServerSocket listening;
    private final List<String> tunnels = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "proxy");
        thread.setDaemon(true);
        return thread;
    });

    Proxy(String username, String password) throws IOException {
        var pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
        expected = "Proxy-Authorization: Basic " + Base64.getEncoder().encodeToString(pair);
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::listen);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Where tunnels were opened to. */
    List<String> tunnels() {
        return tunnels;
    }

    private void listen() {
        while (!listening.isClosed()) {
            try {
                var client = listening.accept();
                threads.execute(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            var reader =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            for (var lines = request(reader); !lines.isEmpty(); lines = request(reader)) {
                if (lines.contains(expected)) {
                    tunnel(client, lines.get(0).split(" ")[1]);
                    return;
                }
                say(
                        client,
                        "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0");
            }
        } catch (IOException ended) {
            // the client has gone
        }
    }

    private static List<String> request(BufferedReader reader) throws IOException {
        var lines = new ArrayList<String>();
        for (var line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
            lines.add(line);
        }
        return lines;
    }

    private static void say(Socket client, String answer) throws IOException {
        client.getOutputStream().write(("HTTP/1.1 " + answer + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private void tunnel(Socket client, String target) throws IOException {
        tunnels.add(target);
        try (var server = new Socket("localhost", Integer.parseInt(target.split(":")[1]))) {
            say(client, "200 Connection established");
            threads.execute(() -> pump(server, client));
            client.getInputStream().transferTo(server.getOutputStream());
        }
    }

    private static void pump(Socket from, Socket to) {
        try (to;
                InputStream in = from.getInputStream()) {
            in.transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // either side has gone
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        threads.shutdownNow();
    }
}
