package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.springframework.beans.factory.annotation.Autowired;

class ChangeLogTest extends FollowedTest {

    @Autowired
    DataSource database;

    @Test
    void loads_of_a_period_and_the_first_pass_note_nothing_by_default() {
        loaded("tickets");
        describe(task(0), "changed before the first pass");
        live();
        describe(task(0), "changed before a load of its period");
        assertThat(byTable(loaded("tickets")).get(TASK).updated()).isEqualTo(1);
        assertThat(events(TASK)).isEmpty();
    }

    @Test
    void the_live_job_notes_each_changed_row_with_the_values_before_and_after() {
        live();
        var changed = task(0);
        var deleted = task(1);
        var created = new HashMap<>(task(2));
        created.putAll(Map.of("sys_id", "f".repeat(32), "number", "SCTASK999"));
        describe(changed, "another");
        describe(created, "new");
        simulator.delete(TASK, deleted.get("sys_id"));

        var execution = live();

        var table = byTable(execution).get(TASK);
        assertThat(List.of(table.inserted(), table.updated(), table.deleted())).containsExactly(1L, 1L, 1L);
        var events = events(TASK);
        assertThat(events)
                .hasSize(3)
                .allSatisfy(event -> assertThat(event.execution).isEqualTo(execution.executionId()));
        var update = of(events, changed);
        assertThat(update.kind).isEqualTo("updated");
        assertThat(update.number).isEqualTo(changed.get("number"));
        assertThat(update.columns).isEqualTo("short_description,sys_updated_on");
        assertThat(update.words).isEqualTo("[\"%s\", \"another\"]".formatted(changed.get("short_description")));
        assertThat(of(events, created).kind).isEqualTo("created");
        assertThat(of(events, created).words).isEqualTo("[null, \"new\"]");
        assertThat(of(events, deleted).kind).isEqualTo("deleted");
        assertThat(of(events, deleted).number).isEqualTo(deleted.get("number"));
        assertThat(of(events, deleted).words).isEqualTo("[\"%s\", null]".formatted(deleted.get("short_description")));
    }

    @Test
    void an_event_says_who_made_the_change_and_whose_ticket_it_is_even_if_that_did_not_change() {
        live();
        var changed = task(0);
        var deleted = task(1);
        put(changed, Map.of(Table.UPDATED, Window.raw(Instant.now()), "sys_updated_by", "maria"));
        simulator.delete(TASK, deleted.get("sys_id"));
        live();
        assertThat(jdbc.sql("""
                                SELECT kind || ' ' || coalesce(changed_by, 'nobody') || ' ' || assignment_group || ' ' || priority
                                FROM caravana.change_log WHERE table_name = 'sc_task' ORDER BY kind DESC""").query(String.class).list())
                .containsExactly(
                        "updated maria %s %s".formatted(changed.get("assignment_group"), changed.get("priority")),
                        "deleted nobody %s %s".formatted(deleted.get("assignment_group"), deleted.get("priority")));
    }

    @Test
    void what_the_comparison_deletes_and_brings_back_is_noted() {
        live();
        var row = task(0);
        simulator.delete(TASK, row.get("sys_id"));
        loaded("comparison", null, null);
        simulator.put(TASK, row);
        loaded("comparison", null, null);
        assertThat(events(TASK)).extracting(Event::kind).containsExactly("deleted", "created");
    }

    @Test
    void a_row_that_is_marked_as_deleted_is_noted_as_such() {
        live();
        jdbc.sql("ALTER TABLE servicenow.sc_task ADD COLUMN etl_deleted_at timestamptz")
                .update();
        for (var moment : List.of("now()", "now() + interval '1 s'", "NULL")) {
            jdbc.sql(
                            "WITH noted AS MATERIALIZED (SELECT set_config('caravana.change_log_execution', 'x', false)) UPDATE servicenow.sc_task SET etl_deleted_at = %s FROM noted WHERE sys_id = ?"
                                    .formatted(moment))
                    .param(task(0).get("sys_id"))
                    .update();
        }
        assertThat(events(TASK)).extracting(Event::kind).containsExactly("deleted", "created");
    }

    @Test
    void each_load_notes_where_it_is_to_be_always_and_none_where_never() {
        var execution = loaded("tickets");
        var rows = byTable(execution).get("change_task").inserted();
        assertThat(events("change_task"))
                .hasSize((int) rows)
                .allSatisfy(event -> assertThat(event.kind).isEqualTo("created"));
        assertThat(count("incident_task")).isPositive();
        assertThat(events("incident_task")).isEmpty();
        loaded("tickets");
        assertThat(events("change_task")).hasSize((int) rows);
        var row = simulator.rows("change_task").get(0);
        simulator.delete("change_task", row.get("sys_id"));
        loaded("tickets");
        simulator.put("change_task", row);
        assertThat(of(events("change_task").subList((int) rows, (int) rows + 1), row).kind)
                .isEqualTo("deleted");
    }

    @Test
    void a_rejected_record_makes_no_event() {
        live();
        describe(task(0), "good");
        describe(task(1), "bad");
        spoil(TASK, 1);
        assertThat(byTable(live()).get(TASK).rejected()).isEqualTo(1);
        assertThat(events(TASK)).extracting(Event::key).containsExactly(task(0).get("sys_id"));
    }

