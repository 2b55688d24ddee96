package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.execution.log.TableLoadView;
import io.caravana.simulator.Fault;
import io.caravana.simulator.Fault.Kind;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What PostgreSQL itself refuses costs the records that are to blame, and no other. */
class RefusedRecordTest extends LoadTest {

    private static final String LONG_TEXT = Stream.iterate(1L, seed -> seed * 6364136223846793005L + 1)
            .limit(400)
            .map(Long::toHexString)
            .reduce("", String::concat);

    private List<String> groups;

    @BeforeEach
    void all_is_new() {
        jdbc.sql("DROP TABLE IF EXISTS servicenow.groups, servicenow.sys_company CASCADE")
                .update();
        jdbc.sql("DELETE FROM caravana.rejected_record").update();
        loaded("configurations");
        jdbc.sql("DELETE FROM servicenow.groups").update();
        groups = simulator.rows("sys_user_group").stream()
                .map(row -> row.get("sys_id"))
                .toList();
    }

    @AfterEach
    void nothing_is_left() {
        jdbc.sql("DROP TABLE servicenow.groups CASCADE").update();
        jdbc.sql("DROP TABLE IF EXISTS public.known CASCADE").update();
        jdbc.sql("DROP FUNCTION IF EXISTS public.look CASCADE").update();
        jdbc.sql("DELETE FROM caravana.rejected_record").update();
    }

    /** How PostgreSQL is set up, a value that it then refuses, and its words; %s is the key of the record to blame. */
    static Stream<List<String>> reasons() {
        return Stream.of(
                List.of(
                        "ALTER TABLE servicenow.groups ADD CONSTRAINT no_bad CHECK (description <> 'bad')",
                        "bad",
                        "new row for relation \"groups\" violates check constraint \"no_bad\""),
                List.of(
                        "ALTER TABLE servicenow.groups ALTER COLUMN description SET NOT NULL",
                        "",
                        "null value in column \"description\" of relation \"groups\" violates not-null constraint"),
                List.of(
                        "CREATE TABLE public.known (name text PRIMARY KEY); INSERT INTO public.known SELECT DISTINCT description FROM servicenow.groups; ALTER TABLE servicenow.groups ADD CONSTRAINT is_known FOREIGN KEY (description) REFERENCES public.known",
                        "unknown",
                        "insert or update on table \"groups\" violates foreign key constraint \"is_known\""),
                List.of(
                        "CREATE TABLE public.known (name text PRIMARY KEY); INSERT INTO public.known SELECT DISTINCT description FROM servicenow.groups; ALTER TABLE servicenow.groups ADD CONSTRAINT is_known FOREIGN KEY (description) REFERENCES public.known DEFERRABLE INITIALLY DEFERRED",
                        "unknown",
                        "insert or update on table \"groups\" violates foreign key constraint \"is_known\""),
                List.of(
                        "CREATE UNIQUE INDEX one_of_them ON servicenow.groups ((description = 'twin')) WHERE description = 'twin'; INSERT INTO servicenow.groups (sys_id, description) VALUES ('mine', 'twin')",
                        "twin",
                        "duplicate key value violates unique constraint \"one_of_them\""),
                List.of(
                        "CREATE INDEX by_text ON servicenow.groups (description)",
                        LONG_TEXT,
                        "index row size [0-9]+ exceeds btree version 4 maximum 2704 for index \"by_text\""),
                List.of(
                        "CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.description = 'odd' THEN RAISE EXCEPTION 'no odd ones, please'; END IF; RETURN NEW; END $$; CREATE TRIGGER look BEFORE INSERT OR UPDATE ON servicenow.groups FOR EACH ROW EXECUTE FUNCTION public.look()",
                        "odd",
                        "no odd ones, please"),
                List.of(
                        "CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.description = 'odd' THEN RAISE EXCEPTION 'a state of our own' USING ERRCODE = 'U0001'; END IF; RETURN NEW; END $$; CREATE TRIGGER look BEFORE INSERT OR UPDATE ON servicenow.groups FOR EACH ROW EXECUTE FUNCTION public.look()",
                        "odd",
                        "a state of our own"),
                List.of(
                        "CREATE INDEX per_rest ON servicenow.groups ((1 / (length(description) - 3)))",
                        "bad",
                        "division by zero"));
    }

