package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

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
}
