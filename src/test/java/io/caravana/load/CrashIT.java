package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.CaravanaProcess;
import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.database.TestDatabase;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Processes that are killed, stopped and put to sleep in the middle of a load. {@code -Dcaravana.crash.kills=200} makes a
 * long run of the first test, {@code -Dcaravana.crash.seed=2} another one.
 */
class CrashIT {

    private static final String PASSWORD = "of-this-test";
    private static final String FROM =
            LocalDate.now(ZoneOffset.UTC).minusDays(90).toString();
    private static final String TO = LocalDate.now(ZoneOffset.UTC).toString();
    private static final Window WINDOW = new Window(LocalDate.parse(FROM), LocalDate.parse(TO), ZoneOffset.UTC);

    private final Simulator instance = Simulator.start(
            new SimulatorProperties(0, 7, 300, 90, 0, "", "reader", PASSWORD, Duration.ofMillis(5), "", 400),
            Clock.systemUTC());
    private String url = TestDatabase.url();
    private JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource(url));

    @TempDir
    Path temp;

    @AfterEach
    void end() {
        instance.close();
    }

    @Test
    void a_load_that_is_killed_again_and_again_ends_equal_to_the_source_and_stores_each_page_once() throws Exception {
        var kills = Integer.getInteger("caravana.crash.kills", 8);
        var dice = new Random(Integer.getInteger("caravana.crash.seed", 1));
        var killed = 0;
        while (killed < kills) {
            begin();
            while (killed < kills && !isLoaded()) {
                killed += killedAfter(1 + dice.nextInt(6), dice.nextInt(40)) ? 1 : 0;
            }
            finish();
            assertEqual();
        }
    }

    /** Each page is stored, and then the process dies: the simulator has been asked for the next one. */
    @Test
    void a_load_that_is_killed_at_every_page_goes_on_at_the_next_one() throws Exception {
        begin();
        instance.faults().add(Fault.of(Kind.DELAY).with("millis", "100"));
        var runs = 0;
        while (runs < 6 && !isLoaded()) {
            killedAfter(2, 50);
            runs++;
        }
        instance.faults().clear();
        finish();
        assertEqual();
    }

    @Test
    void a_process_that_is_told_to_stop_does_so_in_time_and_its_load_goes_on_with_the_next_start() throws Exception {
        begin();
        instance.faults().add(Fault.of(Kind.DELAY).with("millis", "300").on("incident"));
        try (var caravana = load()) {
            awaitRequests("incident", 2);
            var asked = System.nanoTime();
            caravana.signal("TERM");
            assertThat(caravana.process().waitFor(10, TimeUnit.SECONDS))
                    .as("stopped in 10 s: %s", caravana.output())
                    .isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(10));
            assertThat(caravana.output())
                    .doesNotContain("\tat ")
                    .contains(
                            "Stopped. What is stored stays; 'load incidents",
                            "resumes it after its last page, within 24 h");
        }
        assertThat(one("SELECT status FROM caravana.servicenow_execution_log")).isEqualTo("interrupted");
        assertThat(one("SELECT status || ': ' || error FROM caravana.table_load WHERE table_name = 'incident'"))
                .startsWith("interrupted: the process was stopped");
        instance.faults().clear();
        finish();
        assertEqual();
    }

    @Test
    void a_process_that_slept_while_another_one_took_over_writes_nothing_when_it_wakes_up() throws Exception {
        begin();
        instance.faults().add(Fault.of(Kind.DELAY).with("millis", "400").on("incident"));
        try (var sleeper = load()) {
            awaitRequests("incident", 2);
            sleeper.signal("STOP");
            instance.faults().clear();
            assertThatItWritesNothingWhenItWakesUp(sleeper);
        }
        assertEqual();
    }

    /** Its table was empty: inside of a COPY, PostgreSQL waits for ever for what comes, so whoever takes over ends the session. */
    @Test
    void a_process_that_slept_inside_a_transaction_says_that_it_lost_the_lease() throws Exception {
        begin();
        instance.faults().add(Fault.of(Kind.DELAY).with("millis", "400").on("incident"));
        try (var sleeper = load()) {
            awaitRequests("incident", 2);
            try (var connection = DriverManager.getConnection(url)) {
                connection.setAutoCommit(false);
                connection.createStatement().execute("LOCK TABLE servicenow.incident IN EXCLUSIVE MODE");
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> one("SELECT true FROM pg_locks WHERE NOT granted"
                                        + " AND relation = 'servicenow.incident'::regclass")
                                != null);
                sleeper.signal("STOP");
                instance.faults().clear();
                connection.rollback();
            }
            assertThatItWritesNothingWhenItWakesUp(sleeper);
        }
        assertEqual();
    }

    private void assertThatItWritesNothingWhenItWakesUp(CaravanaProcess sleeper) throws Exception {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> one("SELECT count(*) FROM caravana.worker WHERE alive_until > clock_timestamp()")
                        .equals("0"));
        finish();
        var versions = versions();
        sleeper.signal("CONT");
        assertThat(sleeper.exitCode()).as(sleeper.output()).isZero();
        assertThat(sleeper.output())
                .contains("incident of incidents failed: lost the lease on incident:")
                .doesNotContain("\tat ");
        assertThat(versions()).isEqualTo(versions);
        assertThat(one("SELECT status FROM caravana.servicenow_execution_log")).isEqualTo("success");
    }

    @Test
    void a_second_process_does_not_load_what_another_one_loads() throws Exception {
        begin();
        instance.faults()
                .add(Fault.of(Kind.DELAY).with("millis", "25000").on("incident").at(2));
        try (var first = load()) {
            awaitRequests("incident", 1);
            try (var second = load()) {
                assertThat(second.exitCode()).as(second.output()).isEqualTo(1);
                assertThat(second.output()).contains("the job 'incidents' is running already, as execution");
            }
            assertThat(first.exitCode()).as(first.output()).isZero();
        }
        assertEqual();
    }

    @Test
    void a_load_outlives_a_postgresql_that_is_killed_and_started_again() throws Exception {
        var files = temp.resolve("postgres");
        var port = freePort();
        var killed = postgres(files, port);
        url = killed.getJdbcUrl("postgres", "postgres");
        jdbc = JdbcClient.create(new DriverManagerDataSource(url));
        instance.faults().add(Fault.of(Kind.DELAY).with("millis", "300").on("incident"));
        try (var caravana = load()) {
            awaitRequests("incident", 3);
            kill(files);
            killed.close();
            // what has survived it must let go of the memory first
            var again = Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> postgres(files, port), Objects::nonNull);
            try (again) {
                assertThat(caravana.exitCode()).as(caravana.output()).isZero();
                assertThat(caravana.output()).contains("Trying again, 1 of 6");
                compare();
            }
        }
    }

    private static EmbeddedPostgres postgres(Path files, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(files)
                .setCleanDataDirectory(false)
                .setPort(port)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("unix_socket_directories", "")
                .start();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** With all its children, as a machine that loses its power. */
    private static void kill(Path files) throws Exception {
        var postmaster = ProcessHandle.of(Long.parseLong(
                        Files.readAllLines(files.resolve("postmaster.pid")).get(0)))
                .orElseThrow();
        var children = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        postmaster.onExit().get(10, TimeUnit.SECONDS);
    }

    /** Forgets all that was loaded. */
    private void begin() {
        jdbc.sql("DROP SCHEMA IF EXISTS servicenow CASCADE").update();
        jdbc.sql("DROP SCHEMA IF EXISTS caravana CASCADE").update();
    }

    private boolean isLoaded() {
        return one("SELECT to_regclass('caravana.servicenow_execution_log')") != null
                && "success".equals(one("SELECT max(status) FROM caravana.servicenow_execution_log"));
    }

    private CaravanaProcess load() throws IOException {
        var environment = new HashMap<>(Map.of(
                "SERVICENOW_URL", instance.url().toString(),
                "SERVICENOW_USERNAME", "reader",
                "SERVICENOW_PASSWORD", PASSWORD,
                "DATABASE_URL", url + "&options=-c%20idle_in_transaction_session_timeout=2s",
                "CARAVANA_WORKER_TIMEOUT", "2s",
                "CARAVANA_SERVICENOW_PAGE_SIZE", "60",
                "CARAVANA_SERVICENOW_MAX_PAGE_SIZE", "60"));
        environment.put("CARAVANA_SERVICENOW_PARTITION_THRESHOLD", "200");
        environment.put("CARAVANA_SERVICENOW_PARTITIONS", "4");
        return CaravanaProcess.start(temp, environment, "load", "incidents", "--from", FROM, "--to", TO);
    }

    /** Whether a load was killed, so long after so many requests for rows; false when it was done before. */
    private boolean killedAfter(int requests, int millis) throws Exception {
        instance.clearRequests();
        try (var caravana = load()) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() ->
                            rowRequests() >= requests || !caravana.process().isAlive());
            var isDone = caravana.process().waitFor(millis, TimeUnit.MILLISECONDS);
            caravana.process().destroyForcibly().waitFor();
            assertThat(!isDone || caravana.process().exitValue() == 0)
                    .as(caravana.output())
                    .isTrue();
            return !isDone;
        }
    }

    private long rowRequests() {
        return instance.requests().stream()
                .filter(request -> List.of("incident", "task_sla", "task_time_worked", "incident_task")
                        .contains(request.table()))
                .count();
    }

    private void awaitRequests(String table, int number) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> instance.requests().stream()
                                .filter(request -> request.table().equals(table))
                                .count()
                        >= number);
    }

    /** Loads what is left; a load that was killed when it was done is not begun again. */
    private void finish() throws Exception {
        if (isLoaded()) {
            return;
        }
        try (var caravana = load()) {
            assertThat(caravana.exitCode()).as(caravana.output()).isZero();
        }
    }

    /** The replica is the source, and each row was stored once: none came a second time and was found unchanged. */
    private void assertEqual() {
        compare();
        for (var table : List.of("incident", "incident_sla", "task_time_worked", "incident_task")) {
            assertThat(one("SELECT string_agg(concat_ws(' ', inserted, unchanged, records_extracted, verdict), ', ')"
                            + " FROM caravana.table_load WHERE status = 'success' AND table_name = '" + table + "'"))
                    .as(table)
                    .isEqualTo("%1$s 0 %1$s complete".formatted(one("SELECT count(*) FROM servicenow." + table)));
        }
        assertThat(one("SELECT count(*) FROM caravana.checkpoint")).isEqualTo("0");
        assertThat(one("SELECT count(*) FROM caravana.table_lease")).isEqualTo("0");
    }

    private void compare() {
        var comparison = new Comparison(jdbc, new ServiceNowAccess(instance.url(), "reader", PASSWORD, false));
        for (var table : List.of(
                table("incident", "incident", "opened_at", "", Table.DisplayValues.LABELS),
                table(
                        "task_sla",
                        "incident_sla",
                        "sys_created_on",
                        "task.sys_class_name=incident",
                        Table.DisplayValues.LABELS),
                table("task_time_worked", "task_time_worked", "sys_created_on", "", Table.DisplayValues.NONE))) {
            assertThat(comparison.assertEqual(table, WINDOW)).as(table.target()).isPositive();
        }
    }

    private static Table table(
            String source, String target, String window, String filter, Table.DisplayValues display) {
        return new Table(
                source,
                target,
                "incidents",
                true,
                window,
                filter,
                List.of(),
                display,
                0,
                true,
                false,
                Table.LoggedBy.LIVE,
                Table.OnDelete.HARD,
                null);
    }

    private Map<String, String> versions() {
        var versions = new HashMap<String, String>();
        for (var table : List.of("incident", "incident_sla", "task_time_worked", "incident_task")) {
            versions.put(
                    table,
                    one("SELECT md5(string_agg(sys_id || ctid || xmin, ',' ORDER BY sys_id)) FROM servicenow."
                            + table));
        }
        return versions;
    }

    private String one(String query) {
        return jdbc.sql(query).query((row, number) -> Optional.ofNullable(row.getString(1))).list().stream()
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(null);
    }
}
