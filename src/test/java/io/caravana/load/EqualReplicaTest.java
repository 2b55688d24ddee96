package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.caravana.catalog.Window;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class EqualReplicaTest extends LoadTest {

    @Autowired
    private DataSource database;

    private final Window whole = new Window(BEGINNING, TODAY, ZoneOffset.UTC);

    @Test
    void after_a_load_replica_and_source_are_equal_value_by_value() {
        for (var job : periodJobs()) {
            loaded(job);
        }
        assertEqual();
    }

    @Test
    void references_and_choices_have_a_label_and_nothing_else_has() {
        loaded("incidents");
        assertThat(columns("incident"))
                .contains(
                        "dv_assigned_to",
                        "dv_assignment_group",
                        "dv_caller_id",
                        "dv_state",
                        "dv_priority",
                        "dv_category")
                .doesNotContain("dv_number", "dv_opened_at", "dv_active", "dv_work_notes", "dv_short_description");
        assertThat(columns("incident_sla"))
                .contains("dv_sla", "dv_task", "dv_stage")
                .doesNotContain("dv_duration");
    }

    @Test
    void the_slas_of_incidents_are_those_of_incidents() {
        loaded("incidents");
        var incidents = simulator.rows("incident").stream()
                .map(row -> row.get("sys_id"))
                .collect(Collectors.toSet());
        var slas = simulator.rows("task_sla");
        var theirs =
                slas.stream().filter(sla -> incidents.contains(sla.get("task"))).count();
        assertThat(theirs).isPositive().isLessThan(slas.size());
        assertThat(count("incident_sla")).isEqualTo(theirs);
    }

    private List<String> columns(String table) {
        return jdbc.sql(
                        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'servicenow' AND table_name = ?")
                .param(table)
                .query(String.class)
                .list();
    }

    @Test
    void a_load_of_the_same_rows_writes_none() {
        periodJobs().forEach(this::loaded);
        var before = catalog.tables().stream().collect(Collectors.toMap(t -> t.target(), t -> versions(t.target())));
        for (var job : periodJobs()) {
            for (var table : loaded(job).tables()) {
                assertThat(table.unchanged()).as(table.table()).isEqualTo(table.recordsExtracted());
                assertThat(table.inserted() + table.updated() + table.deleted())
                        .as(table.table())
                        .isZero();
            }
        }
        before.forEach(
                (table, versions) -> assertThat(versions(table)).as(table).isEqualTo(versions));
    }

    @Test
    void after_changes_at_the_source_a_load_makes_them_equal_again() {
        periodJobs().forEach(this::loaded);
        simulator.change(150);
        var gone = simulator.rows("incident").get(7).get("sys_id");
        simulator.delete("incident", gone);
        for (var job : periodJobs()) {
            loaded(job);
        }
        assertEqual();
        assertThat(jdbc.sql("SELECT count(*) FROM servicenow.incident WHERE sys_id = ?")
                        .param(gone)
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void a_batch_finds_its_rows_by_their_keys_even_in_a_table_that_is_quicker_to_read_whole() throws SQLException {
        loaded("incidents");
        jdbc.sql("UPDATE servicenow.incident SET etl_fingerprint = NULL").update();
        jdbc.sql("ANALYZE servicenow.incident").update();
        noteScans();
        // until it has told them, a session takes the scans of its last second for those of its transaction
        database.unwrap(HikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
        try {
            loaded("incidents");
            var scans = jdbc.sql("SELECT max(whole), sum(by_key) FROM public.scans")
                    .query()
                    .singleRow();
            assertThat(scans.get("max")).isEqualTo(0L);
            assertThat(((Number) scans.get("sum")).longValue()).isGreaterThanOrEqualTo(count("incident"));
        } finally {
            jdbc.sql("DROP FUNCTION public.note_scans CASCADE").update();
            jdbc.sql("DROP TABLE public.scans").update();
        }
    }

    /** Notes after each statement of a batch how its transaction has read the table so far. */
    private void noteScans() {
        jdbc.sql("CREATE TABLE public.scans (whole bigint, by_key bigint)").update();
        jdbc.sql("""
                CREATE FUNCTION public.note_scans() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  INSERT INTO public.scans SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = TG_RELID;
                  RETURN NULL;
                END $$""").update();
        jdbc.sql("""
                CREATE TRIGGER note_scans AFTER INSERT ON servicenow.incident
                FOR EACH STATEMENT EXECUTE FUNCTION public.note_scans()""").update();
    }

    private void assertEqual() {
        for (var table : catalog.tables()) {
            assertThat(comparison().assertEqual(table, whole))
                    .as(table.target())
                    .isPositive();
        }
    }
}
