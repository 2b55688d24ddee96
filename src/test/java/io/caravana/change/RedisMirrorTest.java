package io.caravana.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.change.ChangeEvent.Id;
import io.caravana.database.TestDatabase;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.StreamEntry;

/** The copy of the change log in a real Redis server, that of Debian's package redis-server. */
class RedisMirrorTest {

    private static final String STREAM = "servicenow:changes";

    @TempDir
    Path folder;

    private final DriverManagerDataSource source = new DriverManagerDataSource(TestDatabase.url());
    private final JdbcClient jdbc = JdbcClient.create(source);
    private final ChangeLog log = new ChangeLog(jdbc, new ObjectMapper());
    private int port;
    private Process server;
    private RedisMirror mirror;

    @BeforeEach
    void start() throws IOException {
        assumeThat(Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(bin -> Files.isExecutable(Path.of(bin, "redis-server"))))
                .as("a redis-server on the PATH: apt-get install redis-server")
                .isTrue();
        Flyway.configure().dataSource(source).defaultSchema("caravana").load().migrate();
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        serve();
        mirror = mirror(1_000);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            mirror.close();
            server.destroyForcibly().onExit().join();
        }
    }

    private RedisMirror mirror(long keep) {
        return new RedisMirror(log, new RedisProperties("redis://localhost:" + port, STREAM, keep, 500));
    }

    private void serve() throws IOException {
        server = new ProcessBuilder(
                        "redis-server",
                        "--port",
                        "" + port,
                        "--bind",
                        "127.0.0.1",
                        "--appendonly",
                        "yes",
                        "--dir",
                        "" + folder)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        await().ignoreExceptions().until(() -> {
            try (var redis = redis()) {
                return "PONG".equals(redis.ping());
            }
        });
    }

    private Jedis redis() {
        return new Jedis("localhost", port);
    }

    @Test
    void the_stream_has_each_change_once_in_order_and_under_the_same_id() {
        log("a", "b");
        mirror.follow();
        log("c");
        mirror.follow();
        mirror.follow();

        assertThat(stream())
                .extracting(entry -> entry.getFields().get("sys_id"))
                .containsExactly("a", "b", "c");
        assertThat(stream()).extracting(entry -> entry.getID().toString()).isEqualTo(ids());
        assertThat(stream().get(2).getFields())
                .containsEntry("table", "incident")
                .containsEntry("kind", "updated")
                .containsEntry("number", "INC-c")
                .containsEntry("changes", "{\"state\":[\"1\",\"6\"]}")
                .doesNotContainKey("company");
    }

    @Test
    void two_workers_that_copy_at_once_double_nothing() throws Exception {
        log(IntStream.range(0, 1_200).mapToObj(number -> "k" + number).toArray(String[]::new));
        var other = mirror(10_000);
        var second = new Thread(other::follow);
        second.start();
        mirror(10_000).follow();
        second.join();
        other.close();

        assertThat(stream()).extracting(entry -> entry.getID().toString()).isEqualTo(ids());
    }

    @Test
    void what_happens_while_redis_is_away_is_added_when_it_is_back() throws Exception {
        log("before");
        mirror.follow();
        server.destroy();
        server.onExit().get();
        log("meanwhile");
        mirror.follow();
        serve();
        log("after");

        await().untilAsserted(() -> {
            mirror.follow();
            assertThat(stream())
                    .extracting(entry -> entry.getFields().get("sys_id"))
                    .containsExactly("before", "meanwhile", "after");
        });
    }

    @Test
    void the_stream_is_trimmed() {
        log(IntStream.range(0, 600).mapToObj(number -> "k" + number).toArray(String[]::new));
        mirror(100).follow();

        // Redis trims whole nodes of a hundred entries
        assertThat(stream()).hasSizeBetween(100, 200);
        assertThat(stream().get(stream().size() - 1).getFields()).containsEntry("sys_id", "k599");
    }

    private void log(String... keys) {
        jdbc.sql("""
                        INSERT INTO caravana.change_log (table_name, sys_id, number, kind, changes, execution_id)
                        SELECT 'incident', key, 'INC-' || key, 'updated', '{"state": ["1", "6"]}', 'test' FROM unnest(CAST(? AS text[])) AS key""").param(keys).update();
    }

    private List<String> ids() {
        return log.after(new Id(0, 0), 10_000).stream()
                .map(event -> event.id().toString())
                .toList();
    }

    private List<StreamEntry> stream() {
        try (var redis = redis()) {
            return redis.xrange(STREAM, "-", "+");
        }
    }
}
