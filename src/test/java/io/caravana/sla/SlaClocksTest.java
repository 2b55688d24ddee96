package io.caravana.sla;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.database.TestDatabase;
import io.caravana.sla.Promise.Measure;
import io.caravana.sla.SlaProperties.Calendar;
import io.caravana.sla.SlaProperties.Rule;
import io.caravana.sla.SlaProperties.Tickets;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** Promises day and night, so that a test can reckon from now: 8 hours, until last Sunday 4 hours, and an hour for a response. */
class SlaClocksTest {

    private static final List<String> EVERY_DAY =
            List.of("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday");

    private final DriverManagerDataSource source = new DriverManagerDataSource(TestDatabase.url());
    private final JdbcClient jdbc = JdbcClient.create(source);
    private final LocalDate changed = LocalDate.now(ZoneOffset.UTC).minusDays(10);
    private final SlaProperties properties = new SlaProperties(
            true,
            1,
            List.of(new Calendar(
                    "always", ZoneOffset.UTC, EVERY_DAY, List.of("00:00-24:00"), "", List.of(), List.of())),
            List.of(new Tickets("incident", List.of("1"), List.of("3"), List.of("6", "7"), List.of("8"))),
            List.of(
                    new Rule("incident", 0, Measure.RESOLUTION, 4, "always", 1, ""),
                    new Rule("incident", 0, Measure.RESOLUTION, 8, "always", 2.5, changed.toString()),
                    new Rule("incident", 0, Measure.RESPONSE, 1, "always", 0, "")));
    private final SlaClocks clocks = new SlaClocks(
            jdbc,
            new TransactionTemplate(new DataSourceTransactionManager(source)),
            new SlaRules(properties),
            new ObjectMapper(),
            Clock.systemUTC());

    @BeforeEach
    void create() {
        Flyway.configure().dataSource(source).defaultSchema("caravana").load().migrate();
        jdbc.sql("""
                CREATE TABLE servicenow.incident (sys_id text PRIMARY KEY, number text, state integer, priority integer, company text,
                  assignment_group text, opened_at timestamptz, work_start timestamptz, resolved_at timestamptz, closed_at timestamptz,
                  sys_updated_on timestamptz, etl_updated_at timestamptz DEFAULT clock_timestamp())""").update();
    }

    @Test
    void an_open_ticket_has_a_due_moment_and_a_resolved_one_was_kept_or_broken() {
        store("open", 2, "3 hours", "2 hours");
        store("kept", 6, "9 hours", "2 hours");
        store("broken", 6, "10 hours", "1 hour");
        clocks.keep();
        assertThat(now("open", "resolution"))
                .containsEntry("stage", "in_progress")
                .containsEntry("has_breached", false);
        assertThat(hours("SELECT time_left FROM caravana.sla_now WHERE sys_id = 'open' AND measure = 'resolution'"))
                .isBetween(4.9, 5.0);
        assertThat(now("kept", "resolution"))
                .containsEntry("stage", "completed")
                .containsEntry("has_breached", false);
        assertThat(now("broken", "resolution"))
                .containsEntry("has_breached", true)
                .extractingByKey("penalty_percent")
                .hasToString("2.5");
        assertThat(jdbc.sql(
                                "SELECT promises, broken, kept_percent FROM caravana.sla_kept WHERE measure = 'resolution' AND priority = '1'")
                        .query()
                        .listOfRows())
                .isNotEmpty();
    }

    @Test
    void a_ticket_has_the_rule_of_the_day_on_which_it_was_opened() {
        store("before", 6, "12 days", "6 hours");
        store("after", 6, "9 days", "6 hours");
        jdbc.sql("UPDATE servicenow.incident SET resolved_at = opened_at + interval '6 hours'")
                .update();
        clocks.keep();
        assertThat(now("before", "resolution"))
                .containsEntry("has_breached", true)
                .extractingByKey("penalty_percent")
                .hasToString("1.0");
        assertThat(now("after", "resolution")).containsEntry("has_breached", false);
    }

    @Test
    void a_pause_that_was_seen_does_not_count_and_while_it_lasts_nothing_is_due() {
        store("held", 2, "7 hours", "6 hours");
        clocks.keep();
        change("held", 3, "5 hours");
        clocks.keep();
        assertThat(now("held", "resolution")).containsEntry("stage", "paused").containsEntry("due_at", null);
        change("held", 2, "1 hour");
        clocks.keep();
        assertThat(hours("SELECT elapsed FROM caravana.sla_clock WHERE sys_id = 'held' AND measure = 'resolution'"))
                .isBetween(2.99, 3.01);
    }

