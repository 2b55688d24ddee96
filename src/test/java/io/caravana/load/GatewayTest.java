package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.Caravana;
import io.caravana.check.Checks;
import io.caravana.database.TestDatabase;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.execution.log.TableLoadView;
import io.caravana.job.JobService;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.simulator.Request;
import io.caravana.simulator.Simulator;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** What a gateway does on the way, with pages of the default size: it cuts rows, strips headers, refuses long requests. */
@ActiveProfiles("command")
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "spring.config.location=classpath:/,classpath:/config/",
            "CARAVANA_CONFIG_DIR=target/gateway-config",
            "caravana.simulator.data=target/gateway-data",
            "caravana.servicenow.rate-limit=10000"
        })
@DirtiesContext
class GatewayTest {

    private static final int MANY = 2_500;
    private static final List<String> LONG_NAMES = IntStream.range(0, 310)
            .mapToObj("u_rather_long_custom_field_name_%03d"::formatted)
            .toList();

    static {
        try {
            var config = Files.createDirectories(Path.of("target/gateway-config"));
            Files.writeString(config.resolve("application.yaml"), """
                    caravana:
                      jobs:
                        - {name: gateway, threads: 3}
                    """);
            Files.writeString(config.resolve("tables.yaml"), """
                    caravana:
                      tables:
                        - {source: u_many, job: gateway}
                        - {source: u_long, job: gateway}
                        - {source: u_long, target: picked, job: gateway, fields: %s}
                    """.formatted(LONG_NAMES.subList(0, 300)));
            var data = Files.createDirectories(Path.of("target/gateway-data"));
            write(data.resolve("u_many.jsonl.gz"), MANY, List.of());
            write(data.resolve("u_long.jsonl.gz"), 20, LONG_NAMES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, int rows, List<String> more) throws IOException {
        var json = new ObjectMapper();
        try (var out =
                new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
            for (int number = 1; number <= rows; number++) {
                var row = new LinkedHashMap<String, String>();
                row.put("sys_id", "%032x".formatted(number));
                row.put("sys_created_on", "2026-10-01 12:00:00");
                row.put("sys_updated_on", "2026-10-01 12:00:00");
                row.put("number", "N%05d".formatted(number));
                for (var name : more) {
                    row.put(name, name.substring(name.length() - 3) + " of " + number);
                }
                out.write(json.writeValueAsString(row) + "\n");
            }
        }
    }

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        registry.add("caravana.database.url", TestDatabase::url);
    }

    @Autowired
    Simulator simulator;

    @Autowired
    JobService jobs;

    @Autowired
    Checks checks;

    @Autowired
    Executions executions;

    @Autowired
    JdbcClient jdbc;

    @BeforeEach
    void nothing_is_asked() {
        simulator.clearRequests();
    }

    @AfterEach
    void heal() {
        simulator.faults().clear();
    }

    /** By rows an answer has at most, and rows that are hidden, from the first to the last of them. */
    @ParameterizedTest
    @CsvSource({
        "500, 0, 0",
        "999, 0, 0",
        "250, 0, 0",
        "500, 400, 1600",
        "500, 1, 700",
        "500, 2400, 2500",
        "500, 1, 2500"
    })
    void of_answers_that_are_cut_all_rows_come_and_only_what_is_hidden_is_told_as_hidden(int cap, int from, int to) {
        simulator.faults().add(Fault.of(Kind.ROW_CAP).with("rows", "" + cap).on("u_many"));
        if (from > 0) {
            var query = "numberBETWEENN%05d@N%05d".formatted(from, to);
            simulator
                    .faults()
                    .add(Fault.of(Kind.HIDDEN_ROWS).with("query", query).on("u_many"));
        }
        var hidden = from == 0 ? 0 : to - from + 1;
        var many = load().get("u_many");
        assertThat(many.recordsExtracted()).isEqualTo(MANY - hidden);
        assertThat(many.hidden()).isEqualTo(hidden);
        assertThat(many.sourceCount()).isEqualTo(MANY);
        assertThat(many.verdict()).isEqualTo(hidden == 0 ? "complete" : "incomplete");
        assertThat(requests("u_many")).hasSizeLessThan(8 + MANY / cap + hidden / 90);
    }

    @Test
    void without_the_header_that_counts_the_read_ends_and_is_complete() {
        simulator.faults().add(Fault.of(Kind.HEADERS).with("X-Total-Count", ""));
        var many = load().get("u_many");
        assertThat(many.recordsExtracted()).isEqualTo(MANY);
        assertThat(many.verdict()).isEqualTo("complete");
        // pages of 1,000 and 2,000 rows, a recount, and their statistics
        assertThat(requests("u_many")).hasSizeLessThan(8);
    }

    @Test
    void without_any_count_the_read_ends_and_says_that_it_is_not_proven() {
        simulator.faults().add(Fault.of(Kind.HEADERS).with("X-Total-Count", ""));
        simulator.faults().add(Fault.status(403).on("stats/u_many"));
        simulator.faults().add(Fault.of(Kind.ROW_CAP).with("rows", "500").on("u_many"));
        var many = load().get("u_many");
        assertThat(many.recordsExtracted()).isEqualTo(MANY);
        assertThat(many.verdict()).isEqualTo("not counted");
        assertThat(requests("u_many")).hasSizeLessThan(14);
    }

    @Test
    void a_table_with_a_list_of_fields_of_over_10_kb_is_loaded_where_8_kb_are_the_limit() {
        simulator.faults().add(Fault.of(Kind.LONG_LINE));
        var tables = load();
        assertThat(tables.get("u_long").verdict()).isEqualTo("complete");
        assertThat(jdbc.sql("SELECT u_rather_long_custom_field_name_309 FROM servicenow.u_long WHERE number = 'N00020'")
                        .query(String.class)
                        .single())
                .isEqualTo("309 of 20");
        assertThat(requests("u_long")).extracting(Request::status).containsOnly(200);
        assertThat(checks.run(finding -> {}).checks())
                .filteredOn(finding -> finding.name().equals("table u_long"))
                .singleElement()
                .matches(finding -> finding.ok());
    }

    @Test
    void of_a_list_that_is_left_out_only_its_fields_are_carried() {
        load();
        assertThat(jdbc.sql(
                                "SELECT count(*), count(*) FILTER (WHERE column_name >= 'u_rather_long_custom_field_name_300') FROM information_schema.columns WHERE table_schema = 'servicenow' AND table_name = 'picked' AND column_name LIKE 'u_rather%'")
                        .query((row, number) -> List.of(row.getInt(1), row.getInt(2)))
                        .single())
                .containsExactly(300, 0);
    }

    private List<Request> requests(String table) {
        return simulator.requests().stream()
                .filter(request -> request.table().equals(table))
                .toList();
    }

    private Map<String, TableLoadView> load() {
        var id = jobs.start("gateway", null, null).id();
        var ended = await().atMost(Duration.ofMinutes(1))
                .until(() -> executions.find(id).orElseThrow(), ExecutionView::hasEnded);
        assertThat(ended.status()).as(ended.errorMessage()).isEqualTo("success");
        return ended.tables().stream().collect(Collectors.toMap(TableLoadView::table, table -> table));
    }
}
