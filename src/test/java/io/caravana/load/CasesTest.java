package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.Caravana;
import io.caravana.catalog.Catalog;
import io.caravana.catalog.Window;
import io.caravana.check.Checks;
import io.caravana.check.Finding;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.database.TestDatabase;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.execution.log.TableLoadView;
import io.caravana.job.JobService;
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
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Small sources that people have, and accounts that see a part of them: {@code src/test/resources/cases}. */
@ActiveProfiles("command")
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "spring.config.location=classpath:/,classpath:/config/",
            "CARAVANA_CONFIG_DIR=target/cases-config",
            "caravana.simulator.data=target/cases-data",
            "caravana.retry.attempts=2",
            "caravana.retry.first-delay-millis=1",
            "caravana.servicenow.rate-limit=1000",
            "caravana.live.lag=0s",
            "caravana.database.pool-size=6"
        })
@DirtiesContext
class CasesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LONG = "x_acme_it_service_management_customised_application_request_item_line_a";

    static {
        try {
            var config = Files.createDirectories(Path.of("target/cases-config"));
            Files.writeString(config.resolve("application.yaml"), """
                    caravana:
                      jobs:
                        - {name: cases, threads: 2}
                        - {name: views, threads: 1}
                        - {name: live, sync-mode: incremental, threads: 2}
                        - {name: comparison, sync-mode: key-diff, threads: 2}
                    """);
            Files.writeString(config.resolve("tables.yaml"), """
                    caravana:
                      tables:
                        - {source: u_base, job: cases}
                        - {source: incident, job: cases, display-values: labels}
                        - {source: sys_user, job: cases}
                        - {source: %s, target: acme_line, job: cases}
                        - {source: sys_journal_field, job: cases, window-column: sys_created_on}
                        - {source: u_inc_sla_view, job: views}
                        - {source: no_such_table, job: views, enabled: false}
                    """.formatted(LONG));
            var data = Files.createDirectories(Path.of("target/cases-data"));
            for (var name : List.of(
                    "part-of-dictionary", "own-columns", "view-without-sys-id", "long-source-name", "journals")) {
                serve(data, name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has the simulator serve the tables of a case. */
    private static void serve(Path data, String name) throws IOException {
        var tables = JSON.readTree(CasesTest.class.getResourceAsStream("/cases/" + name + ".json"));
        for (var table : tables.properties()) {
            var file = data.resolve(table.getKey() + ".jsonl.gz");
            try (var out =
                    new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
                for (var row : table.getValue()) {
                    out.write(row + "\n");
                }
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
    Executions executions;

    @Autowired
    Checks checks;

    @Autowired
    Catalog catalog;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    ServiceNowAccess access;

    @BeforeEach
    void empty() {
        catalog.tables()
                .forEach(table -> jdbc.sql("DROP TABLE IF EXISTS servicenow." + table.target() + " CASCADE")
                        .update());
        jdbc.sql("TRUNCATE caravana.replica_column, caravana.watermark").update();
    }

    @AfterEach
    void heal() {
        simulator.faults().clear();
    }

    private void hide(String table, String query) {
        simulator.faults().add(Fault.of(Kind.HIDDEN_ROWS).on(table).with("query", query));
    }

    private void barDictionary() {
        simulator.faults().add(Fault.status(403).on("sys_db_object"));
        simulator.faults().add(Fault.status(403).on("sys_dictionary"));
    }

    @Test
    void with_a_part_of_the_dictionary_all_that_rows_have_is_carried_and_the_rest_is_said() {
        hide("sys_dictionary", "name=u_base^elementINu_cost,u_due,u_extra");
        var said = "the dictionary shows this account 8 of 11 columns; carried as the rows have them: "
                + "u_cost (text), u_due (text), u_extra (text)";

        var loaded = load("cases").get("u_base");

        assertThat(loaded.status()).as(loaded.error()).isEqualTo("success");
        assertThat(loaded.notes()).isEqualTo(said);
        assertEqual("u_base", 5);
        assertThat(type("u_base", "opened_at")).isEqualTo("timestamp with time zone");
        assertThat(type("u_base", "u_cost")).isEqualTo("text");
        var finding = finding("u_base");
        assertThat(finding.ok()).isTrue();
        assertThat(finding.detail()).isEqualTo("5 rows; " + said);
        assertThat(finding.advice()).contains("sys_dictionary");
    }

    @Test
    void a_dictionary_that_shrinks_to_a_part_takes_no_column_away_and_stops_no_value() {
        assertThat(load("cases").get("u_base").notes()).isNull();
        assertThat(type("u_base", "u_due")).isEqualTo("date");
        hide("sys_dictionary", "name=u_base^elementINu_due,sys_id");
        var row = new HashMap<>(simulator.rows("u_base").get(0));
        row.put("u_due", "2026-12-24");
        simulator.put("u_base", row);
        try {
            var loaded = load("cases").get("u_base");
            assertThat(loaded.updated()).isEqualTo(1);
            assertThat(loaded.rejected()).isZero();
            assertThat(loaded.notes()).contains("9 of 11 columns", "sys_id (text), u_due (text)");
            assertEqual("u_base", 5);
            assertThat(type("u_base", "u_due")).isEqualTo("date");
        } finally {
            row.put("u_due", "2026-12-01");
            simulator.put("u_base", row);
        }
    }

    @Test
    void without_the_dictionary_the_own_columns_of_a_default_table_are_carried() {
        barDictionary();

        var loaded = load("cases").get("incident");

        assertThat(loaded.status()).as(loaded.error()).isEqualTo("success");
        assertThat(loaded.notes())
                .contains("the dictionary shows this account no columns; types come from Caravana's own descriptor, "
                        + "and these are text: u_risk, u_vendor_ref");
        assertThat(jdbc.sql("SELECT DISTINCT u_risk FROM servicenow.incident")
                        .query(String.class)
                        .list())
                .containsExactly("high");
        assertThat(type("incident", "opened_at")).isEqualTo("timestamp with time zone");
        assertThat(finding("incident").detail()).contains("these are text: u_risk, u_vendor_ref");
    }

    @Test
    void only_references_and_choices_have_a_label_and_a_column_of_an_earlier_replica_is_kept_and_filled() {
        load("cases");
        var labels = jdbc.sql("""
                SELECT column_name FROM information_schema.columns
                WHERE table_name = 'incident' AND column_name LIKE 'dv\\_%' ORDER BY 1""").query(String.class).list();
        assertThat(labels).containsExactly("dv_caller_id", "dv_state");

        jdbc.sql("ALTER TABLE servicenow.incident ADD COLUMN dv_number text").update();
        assertThat(load("cases").get("incident").updated()).isEqualTo(5);
        assertThat(jdbc.sql("SELECT dv_number = number AND dv_state = 'In Progress' FROM servicenow.incident")
                        .query(Boolean.class)
                        .list())
                .containsOnly(true)
                .hasSize(5);
    }

    @Test
    void fields_that_the_dictionary_has_and_no_row_shows_are_said_and_keep_their_values() {
        load("cases");
        simulator.faults().add(Fault.of(Kind.HIDDEN_FIELDS).on("u_base").with("fields", "u_cost,state"));
        var loaded = load("cases").get("u_base");
        assertThat(loaded.unchanged()).isEqualTo(5);
        assertThat(loaded.notes()).startsWith("no row shows state, u_cost, which the dictionary has");
    }

    @Test
    void passwords_are_not_taken_from_rows_that_show_them() {
        for (var barred : List.of(false, true)) {
            if (barred) {
                barDictionary();
            }
            assertThat(load("cases").get("sys_user").recordsExtracted()).isEqualTo(1);
            assertThat(jdbc.sql(
                                    "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'servicenow' AND column_name LIKE '%password%'")
                            .query(Long.class)
                            .single())
                    .as("dictionary barred: %s", barred)
                    .isZero();
            empty();
        }
    }

    @Test
    void a_view_without_sys_id_is_refused_by_name_and_a_check_says_it() {
        hide("sys_dictionary", "name=u_inc_sla_view^element=sys_id");
        simulator.faults().add(Fault.of(Kind.HIDDEN_FIELDS).on("u_inc_sla_view").with("fields", "sys_id"));
        for (var job : List.of("views", "live", "comparison")) {
            var loaded = load(job).get("u_inc_sla_view");
            assertThat(loaded.status()).as(job).isEqualTo("error");
            assertThat(loaded.rejected()).isZero();
            assertThat(loaded.error())
                    .contains("table u_inc_sla_view: its rows come without sys_id. It is a database view")
                    .contains("Give each table that a view joins an entry of its own");
        }
        assertThat(finding("u_inc_sla_view").ok()).isFalse();
        assertThat(finding("u_inc_sla_view").detail()).contains("its rows come without sys_id");
    }

    @Test
    void a_view_whose_sys_id_is_not_unique_is_refused_by_name() {
        var rows = simulator.rows("u_inc_sla_view");
        simulator
                .faults()
                .add(Fault.of(Kind.BAD_VALUE)
                        .on("u_inc_sla_view")
                        .with("sys_id", rows.get(2).get("sys_id"))
                        .with("column", "sys_id")
                        .with("value", rows.get(1).get("sys_id")));
        var loaded = load("views").get("u_inc_sla_view");
        assertThat(loaded.status()).isEqualTo("error");
        assertThat(loaded.error())
                .contains("several of its rows have the sys_id " + rows.get(1).get("sys_id"));
    }

    @Test
    void a_source_whose_name_is_longer_than_postgresql_allows_loads_into_a_short_target() {
        assertThat(LONG).hasSize(71);
        assertThat(load("cases").get("acme_line").inserted()).isEqualTo(1);
    }

    @Test
    void texts_of_journals_are_followed_by_when_they_were_written() {
        assertThat(load("live").get("sys_journal_field").inserted()).isEqualTo(3);
        assertEqual("sys_journal_field", 3);
        var entry = new HashMap<>(simulator.rows("sys_journal_field").get(0));
        entry.put("sys_id", "f".repeat(32));
        entry.put("sys_created_on", Window.raw(java.time.Instant.now().minusSeconds(2)));
        entry.put("value", "called back");
        simulator.put("sys_journal_field", entry);
        try {
            var followed = load("live").get("sys_journal_field");
            assertThat(followed.status()).as(followed.error()).isEqualTo("success");
            assertThat(followed.recordsExtracted()).isEqualTo(1);
            assertThat(followed.inserted()).isEqualTo(1);
            assertEqual("sys_journal_field", 4);
        } finally {
            simulator.delete("sys_journal_field", entry.get("sys_id"));
        }
        var compared = load("comparison").get("sys_journal_field");
        assertThat(compared.status()).as(compared.error()).isEqualTo("success");
        assertThat(compared.deleted()).isEqualTo(1);
        assertEqual("sys_journal_field", 3);
    }

    @Test
    void a_table_that_is_not_enabled_is_not_loaded() {
        assertThat(catalog.tables()).extracting(table -> table.target()).doesNotContain("no_such_table");
        assertThat(load("views")).containsOnlyKeys("u_inc_sla_view");
    }

    private Finding finding(String table) {
        return checks.run(finding -> {}).checks().stream()
                .filter(finding -> finding.name().equals("table " + table))
                .findFirst()
                .orElseThrow();
    }

    private void assertEqual(String table, int rows) {
        var entry = catalog.tables().stream()
                .filter(one -> one.target().equals(table))
                .findFirst()
                .orElseThrow();
        var whole = new Window(LocalDate.of(2020, 1, 1), LocalDate.now(ZoneOffset.UTC), ZoneOffset.UTC);
        assertThat(new Comparison(jdbc, access).assertEqual(entry, whole)).isEqualTo(rows);
    }

    private String type(String table, String column) {
        return jdbc.sql(
                        "SELECT data_type FROM information_schema.columns WHERE table_schema = 'servicenow' AND table_name = ? AND column_name = ?")
                .params(table, column)
                .query(String.class)
                .single();
    }

    private Map<String, TableLoadView> load(String job) {
        var isPeriod = List.of("cases", "views").contains(job);
        var id = jobs.start(
                        job,
                        isPeriod ? LocalDate.of(2020, 1, 1) : null,
                        isPeriod ? LocalDate.now(ZoneOffset.UTC) : null)
                .id();
        var ended = await().atMost(Duration.ofSeconds(60))
                .until(() -> executions.find(id).orElseThrow(), ExecutionView::hasEnded);
        return LoadTest.byTable(ended);
    }
}