    @ParameterizedTest
    @MethodSource("reasons")
    void a_record_that_postgresql_refuses_is_rejected_with_its_words_and_the_others_are_stored(List<String> reason) {
        jdbc.sql("UPDATE servicenow.groups SET description = 'x'").update();
        var bad = List.of(groups.get(0), groups.get(7), groups.get(8));
        for (int place = 0; place < groups.size(); place++) {
            spoil("sys_user_group", groups.get(place), "description", "text " + place);
        }
        loaded("configurations");
        jdbc.sql(reason.get(0)).update();
        jdbc.sql("DELETE FROM servicenow.groups WHERE sys_id <> 'mine'").update();
        bad.forEach(key -> spoil("sys_user_group", key, "description", reason.get(1)));

        var loaded = groups();

        assertThat(loaded.rejected()).isEqualTo(3);
        assertThat(loaded.inserted()).isEqualTo(groups.size() - 3);
        assertThat(loaded.verdict()).isEqualTo("complete");
        assertThat(rejected()).extracting(entry -> entry.get("sys_id")).containsExactlyInAnyOrderElementsOf(bad);
        assertThat(rejected())
                .allSatisfy(
                        entry -> assertThat(entry.get("reason").toString()).matches("PostgreSQL: " + reason.get(2)));
    }

    /** PostgreSQL's details quote the row, and pgjdbc's batch messages the statement with its values. */
    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void the_values_of_a_refused_record_are_in_the_list_of_rejected_records_alone(CapturedOutput log) throws Exception {
        loaded("configurations");
        jdbc.sql("ALTER TABLE servicenow.groups ADD CONSTRAINT no_quote CHECK (description NOT LIKE 'quoted%')")
                .update();
        spoil("sys_user_group", groups.get(3), "description", "quoted-4711");

        var execution = loaded("configurations");

        assertThat(rejected())
                .singleElement()
                .satisfies(entry -> assertThat(entry.get("sys_id")).isEqualTo(groups.get(3)));
        assertThat(jdbc.sql("SELECT CAST(record AS text) FROM caravana.rejected_record WHERE sys_id = ?")
                        .param(groups.get(3))
                        .query(String.class)
                        .single())
                .contains("quoted-4711");
        assertThat(get("/api/executions/" + execution.executionId()).body()).doesNotContain("4711");
        assertThat(rejected().toString()).contains("violates check constraint").doesNotContain("Failing row");
        assertThat(get("/actuator/prometheus").body()).doesNotContain("4711");
        assertThat(log.getAll()).contains("PostgreSQL refused a page").doesNotContain("4711");
    }

    @Test
    void a_page_that_postgresql_takes_is_one_transaction_without_savepoints() {
        jdbc.sql("DROP TABLE servicenow.sys_user").update();
        var users = byTable(loaded("configurations")).get("sys_user");
        assertThat(users.inserted()).isEqualTo(count("sys_user")).isGreaterThan(100);
        // what is written behind a savepoint has a number of its own
        assertThat(jdbc.sql("SELECT count(DISTINCT CAST(xmin AS text)) FROM servicenow.sys_user")
                        .query(Long.class)
                        .single())
                .isEqualTo((users.inserted() + 99) / 100);
    }

    @Test
    void a_row_wider_than_a_page_of_postgresql_is_rejected_alone() {
        for (int row = 0; row < 4; row++) {
            for (int column = 0; column < 460; column++) {
                simulator
                        .faults()
                        .add(Fault.of(Kind.BAD_VALUE)
                                .on("sys_user_group")
                                .with("sys_id", groups.get(3 * row))
                                .with("column", "u_ref_%03d".formatted(column))
                                .with("value", "0123456789abcdef0123456789abcdef"));
            }
        }
        var loaded = groups();
        assertThat(loaded.rejected()).isEqualTo(4);
        assertThat(loaded.inserted()).isEqualTo(groups.size() - 4).isEqualTo(count("groups"));
        assertThat(rejected())
                .allSatisfy(entry -> assertThat(entry.get("reason").toString())
                        .matches("PostgreSQL: row is too big: size [0-9]+, maximum size 8160"));
    }

