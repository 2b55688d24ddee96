package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the change log and the history make of a row that is marked as deleted, and of one that comes back. */
class MarkedRowTest extends FollowedTest {

    private static final String MARKED = "change_request";

    private Map<String, String> row;

    @BeforeEach
    void aRow() {
        row = new HashMap<>(simulator.rows(MARKED).get(3));
        live();
        jdbc.sql("DELETE FROM caravana.change_log").update();
    }

    @AfterEach
    void back() {
        simulator.put(MARKED, row);
    }

    @Test
    void it_is_noted_once_as_deleted_with_the_values_that_it_had() {
        simulator.delete(MARKED, row.get("sys_id"));
        for (int load = 0; load < 2; load++) {
            loaded("tickets");
            live();
            loaded("comparison", null, null);
        }
        assertThat(number("SELECT count(*) FROM servicenow.change_request WHERE etl_deleted_at IS NOT NULL"))
                .isEqualTo(1);
        assertThat(kinds()).containsExactly("deleted");
        assertThat(jdbc.sql(
                                "SELECT number, changes ->> 'number' AS numbers, changes ->> 'short_description' AS words FROM caravana.change_log")
                        .query()
                        .singleRow()
                        .values())
                .containsExactly(
                        row.get("number"),
                        "[\"%s\", null]".formatted(row.get("number")),
                        "[\"%s\", null]".formatted(row.get("short_description")));
        assertThat(noted()).noneMatch(column -> column.startsWith("etl_"));
    }

    @Test
    void one_that_comes_back_is_noted_as_created_with_the_values_that_it_has_now() {
        simulator.delete(MARKED, row.get("sys_id"));
        loaded("tickets");
        var changed = new HashMap<>(row);
        changed.putAll(Map.of(Table.UPDATED, Window.raw(Instant.now()), "short_description", "restored"));
        simulator.put(MARKED, changed);
        live();
        loaded("tickets");
        assertThat(kinds()).containsExactly("deleted", "created");
        assertThat(jdbc.sql("SELECT changes ->> 'short_description' FROM caravana.change_log WHERE kind = 'created'")
                        .query(String.class)
                        .single())
                .isEqualTo("[null, \"restored\"]");
        assertThat(noted()).noneMatch(column -> column.startsWith("etl_"));
    }

    @Test
    void its_version_is_closed_when_it_is_marked_and_another_begins_when_it_comes_back() {
        simulator.delete(MARKED, row.get("sys_id"));
        var before = now();
        for (int load = 0; load < 2; load++) {
            loaded("tickets");
        }
        assertThat(kept())
                .singleElement()
                .satisfies(version -> assertThat(version.get("valid_to"))
                        .isEqualTo(jdbc.sql("SELECT etl_deleted_at FROM servicenow.change_request WHERE sys_id = ?")
                                .param(row.get("sys_id"))
                                .query()
                                .singleValue()));
        assertThat(isThere(before)).isTrue();
        assertThat(isThere(now())).isFalse();

        simulator.put(MARKED, row);
        loaded("tickets");

        assertThat(kept()).hasSize(2);
        assertThat(kept().get(1)).containsEntry("valid_to", null);
        assertThat(isThere(now())).isTrue();
        assertThat(number("""
                SELECT count(*) FROM information_schema.columns
                WHERE table_name = 'change_request_history' AND column_name = 'etl_deleted_at'""")).isZero();
    }

    private List<String> kinds() {
        return jdbc.sql("SELECT kind FROM caravana.change_log ORDER BY id")
                .query(String.class)
                .list();
    }

    private List<String> noted() {
        return jdbc.sql("SELECT jsonb_object_keys(changes) FROM caravana.change_log")
                .query(String.class)
                .list();
    }

    private List<Map<String, Object>> kept() {
        return jdbc.sql("SELECT * FROM servicenow.change_request_history WHERE sys_id = ? ORDER BY valid_from")
                .param(row.get("sys_id"))
                .query()
                .listOfRows();
    }

    private boolean isThere(OffsetDateTime moment) {
        return number(
                        "SELECT count(*) FROM servicenow.change_request_as_of(?) WHERE sys_id = ?",
                        moment,
                        row.get("sys_id"))
                == 1;
    }
}
