package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RejectedRecordTest extends LoadTest {

    @Test
    void a_bad_value_costs_its_record_and_no_other() {
        var bad = simulator.rows("sys_user_group").get(3).get("sys_id");
        simulator
                .faults()
                .add(Fault.of(Kind.BAD_VALUE)
                        .on("sys_user_group")
                        .with("sys_id", bad)
                        .with("column", "sys_mod_count")
                        .with("value", "many"));
        jdbc.sql("DROP TABLE IF EXISTS servicenow.groups").update();

        var execution = loaded("configurations");

        var groups = byTable(execution).get("groups");
        assertThat(groups.rejected()).isEqualTo(1);
        assertThat(groups.inserted()).isEqualTo(groups.recordsExtracted() - 1).isEqualTo(count("groups"));
        var kept = rejected(execution.executionId()).get(0);
        assertThat(kept)
                .containsEntry("table_name", "groups")
                .containsEntry("sys_id", bad)
                .containsEntry("column_name", "sys_mod_count")
                .containsEntry("reason", "is not a 32-bit integer");
        assertThat(kept.get("record").toString())
                .contains("\"sys_mod_count\":\"many\"")
                .contains(bad);
    }

    @Test
    void a_character_that_postgresql_cannot_store_rejects_its_record() {
        var bad = simulator.rows("sys_user_group").get(5).get("sys_id");
        simulator
                .faults()
                .add(Fault.of(Kind.BAD_VALUE)
                        .on("sys_user_group")
                        .with("sys_id", bad)
                        .with("column", "description")
                        .with("value", "a\u0000b"));
        var execution = loaded("configurations");
        assertThat(rejected(execution.executionId())).hasSize(1).first().satisfies(kept -> {
            assertThat(kept).containsEntry("sys_id", bad).containsEntry("column_name", "description");
            assertThat(kept.get("record").toString()).contains("a\\u0000b");
        });
    }

    @Test
    void characters_of_four_bytes_and_long_texts_arrive_as_they_are() {
        var text = "\uD83D\uDE80 \uD835\uDCB3 ".repeat(10_923);
        assertThat(text).hasSizeGreaterThan(65_535);
        var company = new HashMap<>(simulator.rows("core_company").get(2));
        company.put("notes", text);
        simulator.put("core_company", company);
        loaded("configurations");
        assertThat(jdbc.sql("SELECT notes FROM servicenow.sys_company WHERE sys_id = ?")
                        .param(company.get("sys_id"))
                        .query(String.class)
                        .single())
                .isEqualTo(text);
    }

    @Test
    void an_empty_record_is_kept_as_rejected() {
        simulator.faults().add(Fault.of(Kind.EMPTY_ROW).on("sys_user_group"));
        var execution = loaded("configurations");
        assertThat(rejected(execution.executionId()))
                .singleElement()
                .satisfies(kept -> assertThat(kept)
                        .containsEntry("reason", "has no sys_id")
                        .containsEntry("record", "{}"));
        assertThat(byTable(execution).get("groups").verdict()).isEqualTo("incomplete");
    }

    @Test
    void a_record_without_key_is_kept_as_rejected() {
        simulator.faults().add(Fault.of(Kind.NO_SYS_ID).on("sys_user_group"));
        var execution = loaded("configurations");
        assertThat(rejected(execution.executionId())).hasSize(1).first().satisfies(kept -> {
            assertThat(kept).containsEntry("reason", "has no sys_id").containsEntry("sys_id", null);
            assertThat(kept.get("record").toString()).contains("\"name\"");
        });
        assertThat(byTable(execution).get("groups").verdict()).isEqualTo("incomplete");
    }

    @Test
    void of_a_record_that_comes_twice_the_last_is_stored() {
        simulator.faults().add(Fault.of(Kind.DUPLICATE_ROW).on("core_company"));
        var execution = loaded("configurations");
        var companies = byTable(execution).get("sys_company");
        assertThat(companies.rejected()).isEqualTo(1);
        assertThat(companies.recordsExtracted()).isEqualTo(count("sys_company") + 1);
        assertThat(rejected(execution.executionId()).get(0).get("reason"))
                .asString()
                .contains("came twice");
    }

    @Test
    void an_unannounced_column_is_added_as_text() {
        simulator.faults().add(Fault.of(Kind.EXTRA_COLUMN).on("core_company"));
        loaded("configurations");
        assertThat(jdbc.sql("SELECT DISTINCT u_unannounced FROM servicenow.sys_company")
                        .query(String.class)
                        .list())
                .containsExactly("surprise");
    }

    @Test
    void a_field_that_is_barred_leaves_its_column_as_it_is() {
        loaded("configurations");
        var before = versions("groups");
        simulator
                .faults()
                .add(Fault.of(Kind.HIDDEN_FIELDS)
                        .with("fields", "description,email")
                        .on("sys_user_group"));
        assertThat(byTable(loaded("configurations")).get("groups").updated()).isZero();
        assertThat(versions("groups")).isEqualTo(before);
    }

    private List<Map<String, Object>> rejected(String execution) {
        return jdbc.sql(
                        "SELECT table_name, sys_id, column_name, reason, CAST(record AS text) AS record FROM caravana.rejected_record WHERE execution_id = ?")
                .param(execution)
                .query()
                .listOfRows();
    }
}
