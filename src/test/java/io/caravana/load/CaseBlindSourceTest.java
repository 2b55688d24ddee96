package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.caravana.Caravana;
import io.caravana.database.TestDatabase;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.job.JobService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A source that ignores the case of keys, as databases under ServiceNow may, with pairs of keys that differ by case alone. */
@ActiveProfiles("command")
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "spring.config.location=classpath:/,classpath:/config/",
            "CARAVANA_CONFIG_DIR=target/case-blind-config",
            "caravana.servicenow.username=reader",
            "caravana.servicenow.password=of-this-test",
            "caravana.servicenow.page-size=101",
            "caravana.servicenow.max-page-size=101",
            "caravana.servicenow.partitions=4"
        })
@DirtiesContext
class CaseBlindSourceTest {

    /** In its order, in which the keys of a pair are equal. */
    private static final List<String> KEYS = IntStream.range(0, 600)
            .mapToObj("k%05d"::formatted)
            .flatMap(key -> Stream.of(key, key.toUpperCase()))
            .toList();

    private static final HttpServer SOURCE = source();

    private static HttpServer source() {
        try {
            var config = Files.createDirectories(Path.of("target/case-blind-config"));
            Files.writeString(config.resolve("application.yaml"), "caravana: {jobs: [{name: pairs, threads: 1}]}\n");
            Files.writeString(
                    config.resolve("tables.yaml"),
                    "caravana: {tables: [{source: u_pairs, job: pairs, page-size: 101}]}\n");
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", CaseBlindSourceTest::answer);
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        var query = URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8);
        var matching = exchange.getRequestURI().getPath().endsWith("/u_pairs")
                ? KEYS.stream().filter(meets(query)).toList()
                : List.<String>of();
        var limit = Pattern.compile("sysparm_limit=(\\d+)").matcher(query);
        var rows = matching.stream()
                .limit(limit.find() ? Integer.parseInt(limit.group(1)) : KEYS.size())
                .map(key -> Map.of("sys_id", key, "number", "N" + key))
                .toList();
        var body = new ObjectMapper().writeValueAsBytes(Map.of("result", rows));
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("X-Total-Count", Integer.toString(matching.size()));
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static Predicate<String> meets(String query) {
        return Pattern.compile("sys_id(>=|>|<|IN)([^^&]+)")
                .matcher(query)
                .results()
                .<Predicate<String>>map(condition -> {
                    var value = condition.group(2);
                    return switch (condition.group(1)) {
                        case ">=" -> key -> key.compareToIgnoreCase(value) >= 0;
                        case ">" -> key -> key.compareToIgnoreCase(value) > 0;
                        case "<" -> key -> key.compareToIgnoreCase(value) < 0;
                        default -> key -> Arrays.stream(value.split(",")).anyMatch(key::equalsIgnoreCase);
                    };
                })
                .reduce(key -> true, Predicate::and);
    }

    @DynamicPropertySource
    static void ends(DynamicPropertyRegistry registry) {
        registry.add("caravana.database.url", TestDatabase::url);
        registry.add(
                "caravana.servicenow.url",
                () -> "http://127.0.0.1:" + SOURCE.getAddress().getPort());
    }

    @AfterAll
    static void stop() {
        SOURCE.stop(0);
    }

    @Autowired
    JobService jobs;

    @Autowired
    Executions executions;

    @Autowired
    JdbcClient jdbc;

    /** Pages of an odd number of rows end between the keys of a pair. */
    @Test
    void rows_whose_keys_differ_by_case_alone_are_loaded_whole_and_counted_once() {
        for (var isFirst : List.of(true, false)) {
            var id = jobs.start("pairs", null, null).id();
            var load = await().atMost(Duration.ofSeconds(60))
                    .until(() -> executions.find(id).orElseThrow(), ExecutionView::hasEnded);
            assertThat(load.status()).as(load.errorMessage()).isEqualTo("success");
            var table = load.tables().get(0);
            assertThat(table.verdict()).as(table.notes()).isEqualTo("complete");
            assertThat(table.recordsExtracted()).isEqualTo(KEYS.size());
            assertThat(isFirst ? table.inserted() : table.unchanged()).isEqualTo(KEYS.size());
            assertThat(jdbc.sql("SELECT sys_id FROM servicenow.u_pairs ORDER BY sys_id")
                            .query(String.class)
                            .list())
                    .containsExactlyInAnyOrderElementsOf(KEYS);
        }
    }
}
