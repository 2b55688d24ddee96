package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.caravana.Caravana;
import io.caravana.execution.checkpoint.Checkpoints;
import io.caravana.execution.checkpoint.Watermarks;
import io.caravana.execution.lease.FencedException;
import io.caravana.execution.lease.Leases;
import io.caravana.execution.recovery.Recovery;
import io.caravana.execution.run.TableLoad;
import io.caravana.execution.run.TableMeters;
import io.caravana.job.JobService;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import io.caravana.simulator.Simulator;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.apache.camel.ProducerTemplate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Two processes on one database, whose timers fire for the same job. */
class OneOfManyTest extends LoadTest {

    private static final Instant NOW = Instant.now();

    private static ConfigurableApplicationContext other;

    @Autowired
    DataSource database;

    @Autowired
    ProducerTemplate routes;

    @Autowired
    Leases leases;

    @Autowired
    Checkpoints checkpoints;

    @Autowired
    Watermarks watermarks;

    @Autowired
    MeterRegistry meters;

    @Autowired
    Recovery recovery;

    @BeforeEach
    void anotherProcess() throws SQLException {
        if (other == null) {
            other = new SpringApplicationBuilder(Caravana.class)
                    .web(WebApplicationType.NONE)
                    .profiles("command")
                    .run(
                            "--caravana.database.url="
                                    + database.unwrap(HikariDataSource.class).getJdbcUrl(),
                            "--caravana.simulator.incidents=400",
                            "--caravana.servicenow.page-size=50",
                            "--caravana.servicenow.max-page-size=50",
                            "--caravana.timers=true",
                            "--caravana.demo=false");
        }
        jdbc.sql("DELETE FROM caravana.timer_turn").update();
        jdbc.sql("DELETE FROM caravana.servicenow_execution_log WHERE status <> 'running'")
                .update();
    }

    @AfterAll
    static void stop() {
        other.close();
        other = null;
    }

    @Test
    void timers_that_fire_at_the_same_time_start_one_execution() throws Exception {
        var together = new CyclicBarrier(2);
        var threads = Executors.newFixedThreadPool(2);
        var fired = List.of(routes, other.getBean(ProducerTemplate.class)).stream()
                .<Future<?>>map(process -> threads.submit(() -> {
                    together.await();
                    fire(process, NOW);
                    return null;
                }))
                .toList();
        for (var one : fired) {
            one.get();
        }
        threads.shutdown();
        assertThat(executions.list("choices", null, 10))
                .singleElement()
                .satisfies(execution -> end(execution.executionId()));
    }

    @Test
    void a_timer_whose_clock_is_late_does_not_start_the_job_again() {
        fire(routes, NOW);
        end(executions.list("choices", null, 10).get(0).executionId());
        fire(other.getBean(ProducerTemplate.class), NOW);
        assertThat(executions.list("choices", null, 10)).hasSize(1);
    }

    @Test
    void the_next_time_either_of_them_may_start_it() {
        fire(routes, NOW);
        end(executions.list("choices", null, 10).get(0).executionId());
        fire(other.getBean(ProducerTemplate.class), NOW.plusSeconds(60));
        assertThat(executions.list("choices", null, 10))
                .hasSize(2)
                .allSatisfy(execution -> end(execution.executionId()));
    }

    /** As the timer does in one of the processes. */
    private static void fire(ProducerTemplate process, Instant moment) {
        process.sendBodyAndHeader("direct:start-on-time", "choices", "scheduledFireTime", Date.from(moment));
    }

    @Test
    void a_load_in_a_process_without_web_server_is_cancelled_from_another_one() throws Exception {
        other.getBean(Simulator.class)
                .faults()
                .add(Fault.of(Kind.DELAY).with("millis", "800").on("sys_choice"));
        var id = other.getBean(JobService.class)
                .start("choices", BEGINNING, TODAY)
                .id();

        assertThat(post("/api/executions/" + id + "/cancel").statusCode()).isEqualTo(202);

        assertThat(end(id).status()).isEqualTo("cancelled");
        other.getBean(Simulator.class).faults().clear();
    }

    @Test
    void a_dead_worker_whose_table_is_still_locked_keeps_no_other_from_its_recovery() throws SQLException {
        twoDeadWorkers();
        try (var somebody = database.getConnection()) {
            somebody.setAutoCommit(false);
            somebody.createStatement()
                    .execute("SELECT FROM caravana.table_lease WHERE table_name = 'table 1' FOR SHARE");
            recovery.recover();
            assertThat(runningOfTheDead()).containsExactly("of dead 1");
            somebody.rollback();
        }
        recovery.recover();
        assertThat(runningOfTheDead()).isEmpty();
    }

    /** PostgreSQL waits for ever for what comes into a COPY: no time-out ends that, nor does the end of its statement. */
    @Test
    void the_session_of_a_worker_that_sleeps_in_the_middle_of_a_copy_is_ended() throws SQLException {
        twoDeadWorkers();
        var url = database.unwrap(HikariDataSource.class).getJdbcUrl();
        try (var sleeping = DriverManager.getConnection(url)) {
            sleeping.setAutoCommit(false);
            try (var statement = sleeping.createStatement()) {
                statement.execute("""
                        SELECT pg_advisory_xact_lock_shared(%d, CAST(token AS integer)) FROM caravana.table_lease
                        WHERE table_name = 'table 1' FOR SHARE""".formatted(Recovery.LEASE_LOCK));
                statement.execute("CREATE TEMPORARY TABLE copied (value text)");
            }
            sleeping.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY copied FROM STDIN");
            recovery.recover();
            assertThat(runningOfTheDead()).isEmpty();
        }
    }

    private void twoDeadWorkers() {
        for (var number : List.of(1, 2)) {
            jdbc.sql("INSERT INTO caravana.worker (key, hostname, alive_until) VALUES (?, 'dead', now())")
                    .param(number)
                    .update();
            jdbc.sql("""
                    INSERT INTO caravana.servicenow_execution_log
                      (execution_id, execution_type, started_at, status, hostname, username, instance_key)
                    VALUES (?, ?, now(), 'running', 'dead', '', ?)""").params("of dead " + number, "job " + number, number).update();
            jdbc.sql("INSERT INTO caravana.table_lease (table_name, execution_id, worker_key) VALUES (?, ?, ?)")
                    .params("table " + number, "of dead " + number, number)
                    .update();
        }
    }

    private List<String> runningOfTheDead() {
        return jdbc.sql(
                        "SELECT execution_id FROM caravana.servicenow_execution_log WHERE hostname = 'dead' AND status = 'running'")
                .query(String.class)
                .list();
    }

    @Test
    void a_load_whose_execution_another_process_has_taken_over_writes_nothing_any_more() {
        other.getBean(Simulator.class)
                .faults()
                .add(Fault.of(Kind.DELAY).with("millis", "1000").on("sys_choice"));
        var running = other.getBean(JobService.class).start("choices", BEGINNING, TODAY);
        var table = table("incident");
        var load = new TableLoad(running, table, new TableMeters(meters, running.job(), table.target()));
        for (var write : List.<ThrowingCallable>of(
                () -> leases.take(load), () -> checkpoints.split(load, List.of()), () -> watermarks.end(load))) {
            assertThatThrownBy(write)
                    .isInstanceOf(FencedException.class)
                    .hasMessageStartingWith("lost the lease on incident");
        }
        assertThat(end(running.id()).status()).isEqualTo("success");
    }
}
