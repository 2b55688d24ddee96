package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.Caravana;
import io.caravana.check.Checks;
import io.caravana.check.Finding;
import io.caravana.database.TestDatabase;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.execution.log.TableLoadView;
import io.caravana.job.JobService;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.simulator.Simulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** What happens to a table whose entry names a field that is not there. ServiceNow would answer with more rows. */
@ActiveProfiles("command")
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "spring.config.location=classpath:/,classpath:/config/",
            "CARAVANA_CONFIG_DIR=target/checked-fields-config",
            "caravana.simulator.incidents=60",
            "caravana.servicenow.rate-limit=1000",
            "caravana.database.pool-size=6"
        })
@DirtiesContext
class CheckedFieldsTest {

    /** The rows of a request that only looks whether a field is there. */
    private static final String LOOK = "10";

    static {
        try {
            var folder = Files.createDirectories(Path.of("target/checked-fields-config"));
            Files.writeString(folder.resolve("application.yaml"), """
                    caravana:
                      jobs:
                        - {name: fields, threads: 2}
                        - {name: unknown, threads: 1}
                    """);
            Files.writeString(folder.resolve("tables.yaml"), """
                    caravana:
                      tables:
                        - {source: incident, target: right, job: fields, window-column: opened_at,
                           filter: "active=true^ORcaller_id.department.nameISNOTEMPTY^NQpriority=1^EQ",
                           fields: [number, assignment_group.manager.name, parent.ref_incident.caller_id]}
                        - {source: incident, target: filter, job: fields, filter: "actve=true"}
                        - {source: incident, target: second_query, job: fields, filter: "active=true^NQpriorty=1"}
                        - {source: incident, target: field, job: fields, fields: [numbr]}
                        - {source: incident, target: window_column, job: fields, window-column: opend_at}
                        - {source: incident, target: operator, job: fields, filter: "stateRESEMBLES1"}
                        - {source: incident, target: walk, job: fields, filter: "caller_id.departmnt.name=IT"}
                        - {source: incident, target: through_text, job: fields, filter: "number.name=IT"}
                        - {source: sys_choice, target: own_field, job: unknown, filter: "inactive=false^ORu_colour=red"}
                    """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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

    @BeforeEach
    void forget() {
        simulator.clearRequests();
    }

    @AfterEach
    void heal() {
        simulator.faults().clear();
    }

    @Test
    void a_field_that_is_not_there_stops_its_table_before_the_first_row_and_no_other() {
        var tables = load("fields");
        assertThat(tables.get("right").status()).as(tables.get("right").error()).isEqualTo("success");
        assertThat(tables.get("right").recordsExtracted()).isPositive();

        assertThat(error(tables, "filter"))
                .isEqualTo(
                        "table incident has no field 'actve' (filter). Did you mean 'active'? Correct the table's entry in tables.yaml");
        assertThat(error(tables, "second_query")).contains("'priorty' (filter). Did you mean 'priority'?");
        assertThat(error(tables, "field")).contains("'numbr' (fields). Did you mean 'number'?");
        assertThat(error(tables, "window_column")).contains("'opend_at' (window-column). Did you mean 'opened_at'?");
        assertThat(error(tables, "operator"))
                .startsWith("table incident, filter: the part 'stateRESEMBLES1' is not supported here: ");
        assertThat(error(tables, "walk"))
                .contains(
                        "'caller_id.departmnt.name' (filter): sys_user has no 'departmnt'. Did you mean 'department'?");
        assertThat(error(tables, "through_text")).contains("'number.name' (filter): 'number' is no reference");

        var pages = simulator.requests().stream()
                .filter(request -> request.table().equals("incident"))
                .filter(request -> !request.parameters().get("sysparm_limit").equals(LOOK))
                .toList();
        assertThat(pages).hasSize(1);
    }

    @Test
    void without_a_dictionary_the_descriptor_tells() {
        simulator.faults().add(Fault.status(403).on("sys_db_object"));
        simulator.faults().add(Fault.status(403).on("sys_dictionary"));
        var tables = load("fields");
        assertThat(tables.get("right").status()).as(tables.get("right").error()).isEqualTo("success");
        assertThat(error(tables, "filter"))
                .contains("no field 'actve' (filter), or this account may not read it. Did you mean 'active'?");
    }

    @Test
    void what_neither_dictionary_nor_descriptor_know_a_row_tells() {
        simulator.faults().add(Fault.status(403).on("sys_db_object"));
        simulator.faults().add(Fault.status(403).on("sys_dictionary"));
        assertThat(error(load("unknown"), "own_field"))
                .contains("table sys_choice has no field 'u_colour' (filter), or this account may not read it.");

        simulator
                .faults()
                .add(Fault.of(Kind.EXTRA_COLUMN).with("column", "u_colour").on("sys_choice"));
        var table = load("unknown").get("own_field");
        assertThat(table.status()).as(table.error()).isEqualTo("success");
        assertThat(table.recordsExtracted()).isPositive();
    }

    @Test
    void a_check_finds_what_would_stop_a_load() {
        var report = checks.run(finding -> {});
        assertThat(report.ok()).isFalse();
        assertThat(report.checks())
                .filteredOn(finding -> finding.name().equals("table filter"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.ok()).isFalse();
                    assertThat(finding.detail()).contains("no field 'actve' (filter). Did you mean 'active'?");
                });
        assertThat(report.checks())
                .filteredOn(finding -> finding.name().equals("table right"))
                .singleElement()
                .matches(Finding::ok);
    }

    private static String error(Map<String, TableLoadView> tables, String table) {
        assertThat(tables.get(table).status()).as(table).isEqualTo("error");
        assertThat(tables.get(table).pages()).as(table).isZero();
        return tables.get(table).error();
    }

    private Map<String, TableLoadView> load(String job) {
        var today = LocalDate.now(ZoneOffset.UTC);
        var id = jobs.start(job, today.minusDays(90), today).id();
        return await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> executions.find(id).orElseThrow(), ExecutionView::hasEnded)
                .tables()
                .stream()
                .collect(Collectors.toMap(TableLoadView::table, table -> table));
    }
}
