package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.Caravana;
import io.caravana.check.Checks;
import io.caravana.database.TestDatabase;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.job.JobService;
import io.caravana.simulator.Simulator;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A database in another encoding than UTF8, as some that have grown old are. */
@DirtiesContext
@ActiveProfiles("command")
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {"caravana.simulator.incidents=10", "caravana.database.pool-size=8"})
class LatinDatabaseTest {

    private static final String QUOTES = "the \u201Cnew\u201D one";

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        registry.add("caravana.database.url", TestDatabase::urlOfLatinDatabase);
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
    JdbcClient jdbc;

    @Test
    void a_text_that_the_encoding_has_no_characters_for_is_rejected_and_the_others_are_stored() {
        var companies = simulator.rows("core_company");
        put(companies.get(1), "caf\u00E9");
        put(companies.get(4), QUOTES);

        var id = jobs.start("configurations", null, null).id();
        await().until(() -> executions.find(id).orElseThrow().hasEnded());

        assertThat(executions.find(id).orElseThrow())
                .extracting(ExecutionView::status, ExecutionView::errorMessage)
                .containsExactly("success", null);
        assertThat(jdbc.sql("SELECT count(*) FROM servicenow.sys_company")
                        .query(Integer.class)
                        .single())
                .isEqualTo(companies.size() - 1);
        assertThat(jdbc.sql("SELECT notes FROM servicenow.sys_company WHERE sys_id = ?")
                        .param(companies.get(1).get("sys_id"))
                        .query(String.class)
                        .single())
                .isEqualTo("caf\u00E9");
        assertThat(jdbc.sql(
                                "SELECT sys_id, reason, CAST(record AS text) AS record FROM caravana.rejected_record WHERE table_name = 'sys_company'")
                        .query()
                        .singleRow())
                .containsEntry("sys_id", companies.get(4).get("sys_id"))
                .hasEntrySatisfying(
                        "reason",
                        reason -> assertThat(reason.toString())
                                .startsWith(
                                        "PostgreSQL: character with byte sequence 0xe2 0x80 0x9c in encoding \"UTF8\""))
                .hasEntrySatisfying(
                        "record",
                        record -> assertThat(record.toString()).contains("\"notes\":\"the \\u201Cnew\\u201D one\""));
    }

    @Test
    void a_check_tells_the_encoding_and_what_it_costs() {
        var database = checks.run(finding -> {}).checks().get(0);
        assertThat(database.ok()).isTrue();
        assertThat(database.detail()).endsWith("in the encoding LATIN1");
        assertThat(database.advice()).contains("ENCODING 'UTF8'");
    }

    private void put(Map<String, String> company, String notes) {
        var changed = new HashMap<>(company);
        changed.put("notes", notes);
        simulator.put("core_company", changed);
    }
}
