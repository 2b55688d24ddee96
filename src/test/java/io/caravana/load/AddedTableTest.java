package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.Caravana;
import io.caravana.catalog.Catalog;
import io.caravana.catalog.Window;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.database.TestDatabase;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** What a user does who adds a job and a table: an entry in each of the two files, and nothing else. */
@DirtiesContext // its timer fires each second, and must not do so behind the other tests
@SpringBootTest(
        classes = Caravana.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.config.location=classpath:/,classpath:/config/",
            "CARAVANA_CONFIG_DIR=target/added-table-config",
            "caravana.simulator.incidents=10"
        })
class AddedTableTest {

    static {
        try {
            var folder = Files.createDirectories(Path.of("target/added-table-config"));
            Files.writeString(folder.resolve("tables.yaml"), Files.readString(Path.of("config/tables.yaml")) + """
                            - source: cmn_location
                              target: places
                              job: places
                              display-values: all
                            - source: sys_user_group
                              target: hourly_groups
                              job: by-the-clock
                              fields: [name, manager]
                        """);
            Files.writeString(
                    folder.resolve("application.yaml"),
                    Files.readString(Path.of("config/application.yaml"))
                            .replace(
                                    "  jobs:\n",
                                    "  jobs:\n    - name: places\n      threads: 1\n"
                                            + "    - name: by-the-clock\n      cron: '* * * * * ?'\n      verify: true\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        registry.add("caravana.database.url", TestDatabase::url);
    }

    @LocalServerPort
    int port;

    @Autowired
    Executions executions;

    @Autowired
    Catalog catalog;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    ServiceNowAccess access;

    @Test
    void a_thirteenth_table_is_one_entry_and_its_job_has_an_endpoint_of_its_own() throws Exception {
        assertThat(catalog.tables()).hasSize(14);
        var request = HttpRequest.newBuilder(
                        URI.create("http://localhost:%d/api/service-now-new/load-places/".formatted(port)))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var id = new ObjectMapper().readTree(answer.body()).path("execution_id").asText();
        var ended = await().atMost(Duration.ofSeconds(30))
                .until(() -> executions.find(id).orElseThrow(), ExecutionView::hasEnded);
        assertThat(ended.status()).as(ended.errorMessage()).isEqualTo("success");

        var table = catalog.tablesOf(catalog.job("places").orElseThrow()).get(0);
        var today = LocalDate.now(ZoneOffset.UTC);
        var rows = new Comparison(jdbc, access).assertEqual(table, new Window(today, today, ZoneOffset.UTC));
        assertThat(rows).isPositive();
        assertThat(verifies("places")).isFalse();
    }

    @Test
    void a_job_with_a_cron_starts_by_itself_for_yesterday() {
        var started = await().atMost(Duration.ofSeconds(30))
                .until(() -> executions.list("by-the-clock", "success", 1), found -> !found.isEmpty());
        assertThat(started.get(0).startDate())
                .isEqualTo(LocalDate.now(ZoneOffset.UTC).minusDays(1));
        assertThat(started.get(0).endDate())
                .isEqualTo(LocalDate.now(ZoneOffset.UTC).minusDays(1));
    }

    @Test
    void what_a_timer_starts_verifies_where_its_job_says_so() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !executions.list("by-the-clock", "success", 1).isEmpty());
        assertThat(verifies("by-the-clock")).isTrue();
    }

    private boolean verifies(String job) {
        return jdbc.sql("SELECT DISTINCT verifies FROM caravana.servicenow_execution_log WHERE execution_type = ?")
                .param(job)
                .query(Boolean.class)
                .single();
    }

    @Test
    void a_list_of_fields_carries_those_and_what_caravana_goes_by() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !executions.list("by-the-clock", "success", 1).isEmpty());
        assertThat(jdbc.sql("""
                        SELECT column_name FROM information_schema.columns
                        WHERE table_schema = 'servicenow' AND table_name = 'hourly_groups' ORDER BY ordinal_position""").query(String.class).list())
                .containsExactly(
                        "sys_id",
                        "name",
                        "manager",
                        "sys_created_on",
                        "sys_updated_on",
                        "sys_mod_count",
                        "etl_fingerprint",
                        "etl_created_at",
                        "etl_updated_at",
                        "etl_execution_id");
        assertThat(jdbc.sql("SELECT count(name) FROM servicenow.hourly_groups")
                        .query(Long.class)
                        .single())
                .isPositive();
    }
}
