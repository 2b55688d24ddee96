package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariDataSource;
import io.caravana.Caravana;
import io.caravana.catalog.Catalog;
import io.caravana.catalog.Window;
import io.caravana.check.Checks;
import io.caravana.database.TestDatabase;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.execution.log.TableLoadView;
import io.caravana.execution.run.Execution;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.simulator.Simulator;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.ProducerTemplate;
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

/**
 * A period means the same rows to the query, to the comparison and to the deletion, whatever the window column holds, and
 * in whatever zone the JVM, the session of the database and {@code caravana.time-zone} are.
 */
@ActiveProfiles("command")
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "spring.config.location=classpath:/,classpath:/config/",
            "CARAVANA_CONFIG_DIR=target/window-column-config",
            "caravana.simulator.data=target/window-column-data",
            "caravana.servicenow.rate-limit=10000"
        })
@DirtiesContext
class WindowColumnTest {

    private static final LocalDate FIRST = LocalDate.of(2026, 11, 1);
    private static final LocalDate LAST = LocalDate.of(2026, 11, 6);

    /** Beginnings and ends of a day in the zones of the test, and what lies between. */
    private static final List<String> TIMES = List.of(
            "00:00:00",
            "00:30:00",
            "02:59:59",
            "03:00:00",
            "09:59:59",
            "10:00:00",
            "14:59:59",
            "15:00:00",
            "22:59:59",
            "23:00:00",
            "23:59:59");

    private static final Predicate<Map<String, String>> NONE = row -> false;

