package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.execution.log.TableLoadView;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the replica's columns when the source's dictionary changes between two loads. */
class SchemaDriftTest extends LoadTest {

    private static final String SOURCE = "core_company";
    private static final String COLUMN = "sys_mod_count";

    private final List<Map<String, String>> entries = new ArrayList<>();

    @BeforeEach
    void load_first() {
        forget();
        simulator.rows("sys_dictionary").stream()
                .filter(entry -> entry.get("name").equals(SOURCE))
                .forEach(entries::add);
        assertThat(company().drift()).isNull();
    }

    @AfterEach
    void forget() {
        entries.forEach(entry -> simulator.put("sys_dictionary", entry));
        jdbc.sql("DROP TABLE IF EXISTS servicenow.sys_company CASCADE").update();
        jdbc.sql("DELETE FROM caravana.replica_column WHERE table_name = 'sys_company'")
                .update();
    }

    @Test
    void a_new_column_appears_with_its_type_and_its_values() {
        var entry = new HashMap<>(entry(COLUMN));
        entry.putAll(Map.of("sys_id", "0".repeat(32), "element", "u_staff", "internal_type", "longint"));
        simulator.put("sys_dictionary", entry);
        simulator
                .faults()
                .add(Fault.of(Kind.EXTRA_COLUMN)
                        .with("column", "u_staff")
                        .with("value", "70000000000")
                        .on(SOURCE));
        try {
            var loaded = company();
            assertThat(loaded.updated()).isEqualTo(loaded.recordsExtracted()).isPositive();
            assertThat(type("u_staff")).isEqualTo("bigint");
            assertThat(values("u_staff")).containsOnly("70000000000");
        } finally {
            simulator.delete("sys_dictionary", entry.get("sys_id"));
        }
    }

    @Test
    void a_number_that_became_wider_widens_its_column() {
        become(COLUMN, "longint");
        send(COLUMN, "70000000000");
        var loaded = company();
        assertThat(loaded.drift()).isEqualTo("sys_mod_count was integer and is bigint now");
        assertThat(loaded.rejected()).isZero();
        assertThat(values(COLUMN)).contains("70000000000");

        become(COLUMN, "decimal");
        send(COLUMN, "0.5");
        loaded = company();
        assertThat(loaded.drift()).isEqualTo("sys_mod_count was bigint and is numeric now");
        assertThat(values(COLUMN)).contains("0.5");
        assertThat(company().drift()).isNull();
    }

    @Test
    void a_column_that_a_view_depends_on_keeps_its_type_and_what_does_not_fit_is_kept_as_rejected() {
        jdbc.sql("CREATE VIEW servicenow.counts AS SELECT sys_mod_count FROM servicenow.sys_company")
                .update();
        var rows = count("sys_company");
        become(COLUMN, "decimal");
        send(COLUMN, "0.5");
        for (int load = 0; load < 2; load++) {
            var loaded = company();
            assertThat(loaded.status()).isEqualTo("success");
            assertThat(loaded.drift())
                    .startsWith("sys_mod_count stays integer, though it is numeric in the source;")
                    .contains("view servicenow.counts depends on column")
                    .containsOnlyOnce("sys_mod_count stays");
            assertThat(loaded.rejected()).isEqualTo(1);
        }
        assertThat(count("sys_company")).isEqualTo(rows);
        assertThat(lastRejected()).isEqualTo("sys_mod_count is not a 32-bit integer 0.5");
    }

    @Test
    void a_number_that_became_a_text_stays_a_number_and_is_told() {
        become(COLUMN, "string");
        send(COLUMN, "many");
        var loaded = company();
        assertThat(loaded.drift())
                .isEqualTo(
                        "sys_mod_count stays integer, though it is text in the source; values that do not fit reject their records");
        assertThat(type(COLUMN)).isEqualTo("integer");
        assertThat(loaded.unchanged()).isEqualTo(loaded.recordsExtracted() - 1);
        assertThat(lastRejected()).isEqualTo("sys_mod_count is not a 32-bit integer many");
    }

    @Test
    void a_column_that_vanished_keeps_its_values_and_is_told_with_every_load() {
        jdbc.sql("ALTER TABLE servicenow.sys_company ADD COLUMN a_column_of_my_own text")
                .update();
        var before = values("website");
        assertThat(before).isNotEmpty();
        simulator.delete("sys_dictionary", entry("website").get("sys_id"));
        for (int load = 0; load < 2; load++) {
            var loaded = company();
            assertThat(loaded.drift())
                    .isEqualTo(
                            "website is not in the dictionary that the account reads any more; it is stored as long as records have it");
            assertThat(loaded.unchanged()).isEqualTo(loaded.recordsExtracted());
        }
        assertThat(values("website")).isEqualTo(before);
    }

    @Test
    void a_column_that_vanished_is_updated_as_long_as_records_have_the_field() {
        simulator.delete("sys_dictionary", entry("website").get("sys_id"));
        simulator
                .faults()
                .add(Fault.of(Kind.BAD_VALUE)
                        .with("column", "website")
                        .with("value", "moved.example")
                        .on(SOURCE));
        assertThat(company().drift()).startsWith("website is not in the dictionary");
        assertThat(values("website")).contains("moved.example");
    }

    @Test
    void a_dictionary_that_cannot_be_read_is_no_change() {
        simulator.faults().add(Fault.status(403).on("sys_db_object"));
        simulator.faults().add(Fault.status(403).on("sys_dictionary"));
        jdbc.sql("ALTER TABLE servicenow.sys_company ALTER COLUMN sys_mod_count TYPE bigint")
                .update();
        var loaded = company();
        assertThat(loaded.drift()).isNull();
        assertThat(loaded.unchanged()).isEqualTo(loaded.recordsExtracted());
        assertThat(type(COLUMN)).isEqualTo("bigint");
    }

    private TableLoadView company() {
        return byTable(loaded("configurations")).get("sys_company");
    }

    private Map<String, String> entry(String column) {
        return entries.stream()
                .filter(entry -> entry.get("element").equals(column))
                .findFirst()
                .orElseThrow();
    }

    private void become(String column, String type) {
        var changed = new HashMap<>(entry(column));
        changed.put("internal_type", type);
        simulator.put("sys_dictionary", changed);
    }

    private void send(String column, String value) {
        simulator.faults().clear();
        simulator
                .faults()
                .add(Fault.of(Kind.BAD_VALUE)
                        .with("column", column)
                        .with("value", value)
                        .on(SOURCE));
    }

    private String type(String column) {
        return jdbc.sql(
                        "SELECT data_type FROM information_schema.columns WHERE table_schema = 'servicenow' AND table_name = 'sys_company' AND column_name = ?")
                .param(column)
                .query(String.class)
                .single();
    }

    private List<String> values(String column) {
        return jdbc.sql("SELECT CAST(%s AS text) FROM servicenow.sys_company WHERE %s IS NOT NULL ORDER BY sys_id"
                        .formatted(column, column))
                .query(String.class)
                .list();
    }

    private String lastRejected() {
        return jdbc.sql(
                        "SELECT column_name || ' ' || reason || ' ' || (record ->> 'sys_mod_count') FROM caravana.rejected_record ORDER BY id DESC LIMIT 1")
                .query(String.class)
                .single();
    }
}
