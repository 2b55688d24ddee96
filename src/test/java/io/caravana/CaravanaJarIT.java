package io.caravana;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.connector.Stub;
import io.caravana.database.TestDatabase;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code target/caravana.jar} as a user starts it: a process of its own, from the root of the project. */
class CaravanaJarIT {

    private static final String PASSWORD = "a-secret-of-this-test";

    @TempDir
    Path temp;

    @Test
    void with_nothing_configured_it_shows_its_work_and_a_restart_changes_no_row() throws Exception {
        var environment = Map.of(
                "SERVER_PORT",
                freePort(),
                "CARAVANA_DATA_DIR",
                temp.resolve("data").toString(),
                "CARAVANA_DATABASE_EMBEDDED_PORT",
                freePort(),
                "CARAVANA_SIMULATOR_INCIDENTS",
                "600");
        String first;
        try (var caravana = run(environment)) {
            caravana.awaitOutput("Metrics ");
            assertThat(caravana.output())
                    .contains(
                            "incidents ",
                            "incident_sla",
                            "configurations ",
                            "sys_company",
                            "success",
                            "jdbc:postgresql://",
                            "psql -h",
                            "/swagger-ui/index.html",
                            "/actuator/hawtio",
                            "Using generated security password")
                    .doesNotContain("error");
            assertThat(get(environment, "/actuator/health/readiness")).contains("\"UP\"");
            assertThat(get(environment, "/actuator/prometheus")).contains("camel_exchanges_total");
            first = versions(environment);
        }
        try (var caravana = run(environment)) {
            caravana.awaitOutput("Metrics ");
            assertThat(versions(environment)).isEqualTo(first);
        }
    }

    @Test
    void the_command_line_loads_from_an_instance_and_says_what_it_did() throws Exception {
        try (var instance = instance();
                var caravana =
                        run(towards(instance), "load", "incidents", "--from", "2020-01-01", "--to", "2030-12-31")) {
            assertThat(caravana.exitCode()).as(caravana.output()).isZero();
            assertThat(caravana.output())
                    .containsPattern("incident +success +[\\d,]+ of [\\d,]+ rows +[\\d,]+ rows/s +\\d+ pages")
                    .contains("incidents 2020-01-01..2030-12-31: success in")
                    .containsPattern(
                            "table +status +rows +inserted +updated +unchanged +deleted +rejected +pages +seconds");
        }
    }

    @Test
    void the_command_line_says_why_a_table_failed_and_ends_with_1() throws Exception {
        try (var instance = instance()) {
            instance.faults().add(Fault.status(403).on("core_company"));
            try (var caravana = run(towards(instance), "load", "configurations")) {
                assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
                assertThat(caravana.output())
                        .contains("sys_company: table core_company, page 1", "403")
                        .containsPattern("groups +success")
                        .doesNotContain(PASSWORD, "\tat ");
            }
        }
    }

    @Test
    void by_one_setting_every_line_is_an_object_of_ecs_with_its_execution_and_table_and_without_secrets()
            throws Exception {
        try (var instance = instance()) {
            instance.faults().add(Fault.status(403).on("core_company"));
            var environment = new HashMap<>(towards(instance));
            environment.put("CARAVANA_LOG", "ecs");
            environment.put("LOGGING_LEVEL_IO_CARAVANA", "DEBUG");
            environment.put("LOGGING_LEVEL_ORG_APACHE_CAMEL", "DEBUG");
            environment.put("DATABASE_URL", environment.get("DATABASE_URL") + "&password=" + PASSWORD);
            try (var caravana = run(environment, "load", "configurations")) {
                assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
                assertThat(caravana.output()).doesNotContain(PASSWORD, basic("reader", PASSWORD));
                var lines = new ArrayList<JsonNode>();
                for (var line : caravana.output().lines().toList()) {
                    lines.add(new ObjectMapper().readTree(line));
                }
                assertThat(lines)
                        .hasSizeGreaterThan(100)
                        .allSatisfy(line ->
                                assertThat(line.at("/ecs/version").asText()).isEqualTo("8.11"))
                        .filteredOn(
                                line -> line.at("/message").asText().contains("sys_company of configurations failed"))
                        .singleElement()
                        .satisfies(line -> {
                            assertThat(line.at("/log/level").asText()).isEqualTo("ERROR");
                            assertThat(line.at("/labels/execution_id").asText()).hasSize(36);
                            assertThat(line.at("/labels/job").asText()).isEqualTo("configurations");
                            assertThat(line.at("/labels/table").asText()).isEqualTo("sys_company");
                            assertThat(line.has("error")).isFalse();
                        });
            }
        }
    }