    @Test
    void a_batch_that_is_too_much_for_one_statement_is_stored_in_parts() {
        // fields that only some records have take two places each of the 1,664 that a statement has
        for (int column = 0; column < 860; column++) {
            simulator
                    .faults()
                    .add(Fault.of(Kind.BAD_VALUE)
                            .on("sys_user_group")
                            .with("sys_id", groups.get(5))
                            .with("column", "u_%03d".formatted(column))
                            .with("value", "1"));
        }
        assertThat(groups().rejected()).isZero();
        assertThat(jdbc.sql("SELECT sys_id FROM servicenow.groups WHERE u_859 = '1'")
                        .query(String.class)
                        .list())
                .containsExactly(groups.get(5));
        assertThat(count("groups")).isEqualTo(groups.size());
    }

    @Test
    void a_refused_record_is_stored_by_a_retry_once_the_reason_is_gone() {
        jdbc.sql("ALTER TABLE servicenow.groups ADD CONSTRAINT no_bad CHECK (description <> 'bad')")
                .update();
        spoil("sys_user_group", groups.get(3), "description", "bad");
        assertThat(groups().rejected()).isEqualTo(1);

        assertThat(retried().rejected()).isEqualTo(1);
        jdbc.sql("ALTER TABLE servicenow.groups DROP CONSTRAINT no_bad").update();
        var mended = retried();

        assertThat(mended.inserted()).isEqualTo(1);
        assertThat(count("groups")).isEqualTo(groups.size());
        assertThat(rejected()).isEmpty();
    }

    @Test
    void what_is_said_of_a_refused_record_holds_no_values_of_other_rows() {
        jdbc.sql(
                        "ALTER TABLE servicenow.groups ADD COLUMN room int4range DEFAULT '[1,2)', ADD CONSTRAINT one_a_room EXCLUDE USING gist (room WITH &&)")
                .update();
        assertThat(groups().rejected()).isEqualTo(groups.size() - 1);
        assertThat(rejected())
                .extracting(entry -> entry.get("reason"))
                .containsOnly("PostgreSQL: conflicting key value violates exclusion constraint \"one_a_room\"");
    }

    @Test
    void a_key_that_is_too_long_for_an_index_is_rejected() {
        simulator
                .faults()
                .add(Fault.of(Kind.BAD_VALUE)
                        .on("sys_user_group")
                        .with("sys_id", groups.get(groups.size() - 1))
                        .with("column", "sys_id")
                        .with("value", "z" + LONG_TEXT));
        var loaded = groups();
        assertThat(loaded.rejected()).isEqualTo(1);
        assertThat(loaded.inserted()).isEqualTo(groups.size() - 1);
    }

    @Test
    void the_records_of_a_page_that_are_rejected_are_noted_by_one_statement() {
        for (var key : groups) {
            spoil("sys_user_group", key, "sys_mod_count", "many");
        }
        jdbc.sql("CREATE SEQUENCE public.statements").update();
        jdbc.sql("""
                CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM nextval('public.statements'); RETURN NULL; END $$""").update();
        jdbc.sql("CREATE TRIGGER look BEFORE INSERT ON caravana.rejected_record EXECUTE FUNCTION public.look()")
                .update();
        try {
            assertThat(groups().rejected()).isEqualTo(groups.size());
            assertThat(rejected()).hasSize(groups.size());
            assertThat(jdbc.sql("SELECT last_value FROM public.statements")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1);
        } finally {
            jdbc.sql("DROP TRIGGER look ON caravana.rejected_record").update();
            jdbc.sql("DROP SEQUENCE public.statements").update();
        }
    }

    private TableLoadView groups() {
        return byTable(loaded("configurations")).get("groups");
    }

    private TableLoadView retried() {
        return byTable(end(jobs.start("rejected", null, null).id())).get("groups");
    }

    private List<Map<String, Object>> rejected() {
        return jdbc.sql(
                        "SELECT sys_id, column_name, reason FROM caravana.rejected_record WHERE table_name = 'groups' ORDER BY id")
                .query()
                .listOfRows();
    }
}