    @Test
    void a_page_that_is_rolled_back_leaves_no_event() {
        live();
        describe(task(0), "not yet");
        jdbc.sql(
                        "ALTER TABLE caravana.watermark ADD CONSTRAINT broken CHECK (table_name <> 'sc_task' OR at_sys_id IS NULL) NOT VALID")
                .update();
        try {
            assertThat(byTable(load("live", null, null)).get(TASK).status()).isEqualTo("error");
            assertThat(events(TASK)).isEmpty();
        } finally {
            jdbc.sql("ALTER TABLE caravana.watermark DROP CONSTRAINT broken").update();
        }
        live();
        assertThat(events(TASK)).hasSize(1);
    }

    @Test
    void a_reader_does_not_pass_over_what_is_committed_late() throws SQLException {
        live();
        var reader = new Reader();
        try (var early = database.getConnection();
                var late = database.getConnection()) {
            early.setAutoCommit(false);
            late.setAutoCommit(false);
            // each has what the other is to come before: a transaction's number, an event's
            execute(early, "SELECT pg_current_xact_id()");
            change(late, 1);
            change(early, 2);
            late.commit();
            assertThat(reader.read()).as("an earlier transaction is under way").isEmpty();
            early.commit();
            assertThat(reader.read()).containsExactly(task(2).get("sys_id"), task(1).get("sys_id"));

            change(late, 4);
            change(early, 3);
            early.commit();
            assertThat(reader.read()).as("an earlier transaction is under way").isEmpty();
            late.rollback();
            assertThat(reader.read()).containsExactly(task(3).get("sys_id"));
            assertThat(reader.read()).isEmpty();
        }
    }

    private void change(Connection connection, int place) throws SQLException {
        execute(connection, "SELECT set_config('caravana.change_log_execution', 'by hand', true)");
        execute(
                connection,
                "UPDATE servicenow.sc_task SET short_description = 'x' WHERE sys_id = '%s'"
                        .formatted(task(place).get("sys_id")));
    }

    private static void execute(Connection connection, String statement) throws SQLException {
        try (var prepared = connection.prepareStatement(statement)) {
            prepared.execute();
        }
    }

    /** Reads as docs/changes.md says. */
    private final class Reader {

        private String transaction = "0";
        private long id;

        List<String> read() {
            return jdbc.sql("""
                            SELECT xid, id, sys_id FROM caravana.change_log_settled
                            WHERE table_name = 'sc_task' AND (xid, id) > (CAST(? AS xid8), ?) ORDER BY xid, id LIMIT 500""")
                    .params(transaction, id)
                    .query((event, number) -> {
                        transaction = event.getString(1);
                        id = event.getLong(2);
                        return event.getString(3);
                    })
                    .list();
        }
    }

    @Test
    void a_listener_hears_once_of_a_transaction() throws SQLException {
        live();
        for (int place = 0; place < 5; place++) {
            describe(task(place), "changed");
        }
        try (var connection = database.getConnection()) {
            execute(connection, "LISTEN caravana_changes");
            live();
            assertThat(events(TASK)).hasSize(5);
            assertThat(connection.unwrap(PGConnection.class).getNotifications(5000))
                    .extracting(PGNotification::getParameter)
                    .containsExactly(TASK);
            execute(connection, "UNLISTEN caravana_changes");
        }
    }

    @Test
    void days_are_dropped_whole_and_a_write_without_a_day_fails_nothing() {
        // other tests may have written before midnight
        number("SELECT caravana.drop_change_log_before(now())");
        live();
        assertThat(number("SELECT caravana.drop_change_log_before(now())")).isZero();
        assertThat(number("SELECT caravana.drop_change_log_before(now() + interval '10 days')"))
                .isEqualTo(3);
        describe(task(0), "on a day that has no partition");
        jdbc.sql(
                        "WITH noted AS MATERIALIZED (SELECT set_config('caravana.change_log_execution', 'x', false)) UPDATE servicenow.sc_task SET short_description = 'changed' FROM noted WHERE sys_id = ?")
                .param(task(0).get("sys_id"))
                .update();
        assertThat(number("SELECT count(*) FROM caravana.change_log_other")).isEqualTo(1);
        live();
        assertThat(events(TASK)).hasSize(2);
        assertThat(number("SELECT caravana.drop_change_log_before(now() + interval '10 days')"))
                .isLessThan(3);
        assertThat(events(TASK)).isEmpty();
        jdbc.sql("SELECT caravana.add_change_log_days()").query().singleRow();
        assertThat(number("SELECT caravana.drop_change_log_before(now() + interval '10 days')"))
                .isEqualTo(3);
    }

    private record Event(String key, String number, String kind, String columns, String words, String execution) {}

    private List<Event> events(String table) {
        return jdbc.sql("""
                        SELECT sys_id, number, kind, (SELECT string_agg(key, ',' ORDER BY key) FROM jsonb_object_keys(changes) AS key),
                          changes ->> 'short_description', execution_id
                        FROM caravana.change_log WHERE table_name = ? ORDER BY id""")
                .param(table)
                .query((event, number) -> new Event(
                        event.getString(1),
                        event.getString(2),
                        event.getString(3),
                        event.getString(4),
                        event.getString(5),
                        event.getString(6)))
                .list();
    }

    private static Event of(List<Event> events, Map<String, String> row) {
        return events.stream()
                .filter(event -> event.key.equals(row.get("sys_id")))
                .findFirst()
                .orElseThrow();
    }
}
