package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.caravana.catalog.Window;
import io.caravana.database.StoppableDatabase;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.recovery.JobRunningException;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** PostgreSQL is stopped for longer than any step is tried again, and comes back: nothing has to be started anew. */
@Import(DatabaseOutageTest.ShortWait.class)
class DatabaseOutageTest extends LoadTest {

    private static final StoppableDatabase DATABASE = new StoppableDatabase();

    /** How long a step waits for a connection. It is tried 3 times again, with pauses of some milliseconds. */
    private static final Duration WAIT = Duration.ofMillis(400);

    private static final Duration SIX_TIMES_THE_BUDGET = WAIT.multipliedBy(4).multipliedBy(6);

    @Autowired
    HikariDataSource pool;

    @DynamicPropertySource
    static void stoppable(DynamicPropertyRegistry registry) {
        registry.add("test.database.url", DATABASE::url);
    }

    /** Before the pool is made: what is set later counts only from Hikari's next look on, half a minute later. */
    @TestConfiguration
    static class ShortWait {
        @Bean
        static BeanPostProcessor shortWait() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessBeforeInitialization(Object bean, String name) {
                    if (bean instanceof HikariDataSource database) {
                        database.setConnectionTimeout(WAIT.toMillis());
                    }
                    return bean;
                }
            };
        }
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.table_lease")
                        .query(Long.class)
                        .single())
                .as("leases")
                .isZero();
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.servicenow_execution_log WHERE status = 'running'")
                        .query(Long.class)
                        .single())
                .as("running executions")
                .isZero();
        assertThat(jdbc.sql("SELECT count(*) FROM caravana.table_load WHERE status IN ('pending', 'running')")
                        .query(Long.class)
                        .single())
                .as("table loads under way")
                .isZero();
        for (var job : periodJobs()) {
            loaded(job);
        }
    }

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @Test
    void a_load_that_loses_the_database_ends_as_interrupted_and_resumes_when_it_is_back() {
        slow("incident");
        var id = jobs.start("incidents", BEGINNING, TODAY).id();
        await().until(() ->
                byTable(executions.find(id).orElseThrow()).get("incident").pages() > 0);

        outage();

        var ended = ended(id);
        assertThat(ended.status()).isEqualTo("interrupted");
        assertThat(byTable(ended).get("incident").status()).isEqualTo("interrupted");
        jobs.resume();
        var resumed = end(id);
        assertThat(resumed.status()).as(resumed.errorMessage()).isEqualTo("success");
        assertThat(comparison().assertEqual(table("incident"), new Window(BEGINNING, TODAY, ZoneOffset.UTC)))
                .isPositive();
    }

    @Test
    void a_start_without_the_database_fails_and_leaves_nothing() {
        DATABASE.stop();
        assertThatThrownBy(() -> jobs.start("choices", null, null)).isNotInstanceOf(JobRunningException.class);
        back();
    }

    @Test
    void a_load_that_loses_the_database_before_its_end_is_noted_ends_when_it_is_back() {
        loaded("choices");
        simulator.clearRequests();
        var pages = loaded("choices").tables().get(0).pages();
        // the last request counts the rows again: what is left to do then is the reconcile and the end
        var last = (int) requests("sys_choice");
        simulator
                .faults()
                .add(Fault.of(Kind.DELAY)
                        .with("millis", "1500")
                        .on("sys_choice")
                        .at(last));
        var id = jobs.start("choices", null, null).id();
        await().until(() -> executions.find(id).orElseThrow().tables().get(0).pages() == pages);

        outage();

        var ended = ended(id);
        assertThat(ended.status()).isEqualTo("interrupted");
        assertThat(ended.tables().get(0).pages()).isPositive();
    }

    @Test
    void a_cancelled_load_that_loses_the_database_ends_as_cancelled_when_it_is_back() throws Exception {
        slow("incident");
        var id = jobs.start("incidents", BEGINNING, TODAY).id();
        await().until(() ->
                byTable(executions.find(id).orElseThrow()).get("incident").pages() > 0);
        post("/api/executions/" + id + "/cancel");

        outage();

        assertThat(ended(id).status()).isEqualTo("cancelled");
    }

    @Test
    void a_start_that_was_not_answered_is_not_in_the_way_of_the_next_one() {
        loaded("choices");
        var id = UUID.randomUUID().toString();
        jdbc.sql("""
                INSERT INTO caravana.servicenow_execution_log
                  (execution_id, execution_type, started_at, status, hostname, username, instance_key)
                SELECT ?, execution_type, clock_timestamp(), 'running', hostname, username, instance_key
                FROM caravana.servicenow_execution_log WHERE execution_type = 'choices' LIMIT 1""").param(id).update();
        jdbc.sql("INSERT INTO caravana.table_load (execution_id, table_name, position) VALUES (?, 'sys_choice', 0)")
                .param(id)
                .update();
        jdbc.sql("""
                INSERT INTO caravana.table_lease (table_name, execution_id, worker_key)
                SELECT 'sys_choice', execution_id, instance_key FROM caravana.servicenow_execution_log WHERE execution_id = ?""").param(id).update();

        loaded("choices");

        assertThat(executions.find(id).orElseThrow().status()).isEqualTo("interrupted");
    }

    /** After a connection broke PostgreSQL may keep the session, and its lock, for hours. */
    @Test
    void the_end_of_a_former_session_of_this_worker_does_not_make_it_look_dead() throws Exception {
        loaded("choices");
        var first = sessionLock();
        try (var former = DriverManager.getConnection(DATABASE.url());
                var lock = former.prepareStatement("SELECT pg_advisory_lock(?)")) {
            // gets the lock when this worker's connection is gone, as a session that PostgreSQL has kept
            lock.setLong(1, first);
            var locked = CompletableFuture.runAsync(() -> execute(lock));
            await().until(this::isOneWaiting);
            jdbc.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
                    .query()
                    .listOfRows();
            locked.join();

            loaded("choices");

            assertThat(sessionLock()).isNotEqualTo(first);
        }
        await().until(() -> isFree(first));
        assertThat(isFree(sessionLock()))
                .as("the lock by which others see that it is alive")
                .isFalse();
    }

    private long sessionLock() {
        return jdbc.sql("""
                SELECT session_lock FROM caravana.worker
                WHERE key = (SELECT instance_key FROM caravana.servicenow_execution_log ORDER BY started_at DESC LIMIT 1)""").query(Long.class).single();
    }

    private boolean isOneWaiting() {
        return jdbc.sql("SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                .query(Boolean.class)
                .single();
    }

    private boolean isFree(long lock) {
        return jdbc.sql("SELECT pg_try_advisory_xact_lock(?)")
                .param(lock)
                .query(Boolean.class)
                .single();
    }

    private static void execute(PreparedStatement statement) {
        try {
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_table_of_an_execution_that_has_ended_is_taken_over() {
        var id = loaded("choices").executionId();
        jdbc.sql("""
                INSERT INTO caravana.table_lease (table_name, execution_id, worker_key)
                SELECT 'sys_choice', execution_id, instance_key FROM caravana.servicenow_execution_log WHERE execution_id = ?""").param(id).update();

        assertThat(loaded("choices").tables()).hasSize(1);
    }

    private void slow(String table) {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "700").on(table));
    }

    private long requests(String table) {
        return simulator.requests().stream()
                .filter(request -> request.table().equals(table))
                .count();
    }

    /** Stops PostgreSQL for six times as long as a step is tried again: it takes a moment to stop. */
    private void outage() {
        DATABASE.stop();
        await().pollDelay(SIX_TIMES_THE_BUDGET)
                .atMost(SIX_TIMES_THE_BUDGET.plusSeconds(1))
                .until(() -> true);
        back();
        simulator.faults().clear();
    }

    private void back() {
        DATABASE.start();
        pool.getHikariPoolMXBean().softEvictConnections();
        // it listens a moment before it answers
        await().ignoreExceptions()
                .until(() -> jdbc.sql("SELECT true").query(Boolean.class).single());
    }

    /** An execution, when its end is noted; while PostgreSQL starts, it refuses. */
    private ExecutionView ended(String id) {
        return await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> executions.find(id).orElseThrow(), ExecutionView::hasEnded);
    }
}
