import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Holds many streams of the desk open, commits changes one after another, and prints how long it takes until a browser hears of one. With the
 * PostgreSQL driver on the class path: java bench/Streams.java SERVER JDBC-URL STREAMS CHANGES
 */
final class Streams {

    private static final ConcurrentHashMap<String, Long> COMMITTED = new ConcurrentHashMap<>();
    private static final ConcurrentLinkedQueue<Long> MILLIS = new ConcurrentLinkedQueue<>();

    public static void main(String[] arguments) throws Exception {
        var streams = Integer.parseInt(arguments[2]);
        var changes = Integer.parseInt(arguments[3]);
        var open = new CountDownLatch(streams);
        for (var number = 0; number < streams; number++) {
            var thread = new Thread(() -> listen(arguments[0] + "/desk-events", open));
            thread.setDaemon(true);
            thread.start();
        }
        if (!open.await(120, TimeUnit.SECONDS)) {
            throw new IllegalStateException(open.getCount() + " streams did not open");
        }
        try (var connection = DriverManager.getConnection(arguments[1], "postgres", "postgres");
                var keys = connection.createStatement();
                var log = connection.prepareStatement("""
                        WITH logged AS (INSERT INTO caravana.change_log (table_name, sys_id, kind, changes, execution_id)
                          VALUES ('incident', ?, 'updated', '{"short_description": ["x", "y"]}', 'bench'))
                        SELECT pg_notify('caravana_changes', 'incident')""")) {
            var found = keys.executeQuery("SELECT sys_id FROM servicenow.incident ORDER BY random() LIMIT " + changes);
            var all = new ArrayList<String>();
            while (found.next()) {
                all.add(found.getString(1));
            }
            for (var key : all) {
                COMMITTED.put(key, System.nanoTime());
                log.setString(1, key);
                log.execute();
                TimeUnit.MILLISECONDS.sleep(700);
            }
        }
        TimeUnit.SECONDS.sleep(5);
        var sorted = MILLIS.stream().sorted().toList();
        System.out.printf("%d streams, %d changes: heard %d of %d, p50 %d ms, p95 %d ms, longest %d ms%n",
                streams, changes, sorted.size(), (long) streams * changes, at(sorted, 50), at(sorted, 95), at(sorted, 100));
    }

    private static long at(List<Long> sorted, int percent) {
        return sorted.isEmpty() ? -1 : sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }

    private static void listen(String address, CountDownLatch open) {
        try {
            var answer = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofInputStream());
            var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
            var isOpen = false;
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!isOpen && line.startsWith("data:")) {
                    isOpen = true;
                    open.countDown();
                }
                var now = System.nanoTime();
                for (var change : COMMITTED.entrySet()) {
                    if (line.contains(change.getKey())) {
                        MILLIS.add((now - change.getValue()) / 1_000_000);
                    }
                }
            }
        } catch (Exception e) {
            System.err.println(e);
        }
    }
}
