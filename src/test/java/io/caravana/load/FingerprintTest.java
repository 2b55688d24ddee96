package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.execution.log.TableLoadView;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a row is compared with when its record comes again: its fingerprint, or each of its values. */
class FingerprintTest extends LoadTest {

    private static final String TABLE = "groups";

    @AfterEach
    void repair() {
        verified();
    }

    @Test
    void a_row_that_was_edited_in_the_replica_is_found_by_a_load_that_verifies() {
        // COPY fills it
        jdbc.sql("TRUNCATE servicenow.groups").update();
        var rows = groups().inserted();
        edit();

        var loaded = groups();
        assertThat(loaded.unchanged()).isEqualTo(rows);
        assertThat(edited()).isEqualTo(1);

        var verified = verified();
        assertThat(verified.updated()).isEqualTo(1);
        assertThat(verified.unchanged()).isEqualTo(rows - 1);
        assertThat(edited()).isZero();
        comparison().assertEqual(table(TABLE), null);
    }

    @Test
    void a_load_that_verifies_writes_no_row_that_is_the_same() {
        groups();
        var before = versions(TABLE);
        assertThat(verified().updated()).isZero();
        assertThat(versions(TABLE)).isEqualTo(before);
    }

    @Test
    void rows_from_before_there_were_fingerprints_get_theirs_once_and_count_as_unchanged() {
        var rows = groups().recordsExtracted();
        jdbc.sql("ALTER TABLE servicenow.groups DROP COLUMN etl_fingerprint").update();
        var stamps = stamps();

        assertThat(groups().unchanged()).isEqualTo(rows);
        assertThat(withoutFingerprint()).isZero();
        assertThat(stamps()).isEqualTo(stamps);

        var versions = versions(TABLE);
        assertThat(groups().unchanged()).isEqualTo(rows);
        assertThat(versions(TABLE)).isEqualTo(versions);
    }

    @Test
    void a_row_with_every_value_and_another_fingerprint_is_written_only_by_a_load_that_verifies() {
        var rows = groups().recordsExtracted();
        jdbc.sql("UPDATE servicenow.groups SET etl_fingerprint = 1").update();
        var versions = versions(TABLE);
        assertThat(groups().unchanged()).isEqualTo(rows);
        assertThat(versions(TABLE)).isEqualTo(versions);

        var stamps = stamps();
        assertThat(verified().unchanged()).isEqualTo(rows);
        assertThat(stamps()).isEqualTo(stamps);
        assertThat(jdbc.sql("SELECT count(*) FROM servicenow.groups WHERE etl_fingerprint = 1")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void a_column_that_somebody_has_dropped_is_filled_again() {
        var rows = groups().recordsExtracted();
        jdbc.sql("ALTER TABLE servicenow.groups DROP COLUMN name CASCADE").update();
        assertThat(groups().updated()).isEqualTo(rows);
        assertThat(jdbc.sql("SELECT count(*) FROM servicenow.groups WHERE name IS NULL")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void a_column_whose_type_somebody_has_changed_is_compared() {
        var rows = groups().recordsExtracted();
        jdbc.sql("ALTER TABLE servicenow.groups ALTER COLUMN sys_mod_count TYPE text USING 'edited'")
                .update();
        try {
            assertThat(groups().updated()).isEqualTo(rows);
        } finally {
            jdbc.sql(
                            "ALTER TABLE servicenow.groups ALTER COLUMN sys_mod_count TYPE integer USING CAST(sys_mod_count AS integer)")
                    .update();
        }
    }

    @Test
    void a_record_that_comes_with_another_value_is_stored_with_its_new_fingerprint() {
        groups();
        simulator.put("sys_user_group", changed());
        var loaded = groups();
        assertThat(loaded.updated()).isEqualTo(1);
        comparison().assertEqual(table(TABLE), null);
        assertThat(groups().updated()).isZero();
    }

    private Map<String, String> changed() {
        var row = new HashMap<>(simulator.rows("sys_user_group").get(0));
        row.put("description", "another");
        return row;
    }

    private TableLoadView groups() {
        return byTable(loaded("configurations")).get(TABLE);
    }

    private TableLoadView verified() {
        var ended = end(jobs.start("configurations", BEGINNING, TODAY, true).id());
        assertThat(ended.status()).as(ended.errorMessage()).isEqualTo("success");
        return byTable(ended).get(TABLE);
    }

    private void edit() {
        jdbc.sql(
                        "UPDATE servicenow.groups SET name = 'edited' WHERE sys_id = (SELECT min(sys_id) FROM servicenow.groups)")
                .update();
    }

    private long edited() {
        return jdbc.sql("SELECT count(*) FROM servicenow.groups WHERE name = 'edited'")
                .query(Long.class)
                .single();
    }

    private long withoutFingerprint() {
        return jdbc.sql("SELECT count(*) FROM servicenow.groups WHERE etl_fingerprint IS NULL")
                .query(Long.class)
                .single();
    }

    private String stamps() {
        return jdbc.sql(
                        "SELECT string_agg(concat(sys_id, etl_updated_at, etl_execution_id), ',' ORDER BY sys_id) FROM servicenow.groups")
                .query(String.class)
                .single();
    }
}
