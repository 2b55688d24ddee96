package io.caravana.execution.log;

import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Answers questions about executions, running and past, from the execution log. */
@Component("executions")
public class Executions {

    private static final String LOG = """
            SELECT execution_id, execution_type, sync_mode,
              CASE WHEN status = 'running' AND cancel_requested THEN 'cancelling' ELSE status END AS status, start_date, end_date, time_zone, started_at, ended_at,
              coalesce(duration_seconds, round(extract(epoch FROM clock_timestamp() - started_at) - paused_seconds, 3)) AS duration_seconds,
              error_message, hostname, username, NULL AS tables
            FROM caravana.servicenow_execution_log""";

    private static final String TABLES = """
            SELECT table_name AS "table", status, records_extracted, inserted, updated, unchanged, deleted, rejected, pages,
              api_requests, round(extract(epoch FROM coalesce(ended_at, clock_timestamp()) - started_at) - paused_seconds, 3) AS seconds,
              source_count, hidden, verdict, waiting_until,
              waited_pause_seconds, waited_rate_seconds, waited_in_flight_seconds, drift, notes, error
            FROM caravana.table_load WHERE execution_id = ? ORDER BY position""";

    private final JdbcClient jdbc;

    Executions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The executions that began last, first.
     *
     * @param type only those of this job; null: of all
     * @param status only those in this state; null: in any. What is cancelling runs
     * @param before only those that began before this execution; null: from the last one
     */
    public List<ExecutionView> list(String type, String status, String before, int limit) {
        return jdbc.sql("SELECT * FROM (" + LOG + ") AS log\n" + """
                WHERE (:type::text IS NULL OR execution_type = :type) AND (:status::text IS NULL OR status = :status OR :status = 'running' AND status = 'cancelling')
                  AND (:before::text IS NULL OR (started_at, execution_id) < (
                    SELECT started_at, execution_id FROM caravana.servicenow_execution_log WHERE execution_id = :before))
                ORDER BY started_at DESC, execution_id DESC LIMIT :limit""")
                .param("type", type)
                .param("status", status)
                .param("before", before)
                .param("limit", limit)
                .query(ExecutionView.class)
                .list();
    }

    /** The same, from the last one. */
    public List<ExecutionView> list(String type, String status, int limit) {
        return list(type, status, null, limit);
    }

    /** Whether there is an execution of that job, configured or not. */
    public boolean isType(String job) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM caravana.servicenow_execution_log WHERE execution_type = ?)")
                .param(job)
                .query(Boolean.class)
                .single();
    }

    /** One execution with its table loads, in the order of the configuration. */
    public Optional<ExecutionView> find(String id) {
        return jdbc.sql(LOG + " WHERE execution_id = ?")
                .param(id)
                .query(ExecutionView.class)
                .optional()
                .map(execution -> execution.with(tables(id)));
    }

    private List<TableLoadView> tables(String id) {
        return jdbc.sql(TABLES).param(id).query(TableLoadView.class).list();
    }
}