    @Test
    void pauses_of_before_are_read_from_the_change_log() {
        store("logged", 2, "7 hours", "1 hour");
        for (var turn : List.of("3 5", "2 2")) {
            jdbc.sql("""
                    INSERT INTO caravana.change_log (table_name, sys_id, kind, changes, execution_id)
                    VALUES ('incident', 'logged', 'updated', jsonb_build_object('state', jsonb_build_array(0, CAST(:state AS integer)),
                      'sys_updated_on', jsonb_build_array(null, now() - make_interval(hours => :hours))), 'x')""")
                    .param("state", Integer.valueOf(turn.substring(0, 1)))
                    .param("hours", Integer.valueOf(turn.substring(2)))
                    .update();
        }
        clocks.keep();
        assertThat(hours("SELECT elapsed FROM caravana.sla_clock WHERE sys_id = 'logged' AND measure = 'resolution'"))
                .isBetween(3.99, 4.01);
    }

    @Test
    void the_time_during_which_a_reopened_ticket_was_resolved_does_not_count() {
        store("reopened", 6, "7 hours", "5 hours");
        clocks.keep();
        change("reopened", 2, "1 hour");
        jdbc.sql("UPDATE servicenow.incident SET resolved_at = NULL WHERE sys_id = 'reopened'")
                .update();
        clocks.keep();
        assertThat(hours("SELECT elapsed FROM caravana.sla_clock WHERE sys_id = 'reopened' AND measure = 'resolution'"))
                .isBetween(2.99, 3.01);
    }

    @Test
    void a_warning_and_a_breach_are_logged_once_and_not_of_what_was_past_when_it_was_seen() {
        store("old", 1, "20 hours", "20 hours");
        store("late", 1, "10 minutes", "10 minutes");
        clocks.keep();
        assertThat(events()).isEmpty();
        pass("late", "6 hours");
        clocks.keep();
        assertThat(events()).containsExactly("late response true true", "late resolution true false");
        pass("late", "2 hours");
        clocks.keep();
        clocks.keep();
        assertThat(events()).hasSize(3).last().isEqualTo("late resolution false true");
    }

    @Test
    void a_ticket_with_slas_of_servicenow_logs_none() {
        jdbc.sql("CREATE TABLE servicenow.incident_sla (sys_id text, task text)")
                .update();
        jdbc.sql("INSERT INTO servicenow.incident_sla VALUES ('s', 'own')").update();
        store("own", 1, "10 minutes", "10 minutes");
        clocks.keep();
        pass("own", "9 hours");
        clocks.keep();
        assertThat(events()).isEmpty();
    }

    /** Has everything that a clock foretells come so much nearer. */
    private void pass(String sysId, String time) {
        jdbc.sql(
                        "UPDATE caravana.sla_clock SET due_at = due_at - CAST(:time AS interval), warning_at = warning_at - CAST(:time AS interval)"
                                + " WHERE sys_id = :id")
                .param("time", time)
                .param("id", sysId)
                .update();
    }

    private List<String> events() {
        return jdbc.sql("""
                SELECT concat_ws(' ', sys_id, changes -> 'measure' ->> 1, changes -> 'business_percentage' IS NOT NULL,
                  changes -> 'has_breached' IS NOT NULL)
                FROM caravana.change_log WHERE table_name = 'sla_clock' ORDER BY id, changes -> 'measure' ->> 1 DESC""")
                .query((row, number) -> row.getString(1).replace(" t", " true").replace(" f", " false"))
                .list();
    }

    private void store(String sysId, int state, String opened, String updated) {
        jdbc.sql("""
                INSERT INTO servicenow.incident (sys_id, number, state, priority, opened_at, resolved_at, sys_updated_on)
                VALUES (:id, :id, :state, 1, now() - CAST(:opened AS interval),
                  CASE WHEN :state = 6 THEN now() - CAST(:updated AS interval) END, now() - CAST(:updated AS interval))""")
                .param("id", sysId)
                .param("state", state)
                .param("opened", opened)
                .param("updated", updated)
                .update();
    }

    private void change(String sysId, int state, String updated) {
        jdbc.sql("""
                UPDATE servicenow.incident SET state = :state, sys_updated_on = now() - CAST(:updated AS interval),
                  etl_updated_at = clock_timestamp() WHERE sys_id = :id""")
                .param("id", sysId)
                .param("state", state)
                .param("updated", updated)
                .update();
    }

    private Map<String, Object> now(String sysId, String measure) {
        return jdbc.sql("SELECT * FROM caravana.sla_now WHERE sys_id = ? AND measure = ?")
                .params(sysId, measure)
                .query()
                .singleRow();
    }

    private double hours(String interval) {
        return jdbc.sql("SELECT extract(epoch FROM (%s)) / 3600".formatted(interval))
                .query(Double.class)
                .single();
    }
}
