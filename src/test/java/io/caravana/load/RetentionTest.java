package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.change.ChangeLogRetention;
import io.caravana.execution.log.Retention;
import java.util.Date;
import java.util.List;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** With the lifetimes as they are by default: 90 days, 7 of quiet executions, 30 of changes and notices. */
class RetentionTest extends LoadTest {

    @Autowired
    ChangeLogRetention changes;

    @Autowired
    Retention retention;

    @Autowired
    ProducerTemplate routes;

    @BeforeEach
    void nothingIsKept() {
        for (var table : new String[] {"servicenow_execution_log", "rejected_record"}) {
            jdbc.sql("DELETE FROM caravana." + table).update();
        }
    }

    @Test
    void executions_go_with_their_table_loads_when_they_are_too_old() {
        execution("old", "incidents", 91, "success");
        execution("kept", "incidents", 89, "success");
        retention.cleanUp();
        assertThat(ids("SELECT execution_id FROM caravana.servicenow_execution_log"))
                .containsExactly("kept");
        assertThat(ids("SELECT execution_id FROM caravana.table_load")).containsExactly("kept");
    }

    @Test
    void the_last_execution_of_a_job_and_its_last_success_stay() {
        execution("success before", "incidents", 300, "success");
        execution("last success", "incidents", 200, "success");
        execution("error before", "incidents", 150, "error");
        execution("last", "incidents", 100, "error");
        retention.cleanUp();
        assertThat(ids("SELECT execution_id FROM caravana.servicenow_execution_log"))
                .containsExactlyInAnyOrder("last success", "last");
    }

    @Test
    void executions_that_changed_nothing_go_earlier_if_their_job_takes_no_period() {
        execution("quiet period", "incidents", 8, "success");
        execution("quiet", "live", 8, "success");
        execution("failed", "live", 8, "error");
        execution("busy", "live", 8, "success");
        execution("young", "live", 6, "success");
        execution("last period", "incidents", 1, "success");
        jdbc.sql(
                        "UPDATE caravana.servicenow_execution_log SET start_date = current_date WHERE execution_type = 'incidents'")
                .update();
        jdbc.sql("UPDATE caravana.table_load SET updated = 1 WHERE execution_id = 'busy'")
                .update();
        retention.cleanUp();
        assertThat(ids("SELECT execution_id FROM caravana.servicenow_execution_log"))
                .containsExactlyInAnyOrder("quiet period", "failed", "busy", "young", "last period");
    }

    @Test
    void rejected_records_go_when_they_have_not_come_for_long() {
        rejected("a", 91);
        rejected("b", 89);
        retention.cleanUp();
        assertThat(ids("SELECT sys_id FROM caravana.rejected_record")).containsExactly("b");
    }

    @Test
    void notices_go_when_they_are_too_old() {
        jdbc.sql("""
                INSERT INTO caravana.notice (channel, content, noted_at, try_at)
                SELECT 'gone', '{}', clock_timestamp() - make_interval(days => age), clock_timestamp()
                FROM unnest(ARRAY[29, 31]) AS age""").update();
        retention.cleanUp();
        assertThat(ids("""
                SELECT extract(day FROM clock_timestamp() - noted_at)::text FROM caravana.notice WHERE channel = 'gone'""")).containsExactly("29");
        jdbc.sql("DELETE FROM caravana.notice WHERE channel = 'gone'").update();
    }

    @Test
    void what_a_load_keeps_to_go_on_with_goes_only_when_it_cannot_go_on_any_more() {
        execution("over", "incidents", 3, "interrupted");
        execution("resumable", "incidents", 0, "interrupted");
        for (var id : new String[] {"over", "resumable"}) {
            jdbc.sql("INSERT INTO caravana.seen_page (execution_id, table_name, sys_ids) VALUES (?, 'incident', '{a}')")
                    .param(id)
                    .update();
            jdbc.sql(
                            "INSERT INTO caravana.checkpoint (execution_id, table_name, part, definition) VALUES (?, 'incident', 0, '')")
                    .param(id)
                    .update();
        }
        retention.cleanUp();
        assertThat(ids("SELECT execution_id FROM caravana.seen_page")).containsExactly("resumable");
        assertThat(ids("SELECT execution_id FROM caravana.checkpoint")).containsExactly("resumable");
    }

    @Test
    void days_of_changes_are_dropped_whole_when_they_are_too_old() {
        for (var day : new String[] {"1999", "2999"}) {
            jdbc.sql(
                            "CREATE TABLE caravana.change_log_%s0101 PARTITION OF caravana.change_log FOR VALUES FROM ('%s-01-01') TO ('%s-01-02')"
                                    .formatted(day, day, day))
                    .update();
        }
        changes.cleanUp();
        assertThat(ids("SELECT relname FROM pg_class WHERE relname LIKE 'change_log_%0101'"))
                .containsExactly("change_log_29990101");
        jdbc.sql("DROP TABLE caravana.change_log_29990101").update();
    }

    @Test
    void one_process_cleans_up_for_all() {
        var moment = new Date();
        rejected("before", 91);
        routes.sendBodyAndHeader("direct:clean-up", null, "scheduledFireTime", moment);
        assertThat(ids("SELECT sys_id FROM caravana.rejected_record")).isEmpty();
        rejected("a", 91);
        routes.sendBodyAndHeader("direct:clean-up", null, "scheduledFireTime", moment);
        assertThat(ids("SELECT sys_id FROM caravana.rejected_record")).containsExactly("a");
    }

    private void execution(String id, String job, int days, String status) {
        jdbc.sql("""
                INSERT INTO caravana.servicenow_execution_log
                  (execution_id, execution_type, started_at, ended_at, status, hostname, username, instance_key)
                VALUES (?, ?, now() - make_interval(days => ?), now() - make_interval(days => ?), ?, '', '', 0)""").params(id, job, days, days, status).update();
        jdbc.sql("INSERT INTO caravana.table_load (execution_id, table_name, position) VALUES (?, 'incident', 0)")
                .param(id)
                .update();
    }

    private void rejected(String key, int days) {
        jdbc.sql("""
                INSERT INTO caravana.rejected_record (execution_id, table_name, sys_id, reason, record, first_seen_at, last_seen_at)
                VALUES ('', 'incident', ?, '', '{}', now() - make_interval(days => 200), now() - make_interval(days => ?))""").params(key, days).update();
    }

    private List<String> ids(String query) {
        return jdbc.sql(query).query(String.class).list();
    }
}
