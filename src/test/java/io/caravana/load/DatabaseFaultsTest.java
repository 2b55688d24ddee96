package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.execution.log.ExecutionView;
import java.util.HashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What PostgreSQL refuses fails the table with PostgreSQL's own words, and the next load makes it good. */
class DatabaseFaultsTest extends LoadTest {

    @ParameterizedTest
    @CsvSource({
        "53100, could not extend file: No space left on device",
        "57014, canceling statement due to statement timeout",
        "42501, permission denied for table sc_task"
    })
    void a_statement_that_fails_for_good_fails_its_table_alone_and_the_next_load_recovers(String code, String words) {
        loaded("tickets");
        jdbc.sql("DELETE FROM servicenow.sc_task").update();
        jdbc.sql("""
                CREATE OR REPLACE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION USING MESSAGE = '%s', ERRCODE = '%s'; END $$""".formatted(words, code)).update();
        jdbc.sql("CREATE TRIGGER refuse BEFORE INSERT ON servicenow.sc_task EXECUTE FUNCTION public.refuse()")
                .update();
        var failed = load("tickets");
        assertThat(failed.status()).isEqualTo("error");
        assertThat(failed.errorMessage()).contains("sc_task: ", words);
        assertThat(byTable(failed).get("change_task").status()).isEqualTo("success");
        jdbc.sql("DROP TRIGGER refuse ON servicenow.sc_task").update();

        var rows = byTable(loaded("tickets")).get("sc_task");

        assertThat(rows.inserted()).isEqualTo(rows.recordsExtracted()).isEqualTo(count("sc_task"));
    }

    @ParameterizedTest
    @CsvSource({
        "25P03, terminating connection due to idle-in-transaction timeout",
        "40P01, deadlock detected",
        "55P03, canceling statement due to lock timeout",
        "40001, could not serialize"
    })
    void what_may_pass_is_tried_again_with_the_whole_page(String code, String words) {
        loaded("tickets");
        jdbc.sql("DELETE FROM servicenow.sc_task").update();
        jdbc.sql("CREATE SEQUENCE public.tries").update();
        jdbc.sql("""
                CREATE OR REPLACE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN
                  IF nextval('public.tries') <= 2 THEN RAISE EXCEPTION USING MESSAGE = '%s', ERRCODE = '%s'; END IF;
                  RETURN NULL;
                END $$""".formatted(words, code)).update();
        jdbc.sql("CREATE TRIGGER refuse AFTER INSERT ON servicenow.sc_task EXECUTE FUNCTION public.refuse()")
                .update();
        var rows = byTable(load("tickets")).get("sc_task");
        jdbc.sql("DROP TRIGGER refuse ON servicenow.sc_task").update();
        jdbc.sql("DROP SEQUENCE public.tries").update();
        assertThat(rows.status()).as(rows.error()).isEqualTo("success");
        assertThat(rows.inserted()).isEqualTo(rows.recordsExtracted()).isEqualTo(count("sc_task"));
    }

    @Test
    void a_page_whose_commit_is_not_answered_is_counted_once() {
        loaded("tickets");
        jdbc.sql("DELETE FROM servicenow.sc_task").update();

        var rows = byTable(loadedWithoutAnswerTo("INSERT")).get("sc_task");

        assertThat(rows.inserted()).isEqualTo(rows.recordsExtracted()).isEqualTo(count("sc_task"));
        assertThat(rows.unchanged()).isZero();
        assertThat(rows.verdict()).isEqualTo("complete");
    }

    @Test
    void a_reconcile_whose_commit_is_not_answered_deletes_what_is_gone_and_nothing_else() {
        loaded("tickets");
        var gone = simulator.rows("sc_task").subList(0, 3).stream()
                .map(HashMap::new)
                .toList();
        gone.forEach(row -> simulator.delete("sc_task", row.get("sys_id")));
        var left = count("sc_task") - 3;

        var rows = byTable(loadedWithoutAnswerTo("DELETE")).get("sc_task");
        gone.forEach(row -> simulator.put("sc_task", row));

        assertThat(rows.status()).as(rows.error()).isEqualTo("success");
        assertThat(count("sc_task")).isEqualTo(left);
        assertThat(rows.deleted()).isEqualTo(3);
    }

    /**
     * A load whose first transaction with such a statement on sc_task commits, and then waits for a standby that never
     * comes, until its connection is cut.
     */
    private ExecutionView loadedWithoutAnswerTo(String statement) {
        jdbc.sql("CREATE SEQUENCE public.tries").update();
        jdbc.sql("""
                CREATE OR REPLACE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN
                  IF nextval('public.tries') = 1 THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
                  RETURN NULL;
                END $$""").update();
        jdbc.sql("CREATE TRIGGER wait AFTER %s ON servicenow.sc_task EXECUTE FUNCTION public.wait()"
                        .formatted(statement))
                .update();
        awaitStandby("nobody");
        try {
            var id = jobs.start("tickets", BEGINNING, TODAY).id();
            await().until(() -> jdbc.sql(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                    .query(Boolean.class)
                    .list()
                    .contains(true));
            return end(id);
        } finally {
            awaitStandby("");
            jdbc.sql("DROP TRIGGER wait ON servicenow.sc_task").update();
            jdbc.sql("DROP SEQUENCE public.tries").update();
        }
    }

    private void awaitStandby(String name) {
        jdbc.sql("ALTER SYSTEM SET synchronous_standby_names = '%s'".formatted(name))
                .update();
        jdbc.sql("SELECT pg_reload_conf()").query().singleRow();
        await().until(
                        () -> jdbc.sql("SHOW synchronous_standby_names")
                                .query(String.class)
                                .single(),
                        name::equals);
    }
}
