package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.client.TestRestTemplate;

class RejectedRecordTest extends LoadTest {

    @Autowired
    TestRestTemplate rest;

    @BeforeEach
    void nothingIsRejected() {
        jdbc.sql("DELETE FROM caravana.rejected_record").update();
    }

    @Test
    void a_bad_value_costs_its_record_and_no_other() {
        var bad = spoil("sys_user_group", 3);
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
        spoil("sys_user_group", bad, "description", "a\u0000b");
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

    @Test
    void a_field_that_is_barred_in_some_records_leaves_these_as_they_are_whatever_the_others_have() {
        loaded("configurations");
        var before = versions("groups");
        var groups = simulator.rows("sys_user_group");
        var barred = List.of(groups.get(1).get("sys_id"), groups.get(4).get("sys_id"));
        barredIn(barred);
        assertThat(byTable(loaded("configurations")).get("groups").updated()).isZero();
        assertThat(versions("groups")).isEqualTo(before);

        // a new value beside them is stored, in the record that shows it and in no other
        for (int place = 0; place < 6; place++) {
            var changed = new HashMap<>(groups.get(place));
            changed.putAll(Map.of("description", "new words", "email", ""));
            simulator.put("sys_user_group", changed);
        }
        assertThat(byTable(loaded("configurations")).get("groups").updated()).isEqualTo(4);
        for (int place = 0; place < 6; place++) {
            var key = groups.get(place).get("sys_id");
            assertThat(description(key))
                    .isEqualTo(barred.contains(key) ? groups.get(place).get("description") : "new words");
        }
        groups.forEach(group -> simulator.put("sys_user_group", group));
    }

    @Test
    void a_new_record_without_a_field_that_others_have_is_stored_without_it() {
        jdbc.sql("DROP TABLE IF EXISTS servicenow.groups").update();
        var key = simulator.rows("sys_user_group").get(2).get("sys_id");
        barredIn(List.of(key));
        assertThat(byTable(loaded("configurations")).get("groups").rejected()).isZero();
        assertThat(description(key)).isNull();
        assertThat(description(simulator.rows("sys_user_group").get(3).get("sys_id")))
                .isNotNull();
    }

    private void barredIn(List<String> keys) {
        simulator
                .faults()
                .add(Fault.of(Kind.HIDDEN_FIELDS)
                        .with("fields", "description,email")
                        .with("sys_ids", String.join(",", keys))
                        .on("sys_user_group"));
    }

    private String description(String group) {
        return jdbc.sql("SELECT description FROM servicenow.groups WHERE sys_id = ?")
                .param(group)
                .query((row, number) -> row.getString(1))
                .list()
                .get(0);
    }

    @Test
    void a_record_that_is_rejected_again_and_again_is_on_the_list_once() {
        var bad = reject("many");
        var first = loaded("configurations");
        simulator.faults().clear();
        reject("more");
        var second = loaded("configurations");
        assertThat(rejected(first.executionId())).isEmpty();
        assertThat(rejected(second.executionId())).singleElement().satisfies(kept -> {
            assertThat(kept).containsEntry("sys_id", bad);
            assertThat(kept.get("record").toString()).contains("\"sys_mod_count\":\"more\"");
        });
        assertThat(listed("?table=groups")).singleElement().satisfies(kept -> {
            assertThat(kept.path("times").asInt()).isEqualTo(2);
            assertThat(kept.path("last_seen_at").asText())
                    .isGreaterThan(kept.path("first_seen_at").asText());
        });
    }

    @Test
    void an_empty_record_that_comes_again_and_again_is_on_the_list_once() {
        simulator.faults().add(Fault.of(Kind.EMPTY_ROW).on("sys_user_group"));
        loaded("configurations");
        loaded("configurations");
        assertThat(listed("?table=groups"))
                .singleElement()
                .satisfies(kept -> assertThat(kept.path("times").asInt()).isEqualTo(2));
    }

    @Test
    void a_record_that_a_later_load_stores_leaves_the_list() {
        reject("many");
        loaded("configurations");
        assertThat(listed("?table=groups")).hasSize(1);
        simulator.faults().clear();
        loaded("configurations");
        assertThat(listed("?table=groups")).isEmpty();
    }

    @Test
    void a_retry_reads_only_the_rejected_records_and_stores_what_was_mended() {
        jdbc.sql("DROP TABLE IF EXISTS servicenow.groups").update();
        var bad = reject("many");
        loaded("configurations");
        var rows = count("groups");
        simulator.clearRequests();

        var still = byTable(end(retry("?table=groups"))).get("groups");
        assertThat(still.rejected()).isEqualTo(1);
        assertThat(listed("?table=groups")).hasSize(1);

        simulator.faults().clear();
        var mended = end(retry("?table=groups"));
        assertThat(mended.status()).isEqualTo("success");
        assertThat(mended.tables()).singleElement().satisfies(groups -> {
            assertThat(groups.inserted()).isEqualTo(1);
            assertThat(groups.recordsExtracted()).isEqualTo(1);
            assertThat(groups.verdict()).isEqualTo("complete");
        });
        assertThat(count("groups")).isEqualTo(rows + 1);
        assertThat(listed("?table=groups")).isEmpty();
        assertThat(simulator.requests().stream()
                        .filter(request -> request.path().endsWith("/sys_user_group"))
                        .map(request -> request.parameters().get("sysparm_query")))
                .isNotEmpty()
                .allMatch(query -> query.startsWith("sys_idIN" + bad));
    }

    @Test
    void a_retry_forgets_a_record_that_is_gone_but_not_one_that_is_hidden() {
        var bad = reject("many");
        loaded("configurations");
        var row = simulator.row("sys_user_group", bad).orElseThrow();
        simulator.faults().clear();
        simulator.faults().add(Fault.of(Kind.HIDDEN_ROWS).on("sys_user_group").with("query", "sys_id=" + bad));
        assertThat(byTable(end(retry(""))).get("groups").verdict()).isEqualTo("incomplete");
        assertThat(listed("?table=groups")).hasSize(1);

        simulator.faults().clear();
        simulator.delete("sys_user_group", bad);
        end(retry(""));
        assertThat(listed("?table=groups")).isEmpty();
        simulator.put("sys_user_group", row);
    }

    @Test
    void a_retry_without_any_rejected_record_is_a_success_that_reads_nothing() {
        var execution = end(retry(""));
        assertThat(execution.status()).as(execution.errorMessage()).isEqualTo("success");
        assertThat(execution.tables()).isEmpty();
    }

    @Test
    void a_retry_of_a_table_that_there_is_not_names_those_that_there_are() {
        var answer = rest.postForEntity("/api/rejected/retry?table=goups", null, JsonNode.class);
        assertThat(answer.getStatusCode().value()).isEqualTo(400);
        assertThat(answer.getBody().path("detail").asText())
                .startsWith("there is no table 'goups'; the tables are incident, ");
    }

    @Test
    void the_list_is_read_in_pages_from_its_newest_end() {
        var groups = simulator.rows("sys_user_group");
        for (int place = 0; place < 3; place++) {
            spoil("sys_user_group", place);
        }
        var execution = loaded("configurations");
        var all = listed("?execution=" + execution.executionId());
        assertThat(all).hasSize(3);
        assertThat(all.get(0).path("id").asLong())
                .isGreaterThan(all.get(1).path("id").asLong());
        var older = listed("?limit=2&before=" + all.get(0).path("id").asLong());
        assertThat(older).isEqualTo(all.subList(1, 3));
        assertThat(older.get(0).path("record").path("sys_mod_count").asText()).isEqualTo("many");
        assertThat(rest.getForEntity("/api/rejected?execution=other", String.class)
                        .getStatusCode()
                        .value())
                .isEqualTo(400);
    }

    /** Lets a group come with a value that cannot be stored. */
    private String reject(String value) {
        var bad = simulator.rows("sys_user_group").get(3).get("sys_id");
        spoil("sys_user_group", bad, "sys_mod_count", value);
        return bad;
    }

    private List<JsonNode> listed(String query) {
        var answer = rest.getForObject("/api/rejected" + query, JsonNode.class);
        return StreamSupport.stream(answer.spliterator(), false).toList();
    }

    private String retry(String query) {
        return rest.postForObject("/api/rejected/retry" + query, null, JsonNode.class)
                .path("execution_id")
                .asText();
    }

    private List<Map<String, Object>> rejected(String execution) {
        return jdbc.sql(
                        "SELECT table_name, sys_id, column_name, reason, CAST(record AS text) AS record FROM caravana.rejected_record WHERE execution_id = ?")
                .param(execution)
                .query()
                .listOfRows();
    }
}
