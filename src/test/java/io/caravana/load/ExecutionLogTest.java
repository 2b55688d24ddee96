package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.catalog.SyncMode;
import io.caravana.execution.log.ExecutionLog;
import io.caravana.execution.recovery.ExecutionRegistry;
import io.caravana.execution.run.Execution;
import io.caravana.execution.run.ExecutionEvent;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;

class ExecutionLogTest extends LoadTest {

    @Autowired
    ExecutionLog log;

    @Autowired
    ExecutionRegistry registry;

    @Test
    void every_column_of_the_log_is_truly_filled() {
        jdbc.sql("DROP TABLE IF EXISTS servicenow.incident").update();
        var execution = loaded("incidents");
        var log = jdbc.sql("SELECT * FROM caravana.servicenow_execution_log WHERE execution_id = ?")
                .param(execution.executionId())
                .query()
                .singleRow();
        assertThat(log).containsEntry("execution_type", "incidents").containsEntry("status", "success");
        assertThat(log.get("start_date")).hasToString(BEGINNING.toString());
        assertThat(log.get("end_date")).hasToString(TODAY.toString());
        var records = execution.tables().stream()
                .mapToLong(table -> table.recordsExtracted())
                .sum();
        assertThat(log).containsEntry("total_records_processed", records).containsEntry("tables_processed", 4);
        var requests = execution.tables().stream()
                .mapToLong(table -> table.apiRequests())
                .sum();
        assertThat(log).containsEntry("total_api_requests", requests).containsEntry("failed_api_requests", 0L);
        assertThat((BigDecimal) log.get("api_success_rate")).isEqualByComparingTo("100");
        var transactions =
                execution.tables().stream().mapToLong(table -> table.pages()).sum() + 4;
        assertThat(log).containsEntry("total_db_transactions", transactions);
        for (var column : new String[] {
            "duration_seconds", "total_api_time_seconds", "db_time_seconds", "json_size_kb", "compressed_size_kb"
        }) {
            assertThat((BigDecimal) log.get(column)).as(column).isPositive();
        }
        assertThat((BigDecimal) log.get("compression_ratio")).isGreaterThan(BigDecimal.valueOf(2));
        assertThat(log.get("records_by_table").toString())
                .contains("\"incident\": " + byTable(execution).get("incident").recordsExtracted());
        assertThat(log.get("hostname").toString()).isNotEmpty();
        assertThat(log)
                .containsEntry("username", System.getProperty("user.name"))
                .containsEntry("error_message", null);
        assertThat(log.get("ended_at")).isNotNull();
        assertThat(log.get("created_at")).isNotNull();
    }

    @Test
    void an_execution_is_in_the_log_while_it_runs() {
        simulator.faults().add(Fault.of(Kind.DELAY).with("millis", "200").on("sys_choice"));
        var id = jobs.start("choices", null, null).id();
        var running = executions.find(id).orElseThrow();
        assertThat(running.status()).isEqualTo("running");
        assertThat(running.endedAt()).isNull();
        assertThat(running.tables()).hasSize(1).allMatch(table -> table.recordsExtracted() == 0);
        assertThat(end(id).status()).isEqualTo("success");
    }

    @Test
    void an_execution_whose_end_could_not_be_noted_does_not_keep_its_job_from_starting() {
        var id = UUID.randomUUID().toString();
        registry.start(new Execution(id, "choices", SyncMode.WINDOW, null, List.of()));
        jdbc.sql("ALTER TABLE caravana.table_load RENAME TO table_load_away").update();
        try {
            assertThatThrownBy(() -> log.write(new ExecutionEvent.Finished(id)))
                    .isInstanceOf(DataAccessException.class);
        } finally {
            jdbc.sql("ALTER TABLE caravana.table_load_away RENAME TO table_load")
                    .update();
        }
        jdbc.sql("UPDATE caravana.servicenow_execution_log SET status = 'error' WHERE execution_id = ?")
                .param(id)
                .update();

        assertThat(end(jobs.start("choices", null, null).id()).status()).isEqualTo("success");
    }

    @Test
    void the_log_is_written_in_order_also_when_tables_fail() {
        simulator.faults().add(Fault.status(403).on("task_sla"));
        var execution = load("incidents");
        var out = jdbc.sql("""
                SELECT count(*) FROM caravana.table_load AS t JOIN caravana.servicenow_execution_log AS e USING (execution_id)
                WHERE e.execution_id = ?
                  AND NOT (e.started_at <= t.started_at AND t.started_at <= t.ended_at AND t.ended_at <= e.ended_at)""").param(execution.executionId()).query(Long.class).single();
        assertThat(out).isZero();
    }

    @Test
    void the_numbers_of_a_table_add_up_to_what_was_extracted() {
        for (var job : periodJobs()) {
            for (var table : loaded(job).tables()) {
                assertThat(table.inserted() + table.updated() + table.unchanged() + table.rejected())
                        .as(table.table())
                        .isEqualTo(table.recordsExtracted());
            }
        }
    }

    @Test
    void an_execution_whose_process_died_is_interrupted_when_the_next_one_starts() {
        var id = UUID.randomUUID().toString();
        jdbc.sql("""
                INSERT INTO caravana.servicenow_execution_log
                  (execution_id, execution_type, started_at, status, hostname, username, instance_key)
                VALUES (?, 'choices', ?, 'running', 'gone', 'nobody', 4711)""").params(id, OffsetDateTime.now().minusHours(1)).update();
        jdbc.sql(
                        "INSERT INTO caravana.table_load (execution_id, table_name, position, status) VALUES (?, 'sys_choice', 0, 'running')")
                .param(id)
                .update();

        loaded("choices");

        var dead = executions.find(id).orElseThrow();
        assertThat(dead.status()).isEqualTo("interrupted");
        assertThat(dead.endedAt()).isNotNull();
        assertThat(dead.tables().get(0).status()).isEqualTo("interrupted");
    }
}