    private static String basic(String user, String secret) {
        return Base64.getEncoder().encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_sign_in_that_is_missing_is_said_before_anything_is_started() throws Exception {
        var environment = Map.of(
                "SERVICENOW_URL",
                "http://127.0.0.1:9",
                "CARAVANA_DATA_DIR",
                temp.resolve("never").toString());
        try (var caravana = run(environment)) {
            assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
            assertThat(caravana.output())
                    .contains("No sign-in is configured: set SERVICENOW_USERNAME and SERVICENOW_PASSWORD")
                    .doesNotContain("\tat ", " java.base@", "WARN", "'debug'", "PostgreSQL", "Error starting")
                    .satisfies(output -> assertThat(output.lines()).hasSizeLessThan(25));
        }
        assertThat(temp.resolve("never")).as("the database").doesNotExist();
    }

    @Test
    void an_empty_database_of_somebody_is_not_filled_with_made_up_rows_unless_that_is_asked_for() throws Exception {
        var database = TestDatabase.url();
        try (var caravana = run(Map.of("DATABASE_URL", database), "load", "choices")) {
            assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
            assertThat(caravana.output())
                    .contains("It is not set, but a DATABASE_URL is", "'simulator'")
                    .doesNotContain("\tat ");
        }
        try (var connection = DriverManager.getConnection(database);
                var rows = connection
                        .createStatement()
                        .executeQuery("SELECT count(*) FROM pg_namespace WHERE nspname = 'caravana'")) {
            rows.next();
            assertThat(rows.getInt(1)).as("schemas").isZero();
        }
        var asked = Map.of("DATABASE_URL", database, "SERVICENOW_URL", "simulator");
        try (var caravana = run(asked, "load", "choices", "--verify")) {
            assertThat(caravana.exitCode()).as(caravana.output()).isZero();
        }
        try (var connection = DriverManager.getConnection(database);
                var rows = connection
                        .createStatement()
                        .executeQuery("SELECT verifies FROM caravana.servicenow_execution_log")) {
            rows.next();
            assertThat(rows.getBoolean(1)).as("verifies").isTrue();
        }
    }

    @Test
    void a_log_format_that_there_is_not_is_said_without_a_stack_trace() throws Exception {
        try (var caravana = run(Map.of("CARAVANA_LOG", "json"))) {
            assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
            assertThat(caravana.output().strip())
                    .isEqualTo(
                            "CARAVANA_LOG is 'json'; it takes ecs, gelf, logstash, or nothing for lines that people read");
        }
    }

    @Test
    void a_port_that_is_taken_is_said_without_a_stack_trace() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var instance = instance()) {
            var environment = new HashMap<>(towards(instance));
            environment.put("SERVER_PORT", String.valueOf(taken.getLocalPort()));
            try (var caravana = run(environment)) {
                assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
                assertThat(caravana.output())
                        .contains("Port " + taken.getLocalPort() + " was already in use")
                        .doesNotContain("\tat ", " java.base@");
            }
        }
    }

    @Test
    void a_check_of_a_right_setup_ends_with_0_and_leaves_the_database_as_it_is() throws Exception {
        try (var instance = instance()) {
            var environment = towards(instance);
            try (var caravana = run(environment, "check")) {
                assertThat(caravana.exitCode()).as(caravana.output()).isZero();
                assertThat(caravana.output().lines()).hasSize(21).allMatch(line -> line.startsWith("ok "));
                assertThat(caravana.output())
                        .containsPattern("table incident +[\\d,]+ rows; types from the dictionary");
            }
            try (var connection = DriverManager.getConnection(environment.get("DATABASE_URL"));
                    var rows = connection
                            .createStatement()
                            .executeQuery(
                                    "SELECT count(*) FROM pg_namespace WHERE nspname IN ('caravana', 'servicenow')")) {
                rows.next();
                assertThat(rows.getInt(1)).isZero();
            }
        }
    }

    @Test
    void a_check_of_a_wrong_setup_ends_with_1_and_says_in_a_line_each_what_to_do() throws Exception {
        try (var instance = instance()) {
            var environment = new HashMap<>(towards(instance));
            environment.put("SERVICENOW_PASSWORD", PASSWORD + "-mistyped");
            try (var caravana = run(environment, "check")) {
                assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
                assertThat(caravana.output())
                        .containsPattern("wrong +sign-in .*401.*Check SERVICENOW_USERNAME and SERVICENOW_PASSWORD")
                        .containsPattern("ok +database ")
                        .doesNotContain(PASSWORD, "\tat ")
                        .hasLineCount(6);
            }
        }
    }

    @Test
    void a_test_of_the_notifications_says_for_each_channel_how_it_went() throws Exception {
        try (var slack = new Stub(request -> Stub.Reply.json("{}"))) {
            var environment = Map.of(
                    "SERVICENOW_URL",
                    "simulator",
                    "DATABASE_URL",
                    TestDatabase.url(),
                    "CARAVANA_NOTIFICATIONS_SLACK_URL",
                    slack.url() + "/services/" + PASSWORD,
                    "CARAVANA_NOTIFICATIONS_WEBHOOK_URL",
                    "http://127.0.0.1:%s/%s".formatted(freePort(), PASSWORD));
            try (var caravana = run(environment, "notify-test")) {
                assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
                assertThat(caravana.output().lines()).hasSize(2);
                assertThat(caravana.output())
                        .startsWith("slack: sent\n")
                        .containsPattern("webhook at 127.0.0.1: .*refused.* Check caravana.notifications.webhook")
                        .doesNotContain(PASSWORD);
            }
            assertThat(slack.received()).hasSize(1);
        }
    }

    @Test
    void a_test_of_notifications_that_are_not_configured_ends_with_1_and_says_what_to_set() throws Exception {
        var environment = Map.of("SERVICENOW_URL", "simulator", "DATABASE_URL", TestDatabase.url());
        try (var caravana = run(environment, "notify-test")) {
            assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
            assertThat(caravana.output())
                    .startsWith("No channel is configured. Set ")
                    .hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "load",
                "load incidents --from yesterday",
                "load incidents --from 2025-02-01 --to 2025-01-31",
                "lode",
                "load incidents more"
            })
    void wrong_arguments_end_with_2_and_a_word_about_them(String arguments) throws Exception {
        try (var caravana = run(Map.of(), arguments.split(" "))) {
            assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(2);
            assertThat(caravana.output()).contains("caravana");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "laod incidents | caravana has no command 'laod'. Did you mean 'load'? The commands are load,",
                "load incidnts | there is no job 'incidnts'; the jobs are incidents, configurations",
                "load incidnts | Did you mean 'incidents'?",
                "load incidents --from 2999-01-01 --to 2999-01-02 | the period begins (2999-01-01) after today",
                "load incidents --from 2025-02-01 --to 2025-01-01 | the period ends (2025-01-01) before it starts (2025-02-01)",
                "load configurations --from 2025-01-01 | the job 'configurations' takes no period",
                "load live --from 2025-01-01 | the job 'live' takes no period",
                "retry-rejected incidents | there is no table 'incidents'; the tables are incident,"
            })
    void wrong_arguments_end_with_2_before_anything_is_started(String arguments, String says) throws Exception {
        var data = temp.resolve("never");
        try (var caravana = run(Map.of("CARAVANA_DATA_DIR", data.toString()), arguments.split(" "))) {
            assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(2);
            assertThat(caravana.output()).contains(says);
        }
        assertThat(data).as("the database").doesNotExist();
    }

    @Test
    void an_unknown_job_ends_with_2_and_the_jobs_there_are() throws Exception {
        try (var instance = instance();
                var caravana = run(towards(instance), "load", "nothing")) {
            assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(2);
            assertThat(caravana.output()).contains("there is no job 'nothing'; the jobs are incidents, configurations");
        }
    }

    @Test
    void the_configuration_comes_from_the_folder_that_is_named() throws Exception {
        var folder = Files.createDirectories(temp.resolve("config"));
        Files.writeString(folder.resolve("application.yaml"), "caravana:\n  jobs:\n    - {name: one, threads: 1}\n");
        Files.writeString(
                folder.resolve("tables.yaml"), "caravana:\n  tables:\n    - {source: sys_choice, job: one}\n");
        try (var instance = instance()) {
            var environment = new HashMap<>(towards(instance));
            environment.put("CARAVANA_CONFIG_DIR", folder.toString());
            try (var caravana = run(environment, "load", "one")) {
                assertThat(caravana.exitCode()).as(caravana.output()).isZero();
            }
        }
    }

    @Test
    void a_start_that_fails_says_why_in_a_few_lines() throws Exception {
        try (var instance = instance()) {
            var environment = new HashMap<>(towards(instance));
            environment.put("DATABASE_URL", "jdbc:postgresql://localhost:1/none?user=x&password=" + PASSWORD);
            try (var caravana = run(environment, "load", "choices")) {
                assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
                assertThat(caravana.output())
                        .contains("Connection to localhost:1 refused")
                        .doesNotContain(PASSWORD, "\tat ")
                        .satisfies(output -> assertThat(output.lines()).hasSizeLessThan(25));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "load choices", "check"})
    void a_misspelt_key_ends_the_start_with_1_and_its_line_and_the_nearest_right_one(String arguments)
            throws Exception {
        var folder = Files.createDirectories(temp.resolve("misspelt"));
        Files.copy(Path.of("config/application.yaml"), folder.resolve("application.yaml"), REPLACE_EXISTING);
        var tables = Files.readString(Path.of("config/tables.yaml"));
        Files.writeString(
                folder.resolve("tables.yaml"),
                tables.replaceFirst("window-column: opened_at", "widow-column: opened_at"));
        var line = tables.lines().toList().indexOf("      window-column: opened_at") + 1;
        var environment = Map.of(
                "CARAVANA_CONFIG_DIR",
                folder.toString(),
                "CARAVANA_DATA_DIR",
                temp.resolve("never").toString());
        try (var caravana = run(environment, arguments.isEmpty() ? new String[0] : arguments.split(" "))) {
            assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
            assertThat(caravana.output())
                    .contains(
                            "%s, line %d: there is no key caravana.tables[0].widow-column. Did you mean 'window-column'?"
                                    .formatted(folder.resolve("tables.yaml"), line))
                    .contains("Caravana could not start")
                    .doesNotContain("\tat ")
                    .satisfies(output -> assertThat(output.lines()).hasSizeLessThan(25));
        }
        assertThat(temp.resolve("never")).as("the database").doesNotExist();
    }

    @Test
    void a_server_that_others_could_reach_without_a_sign_in_does_not_start_and_says_what_to_set() throws Exception {
        var environment = Map.of(
                "SERVER_ADDRESS",
                "0.0.0.0",
                "CARAVANA_DATA_DIR",
                temp.resolve("never").toString());
        try (var caravana = run(environment)) {
            assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(1);
            assertThat(caravana.output())
                    .contains("no sign-in is configured", "SPRING_SECURITY_USER_PASSWORD", "caravana.security.users")
                    .doesNotContain("\tat ");
        }
        assertThat(temp.resolve("never")).as("the database").doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "hash-password, a password of somebody, 0, '\\{bcrypt}\\$2a\\$10\\$[./0-9A-Za-z]{53}'",
        "hash-token, 0123456789abcdef0123456789abcdef, 0, '\\{sha256}[0-9a-f]{64}'",
        "hash-token, short, 1, '.*random and of 32 characters or more.*'"
    })
    void a_hash_is_made_of_what_is_typed(String command, String secret, int exitCode, String says) throws Exception {
        try (var caravana = run(Map.of(), command)) {
            try (var typed = caravana.process().outputWriter()) {
                typed.write(secret + "\n");
            }
            assertThat(caravana.exitCode()).as(caravana.output()).isEqualTo(exitCode);
            assertThat(caravana.output().strip()).matches(says).doesNotContain(secret);
        }
    }

    private static Simulator instance() {
        var properties = new SimulatorProperties(0, 7, 200, 90, 0, "", "reader", PASSWORD, Duration.ZERO, "", 400);
        return Simulator.start(properties, Clock.systemUTC());
    }

    private static Map<String, String> towards(Simulator instance) {
        return Map.of(
                "SERVICENOW_URL",
                instance.url().toString(),
                "SERVICENOW_USERNAME",
                "reader",
                "SERVICENOW_PASSWORD",
                PASSWORD,
                "DATABASE_URL",
                TestDatabase.url());
    }

    private CaravanaProcess run(Map<String, String> environment, String... arguments) throws IOException {
        return CaravanaProcess.start(temp, environment, arguments);
    }

    private static String versions(Map<String, String> environment) throws SQLException {
        var versions = new HashMap<String, String>();
        var url = "jdbc:postgresql://localhost:%s/caravana?user=postgres"
                .formatted(environment.get("CARAVANA_DATABASE_EMBEDDED_PORT"));
        try (var connection = DriverManager.getConnection(url)) {
            for (var table :
                    List.of("incident", "incident_sla", "task_time_worked", "incident_task", "sys_user", "groups")) {
                try (var rows = connection
                        .createStatement()
                        .executeQuery(
                                "SELECT count(*) || md5(string_agg(sys_id || ctid || xmin, ',' ORDER BY sys_id)) FROM servicenow."
                                        + table)) {
                    rows.next();
                    assertThat(rows.getString(1)).as(table).isNotNull();
                    versions.put(table, rows.getString(1));
                }
            }
        }
        return versions.toString();
    }

    private static String get(Map<String, String> environment, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + environment.get("SERVER_PORT") + path))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    private static String freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return String.valueOf(socket.getLocalPort());
        }
    }
}