    static {
        try {
            var config = Files.createDirectories(Path.of("target/window-column-config"));
            Files.writeString(config.resolve("application.yaml"), """
                    caravana:
                      jobs:
                        - {name: days, threads: 6}
                        - {name: refused, threads: 2}
                    """);
            // of u_bare the dictionary shows nothing
            Files.writeString(config.resolve("tables.yaml"), """
                    caravana:
                      tables:
                        - {source: u_plan, target: by_day, job: days, window-column: u_day}
                        - {source: u_plan, target: by_moment, job: days, window-column: opened_at}
                        - {source: u_plan, target: by_due, job: days, window-column: u_due}
                        - {source: u_bare, target: by_text_day, job: days, window-column: u_day, fields: [number]}
                        - {source: u_bare, target: by_text_moment, job: days, window-column: opened_at}
                        - {source: u_plan, target: by_number, job: refused, window-column: number}
                        - {source: u_bare, target: by_words, job: refused, window-column: u_words}
                    """);
            var data = Files.createDirectories(Path.of("target/window-column-data"));
            for (var table : List.of("u_plan", "u_bare")) {
                write(data.resolve(table + ".jsonl.gz"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file) throws IOException {
        var json = new ObjectMapper();
        try (var out =
                new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
            out.write(json.writeValueAsString(row("f".repeat(32), "", "", "NONE")) + "\n");
            for (int day = -3; day < 11; day++) {
                for (int time = 0; time < TIMES.size(); time++) {
                    var date = FIRST.plusDays(day);
                    var row = row(
                            "%032x".formatted((day + 3) * 100 + time),
                            date.toString(),
                            date + " " + TIMES.get(time),
                            "N%04d".formatted((day + 3) * 100 + time));
                    out.write(json.writeValueAsString(row) + "\n");
                }
            }
        }
    }

    private static Map<String, String> row(String key, String day, String moment, String number) {
        var row = new LinkedHashMap<String, String>();
        row.put("sys_id", key);
        row.put("sys_created_on", "2026-10-01 12:00:00");
        row.put("sys_updated_on", "2026-10-01 12:00:00");
        row.put("number", number);
        row.put("u_day", day);
        row.put("opened_at", moment);
        row.put("u_due", moment);
        row.put("u_words", "next week");
        return row;
    }

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        registry.add("caravana.database.url", TestDatabase::url);
    }

    @Autowired
    Simulator simulator;

    @Autowired
    ProducerTemplate routes;

    @Autowired
    Executions executions;

    @Autowired
    Catalog catalog;

    @Autowired
    Checks checks;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    HikariDataSource pool;

    private final TimeZone ofThisMachine = TimeZone.getDefault();

    @BeforeEach
    void hide_one_table_from_the_dictionary() {
        simulator.faults().add(Fault.of(Kind.HIDDEN_ROWS).on("sys_db_object").with("query", "name=u_bare"));
        simulator.faults().add(Fault.of(Kind.HIDDEN_ROWS).on("sys_dictionary").with("query", "name=u_bare"));
        simulator.rows("sys_dictionary").stream()
                .filter(entry -> entry.get("name").equals("u_plan"))
                .filter(entry -> entry.get("element").equals("u_due"))
                .forEach(entry -> {
                    var due = new HashMap<>(entry);
                    due.put("internal_type", "due_date");
                    simulator.put("sys_dictionary", due);
                });
    }

    @AfterEach
    void heal() {
        liveIn(ofThisMachine);
        simulator.faults().clear();
        jdbc.sql("SELECT format('DROP TABLE servicenow.%I', tablename) FROM pg_tables WHERE schemaname = 'servicenow'")
                .query(String.class)
                .list()
                .forEach(drop -> jdbc.sql(drop).update());
    }

    /** The JVM's zone; the sessions of the database have it from there. */
    private void liveIn(TimeZone zone) {
        TimeZone.setDefault(zone);
        pool.getHikariPoolMXBean().softEvictConnections();
    }

    @ParameterizedTest
    @CsvSource({
        "UTC, UTC",
        "UTC, America/Sao_Paulo",
        "UTC, Asia/Tokyo",
        "Europe/Berlin, UTC",
        "Europe/Berlin, Europe/Berlin",
        "America/Sao_Paulo, UTC",
        "America/Sao_Paulo, America/Sao_Paulo",
        "Pacific/Kiritimati, America/Sao_Paulo"
    })
    void a_period_has_the_same_rows_for_the_query_and_the_deletion(String machine, String zone) {
        liveIn(TimeZone.getTimeZone(machine));
        var whole = new Window(FIRST, LAST, ZoneId.of(zone));
        var part = new Window(FIRST.plusDays(1), FIRST.plusDays(2), ZoneId.of(zone));

        load("days", whole);
        assertRows(whole, NONE);

        // nothing has changed, so nothing goes
        assertThat(load("days", part).values()).allSatisfy(table -> {
            assertThat(table.status()).as(table.error()).isEqualTo("success");
            assertThat(table.deleted()).as(table.table()).isZero();
            assertThat(table.unchanged()).as(table.table()).isPositive();
        });
        assertRows(whole, NONE);

        // of each day a row goes; a load of two days finds those of these days, to the last second
        var gone = simulator.rows("u_plan").stream()
                .filter(row -> List.of("00:00:00", "03:00:00", "02:59:59", "15:00:00", "23:00:00", "23:59:59")
                        .contains(timeOf(row)))
                .toList();
        gone.forEach(row -> List.of("u_plan", "u_bare").forEach(table -> simulator.delete(table, row.get("sys_id"))));
        try {
            load("days", part);
            var keys = gone.stream().map(row -> row.get("sys_id")).collect(Collectors.toSet());
            assertRows(whole, row -> keys.contains(row.get("sys_id")), part, gone);
        } finally {
            gone.forEach(row -> List.of("u_plan", "u_bare").forEach(table -> simulator.put(table, row)));
        }
    }

    private static String timeOf(Map<String, String> row) {
        return row.get("opened_at").isEmpty() ? "" : row.get("opened_at").substring(11);
    }

    private void assertRows(Window whole, Predicate<Map<String, String>> isGone) {
        assertRows(whole, isGone, null, List.of());
    }

    private void assertRows(
            Window whole, Predicate<Map<String, String>> isGone, Window taken, List<Map<String, String>> more) {
        var rows = new TreeSet<Map<String, String>>(
                (one, other) -> one.get("sys_id").compareTo(other.get("sys_id")));
        rows.addAll(simulator.rows("u_plan"));
        rows.addAll(more);
        for (var table : List.of("by_day", "by_moment", "by_due", "by_text_day", "by_text_moment")) {
            var expected = new TreeSet<String>();
            for (var row : rows) {
                var isDay = table.endsWith("day");
                var wasTaken = taken != null && isGone.test(row) && isIn(taken, row, isDay);
                if (isIn(whole, row, isDay) && !wasTaken) {
                    expected.add(row.get("number"));
                }
            }
            assertThat(numbers(table)).as(table).isEqualTo(expected);
        }
    }

    /** What the days of a period mean, said without the class under test. */
    private static boolean isIn(Window window, Map<String, String> row, boolean isDay) {
        if (row.get("u_day").isEmpty()) {
            return false;
        }
        var day = isDay
                ? LocalDate.parse(row.get("u_day"))
                : LocalDateTime.parse(row.get("opened_at").replace(' ', 'T'))
                        .atOffset(ZoneOffset.UTC)
                        .atZoneSameInstant(window.zone())
                        .toLocalDate();
        return !day.isBefore(window.start()) && !day.isAfter(window.end());
    }

    private Set<String> numbers(String table) {
        return new TreeSet<>(jdbc.sql("SELECT number FROM servicenow." + table)
                .query(String.class)
                .list());
    }

    @Test
    void a_window_column_of_which_nothing_is_known_is_stored_as_text() {
        load("days", new Window(FIRST, LAST, ZoneOffset.UTC));
        assertThat(type("by_text_moment", "opened_at")).isEqualTo("text");
        assertThat(type("by_text_day", "u_day")).isEqualTo("text");
        assertThat(type("by_day", "u_day")).isEqualTo("date");
    }

    private String type(String table, String column) {
        return jdbc.sql("SELECT data_type FROM information_schema.columns WHERE table_name = ? AND column_name = ?")
                .params(table, column)
                .query(String.class)
                .single();
    }

    @Test
    void a_window_column_that_is_neither_a_date_nor_a_date_and_time_is_refused_by_name() {
        var tables = load("refused", new Window(FIRST, LAST, ZoneOffset.UTC));
        assertThat(tables.get("by_number").status()).isEqualTo("error");
        assertThat(tables.get("by_number").error())
                .isEqualTo(
                        "table u_plan: the window-column 'number' is a string in ServiceNow, neither a date nor a date and time. Name another one in the table's entry in tables.yaml, or none");
        assertThat(tables.get("by_words").error())
                .isEqualTo(
                        "table u_bare: the window-column 'u_words' holds 'next week', which is neither a date nor a date and time. Name another one in the table's entry in tables.yaml, or none");
    }

    @Test
    void a_check_finds_a_window_column_that_a_load_would_refuse() {
        assertThat(checks.run(finding -> {}).checks())
                .filteredOn(finding -> finding.name().equals("table by_number"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.ok()).isFalse();
                    assertThat(finding.detail()).contains("the window-column 'number' is a string in ServiceNow");
                });
    }

    @Test
    void a_text_that_cannot_be_compared_refuses_the_load_before_anything_is_read() {
        var window = new Window(FIRST, LAST, ZoneOffset.UTC);
        load("days", window);
        jdbc.sql("UPDATE servicenow.by_text_moment SET opened_at = '01/11/2026 00:30' WHERE number = 'N0301'")
                .update();
        var table = load("days", window).get("by_text_moment");
        assertThat(table.status()).isEqualTo("error");
        assertThat(table.pages()).isZero();
        assertThat(table.error())
                .startsWith("the window column \"opened_at\" of \"servicenow\".\"by_text_moment\" is text, and holds")
                .contains("'01/11/2026 00:30'")
                .contains("%032x".formatted(301));
    }

    @Test
    void a_replica_column_of_another_kind_than_its_source_refuses_the_load_and_says_what_to_do() {
        var window = new Window(FIRST, LAST, ZoneOffset.UTC);
        load("days", window);
        jdbc.sql("ALTER TABLE servicenow.by_day ALTER u_day TYPE timestamptz USING u_day::timestamptz")
                .update();
        var rows = numbers("by_day");
        var table = load("days", window).get("by_day");
        assertThat(table.status()).isEqualTo("error");
        assertThat(table.error())
                .startsWith(
                        "the window column \"u_day\" of \"servicenow\".\"by_day\" is timestamp with time zone, while it holds days in ServiceNow")
                .contains("Rebuild the table");
        assertThat(numbers("by_day")).isEqualTo(rows);
    }

    private Map<String, TableLoadView> load(String job, Window window) {
        var asked = catalog.job(job).orElseThrow();
        var id = UUID.randomUUID().toString();
        routes.sendBody("direct:start-job", new Execution(id, job, asked.syncMode(), window, catalog.tablesOf(asked)));
        return await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> executions.find(id).orElseThrow(), ExecutionView::hasEnded)
                .tables()
                .stream()
                .collect(Collectors.toMap(TableLoadView::table, table -> table));
    }
}
