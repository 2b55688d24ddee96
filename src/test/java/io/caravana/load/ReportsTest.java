package io.caravana.load;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.caravana.catalog.Window;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.test.context.TestPropertySource;
import org.springframework.transaction.support.TransactionTemplate;

/** The views that analysts query, and the queries that the documentation shows them. */
@TestPropertySource(properties = "caravana.replica.reports=true")
class ReportsTest extends LoadTest {

    private static final Pattern SQL = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

    /** What a person runs with psql or as another user: it makes roles and databases, or has variables. */
    private static final Pattern FOR_PSQL =
            Pattern.compile("CREATE (ROLE|DATABASE)|\\\\set|TO analysts", Pattern.DOTALL);

    @Autowired
    private JdbcTransactionManager transactions;

    private static boolean isLoaded;

    @BeforeEach
    void everythingIsLoaded() {
        if (!isLoaded) {
            periodJobs().forEach(this::loaded);
            isLoaded = true;
        }
    }

    @AfterEach
    void everyViewIsMade() {
        make();
    }

    @Test
    void every_replica_table_has_a_view_whose_columns_need_no_quotes() {
        for (var table : catalog.tables()) {
            assertThat(number("SELECT count(*) FROM reports." + table.target()))
                    .as(table.target())
                    .isEqualTo(count(table.target()));
        }
        assertThat(strings("""
                SELECT table_name || '.' || column_name FROM information_schema.columns
                JOIN pg_get_keywords() ON word = column_name AND catcode IN ('R', 'T') WHERE table_schema = 'reports'""")).isEmpty();
        assertThat(strings("SELECT column_name FROM information_schema.columns WHERE table_schema = 'reports'"))
                .contains("short_description")
                .noneMatch(column -> column.startsWith("etl_"));
        assertThat(strings("SELECT user_id FROM reports.task_time_worked ORDER BY sys_id"))
                .isEqualTo(simulator.rows("task_time_worked").stream()
                        .sorted((one, other) -> one.get("sys_id").compareTo(other.get("sys_id")))
                        .map(row -> row.get("user"))
                        .toList());
    }

    @Test
    void a_reference_shows_the_name_that_its_record_has_now() {
        var group = new HashMap<>(simulator.rows("sys_user_group").get(0));
        var name = group.put("name", "Renamed");
        simulator.put("sys_user_group", group);
        loaded("configurations");
        assertThat(strings("SELECT DISTINCT assignment_group_label FROM reports.incident WHERE assignment_group = '%s'"
                        .formatted(group.get("sys_id"))))
                .containsExactly("Renamed");
        group.put("name", name);
        simulator.put("sys_user_group", group);
        loaded("configurations");
    }

    @Test
    void a_choice_shows_its_label_and_one_without_a_label_its_value() {
        assertThat(strings("SELECT DISTINCT state || ' ' || state_label FROM reports.incident WHERE state IN (2, 7)"))
                .containsExactlyInAnyOrder("2 In Progress", "7 Closed");
        // of a table without display values, from sys_choice
        jdbc.sql(
                        "UPDATE servicenow.task_time_worked SET category = 'unheard of' WHERE sys_id = (SELECT min(sys_id) FROM servicenow.task_time_worked)")
                .update();
        assertThat(strings("SELECT DISTINCT category_label FROM reports.task_time_worked"))
                .containsExactlyInAnyOrder("Task work", "unheard of");
        loaded("incidents");
    }

    @Test
    void two_choices_of_one_value_do_not_double_a_row() {
        assertThat(number("SELECT count(*) FROM reports.task_time_worked WHERE category_label IS NOT NULL"))
                .isEqualTo(count("task_time_worked"));
    }

    @Test
    void rows_that_are_marked_as_deleted_are_left_out() {
        jdbc.sql("ALTER TABLE servicenow.sc_task ADD COLUMN etl_deleted_at timestamptz")
                .update();
        assertThat(make()).isEmpty();
        jdbc.sql(
                        "UPDATE servicenow.sc_task SET etl_deleted_at = now() WHERE sys_id = (SELECT min(sys_id) FROM servicenow.sc_task)")
                .update();
        assertThat(number("SELECT count(*) FROM reports.sc_task")).isEqualTo(count("sc_task") - 1);
        jdbc.sql("ALTER TABLE servicenow.sc_task DROP COLUMN etl_deleted_at CASCADE")
                .update();
    }

    @Test
    void a_new_column_is_in_the_view_after_the_next_load() {
        jdbc.sql("ALTER TABLE servicenow.incident_task ADD COLUMN \"limit\" integer DEFAULT 3")
                .update();
        loaded("incidents");
        assertThat(strings("SELECT DISTINCT limit_value FROM reports.incident_task"))
                .containsExactly("3");
        jdbc.sql("ALTER TABLE servicenow.incident_task DROP COLUMN \"limit\" CASCADE")
                .update();
    }

    @Test
    void a_column_that_is_not_carried_leaves_the_reports_without_that_part() {
        rolledBack(() -> {
            jdbc.sql(
                            "ALTER TABLE servicenow.incident DROP COLUMN business_duration CASCADE, DROP COLUMN company CASCADE, DROP COLUMN dv_company CASCADE")
                    .update();
            assertThat(make()).isEmpty();
            assertThat(columns("mttr")).contains("mean_hours").doesNotContain("mean_business_hours");
            assertThat(columns("time_worked_by_company")).containsExactly("month", "incidents", "time_worked", "hours");
            jdbc.sql("DROP TABLE servicenow.task_time_worked CASCADE").update();
            assertThat(make()).isEmpty();
            assertThat(columns("time_worked_by_person")).isEmpty();
        });
    }

    @Test
    void without_the_tables_that_are_referred_to_and_without_choices_a_label_is_what_the_record_says() {
        rolledBack(() -> {
            jdbc.sql("DROP TABLE servicenow.groups, servicenow.sys_choice, servicenow.sys_user CASCADE")
                    .update();
            assertThat(make()).isEmpty();
            assertThat(
                            number(
                                    "SELECT count(*) FROM reports.incident WHERE assignment_group_label IS DISTINCT FROM dv_assignment_group"
                                            .replace(
                                                    "dv_assignment_group",
                                                    "(SELECT dv_assignment_group FROM servicenow.incident AS i WHERE i.sys_id = incident.sys_id)")))
                    .isZero();
            assertThat(number("SELECT count(*) FROM reports.task_time_worked WHERE user_label <> user_id"))
                    .isZero();
        });
    }

    @Test
    void an_object_of_somebody_else_with_the_name_of_a_view_stays() {
        jdbc.sql("DROP VIEW reports.groups").update();
        jdbc.sql("CREATE TABLE reports.groups (mine text)").update();
        assertThat(make())
                .containsExactly(
                        "reports.groups is not as Caravana has made it, so it stays as it is. Rename it to have Caravana make its own");
        assertThat(columns("groups")).containsExactly("mine");
        assertThat(make()).as("it is told once").isEmpty();
        loaded("configurations");
        jdbc.sql("DROP TABLE reports.groups").update();
    }

    @Test
    void a_view_that_somebody_has_changed_stays_until_it_is_dropped() {
        jdbc.sql(
                        "CREATE OR REPLACE VIEW reports.reopened AS SELECT month, group_id, group_name, incidents, reopened, reopened_percent FROM (SELECT DATE '2026-01-01' AS month, NULL::text AS group_id, 'mine'::text AS group_name, 1::bigint AS incidents, 1::bigint AS reopened, 1.0::numeric AS reopened_percent) AS mine")
                .update();
        jdbc.sql("DELETE FROM caravana.report_signature").update();
        assertThat(make()).singleElement().asString().startsWith("reports.reopened is not as Caravana has made it");
        assertThat(strings("SELECT group_name FROM reports.reopened")).containsExactly("mine");
        jdbc.sql("DROP VIEW reports.reopened").update();
        assertThat(make()).isEmpty();
        assertThat(strings("SELECT group_name FROM reports.reopened")).doesNotContain("mine");
    }

    @Test
    void a_column_is_widened_under_its_views_and_those_who_may_read_them_still_may() {
        jdbc.sql("CREATE ROLE reader_of_reports").update();
        jdbc.sql("GRANT SELECT ON reports.sc_task, reports.mttr TO reader_of_reports")
                .update();
        var entry = dictionary("sys_mod_count");
        var changed = new HashMap<>(entry);
        changed.put("internal_type", "longint");
        simulator.put("sys_dictionary", changed);
        try {
            assertThat(byTable(loaded("tickets")).get("sc_task").drift())
                    .isEqualTo("sys_mod_count was integer and is bigint now");
            assertThat(
                            strings(
                                    "SELECT data_type FROM information_schema.columns WHERE table_schema = 'reports' AND table_name = 'sc_task' AND column_name = 'sys_mod_count'"))
                    .containsExactly("bigint");
            assertThat(
                            strings(
                                    "SELECT table_name::text FROM information_schema.role_table_grants WHERE grantee = 'reader_of_reports' ORDER BY 1"))
                    .containsExactly("mttr", "sc_task");
        } finally {
            simulator.put("sys_dictionary", entry);
            jdbc.sql("DROP OWNED BY reader_of_reports").update();
            jdbc.sql("DROP ROLE reader_of_reports").update();
        }
    }

    @Test
    void a_view_of_somebody_else_on_a_view_keeps_the_column_as_it_is_and_fails_nothing() {
        jdbc.sql("CREATE VIEW public.mine AS SELECT sys_mod_count FROM reports.change_task")
                .update();
        var entry = dictionary("sys_mod_count");
        var changed = new HashMap<>(entry);
        changed.put("internal_type", "decimal");
        simulator.put("sys_dictionary", changed);
        try {
            assertThat(byTable(loaded("tickets")).get("change_task").drift())
                    .contains("sys_mod_count stays ")
                    .contains("mine");
            assertThat(count("change_task")).isEqualTo(number("SELECT count(*) FROM public.mine"));
        } finally {
            simulator.put("sys_dictionary", entry);
            jdbc.sql("DROP VIEW public.mine").update();
        }
    }

    @Test
    void nothing_is_made_anew_while_nothing_has_changed() {
        var before = strings(
                "SELECT oid || '.' || xmin FROM pg_class WHERE relnamespace = 'reports'::regnamespace ORDER BY 1");
        loaded("configurations");
        assertThat(
                        strings(
                                "SELECT oid || '.' || xmin FROM pg_class WHERE relnamespace = 'reports'::regnamespace ORDER BY 1"))
                .isEqualTo(before);
    }

    @Test
    void tables_and_columns_say_what_people_call_them_and_a_comment_of_somebody_else_stays() {
        assertThat(strings("SELECT obj_description('servicenow.incident_sla'::regclass)"))
                .containsExactly("Task SLA");
        assertThat(comment("servicenow.incident", "assignment_group")).isEqualTo("Assignment group");
        assertThat(comment("reports.incident", "assignment_group_label")).isEqualTo("Assignment group (as shown)");
        jdbc.sql("COMMENT ON COLUMN servicenow.sys_user.email IS 'ours'").update();
        loaded("configurations");
        assertThat(comment("servicenow.sys_user", "email")).isEqualTo("ours");
    }

    @Test
    void incidents_are_resolved_by_month_group_and_priority() {
        var resolved = simulator.rows("incident").stream()
                .filter(row -> !row.get("resolved_at").isEmpty())
                .toList();
        var expected = new HashMap<String, List<Long>>();
        resolved.forEach(row -> expected.computeIfAbsent(
                        row.get("resolved_at").substring(0, 7) + row.get("assignment_group") + row.get("priority"),
                        key -> new ArrayList<>())
                .add(Duration.between(Window.moment(row.get("opened_at")), Window.moment(row.get("resolved_at")))
                        .toSeconds()));
        var shown = new HashMap<String, Map<String, Object>>();
        inUtc(
                        "SELECT to_char(month, 'YYYY-MM') || coalesce(group_id, '') || priority AS key, incidents, mean_hours FROM reports.mttr")
                .forEach(row -> shown.put((String) row.get("key"), row));
        assertThat(shown.keySet()).isEqualTo(expected.keySet());
        expected.forEach((key, seconds) -> {
            assertThat(shown.get(key).get("incidents")).isEqualTo((long) seconds.size());
            assertThat(((BigDecimal) shown.get(key).get("mean_hours")).doubleValue())
                    .isCloseTo(
                            seconds.stream()
                                            .mapToLong(second -> second)
                                            .average()
                                            .orElseThrow()
                                    / 3600,
                            org.assertj.core.data.Offset.offset(0.0051));
        });
    }

    @Test
    void slas_are_met_by_month_and_group_and_those_that_were_cancelled_do_not_count() {
        var groups = new HashMap<String, String>();
        simulator.rows("incident").forEach(row -> groups.put(row.get("sys_id"), row.get("assignment_group")));
        var ended = simulator.rows("task_sla").stream()
                .filter(row ->
                        !row.get("end_time").isEmpty() && !row.get("stage").equals("cancelled"))
                .filter(row -> groups.containsKey(row.get("task")))
                .toList();
        var breached = ended.stream()
                .filter(row -> row.get("has_breached").equals("true"))
                .count();
        assertThat(number("SELECT sum(slas) FROM reports.sla_by_month")).isEqualTo(ended.size());
        assertThat(number("SELECT sum(breached) FROM reports.sla_by_month"))
                .isEqualTo(breached)
                .isPositive();
        var expected = ended.stream()
                .collect(groupingBy(
                        row -> row.get("end_time").substring(0, 7) + groups.get(row.get("task")) + row.get("sla"),
                        summingLong(row -> 1)));
        var shown = new HashMap<String, Long>();
        inUtc(
                        "SELECT to_char(month, 'YYYY-MM') || coalesce(group_id, '') || sla_id AS key, slas FROM reports.sla_by_month")
                .forEach(row -> shown.put((String) row.get("key"), (Long) row.get("slas")));
        assertThat(shown).isEqualTo(expected);
    }

    @Test
    void an_sla_that_has_run_out_does_not_run_out_next() {
        var row = simulator.rows("task_sla").stream()
                .filter(sla -> sla.get("active").equals("true")
                        && sla.get("stage").equals("in_progress")
                        && sla.get("planned_end_time")
                                        .compareTo(Window.raw(Instant.now().plusSeconds(600)))
                                > 0)
                .findFirst()
                .orElseThrow();
        var number =
                "SELECT count(*) FROM reports.sla_next WHERE incident = '%s' AND planned_end_time = (SELECT planned_end_time FROM servicenow.incident_sla WHERE sys_id = '%s')"
                        .formatted(row.get("task"), row.get("sys_id"));
        assertThat(number(number)).isEqualTo(1);
        rolledBack(() -> {
            // it has not been marked as breached yet
            jdbc.sql(
                            "UPDATE servicenow.incident_sla SET planned_end_time = now() - interval '1 minute' WHERE sys_id = ?")
                    .param(row.get("sys_id"))
                    .update();
            assertThat(number(number)).isZero();
            assertThat(number("SELECT count(*) FROM reports.sla_next WHERE planned_end_time <= now()"))
                    .isZero();
        });
    }

    @Test
    void the_backlog_is_what_is_not_resolved() {
        var open = simulator.rows("incident").stream()
                .filter(row -> row.get("active").equals("true")
                        && row.get("resolved_at").isEmpty())
                .toList();
        assertThat(number("SELECT sum(incidents) FROM reports.backlog_by_age"))
                .isEqualTo(open.size())
                .isPositive();
        var old = Window.raw(Instant.now().minus(Duration.ofDays(30)));
        assertThat(number("SELECT coalesce(sum(incidents), 0) FROM reports.backlog_by_age WHERE age_days_from >= 30"))
                .isEqualTo(open.stream()
                        .filter(row -> row.get("opened_at").compareTo(old) <= 0)
                        .count());
    }

    @Test
    void reopened_and_reassigned_incidents_are_counted() {
        var all = simulator.rows("incident");
        assertThat(number("SELECT sum(reopened) FROM reports.reopened"))
                .isEqualTo(all.stream()
                        .filter(row -> !row.get("reopen_count").matches("0?"))
                        .count())
                .isPositive();
        assertThat(number("SELECT sum(reassigned) FROM reports.reassigned"))
                .isEqualTo(all.stream()
                        .filter(row -> !row.get("reassignment_count").matches("0?"))
                        .count())
                .isPositive();
        assertThat(number("SELECT sum(incidents) FROM reports.reassigned")).isEqualTo(all.size());
    }

    @Test
    void people_of_one_name_are_not_taken_for_one() {
        var worked = simulator.rows("task_time_worked").stream()
                .collect(groupingBy(
                        row -> row.get("user"),
                        summingLong(row -> Window.moment(row.get("time_worked")).getEpochSecond())));
        rolledBack(() -> {
            jdbc.sql("UPDATE servicenow.sys_user SET name = 'Ana Silva'").update();
            var shown = new HashMap<String, Long>();
            jdbc.sql(
                            "SELECT user_id, sum(extract(epoch FROM time_worked))::bigint, min(user_name) FROM reports.time_worked_by_person GROUP BY 1")
                    .query(row -> {
                        shown.put(row.getString(1), row.getLong(2));
                        assertThat(row.getString(3)).isEqualTo("Ana Silva");
                    });
            assertThat(shown).isEqualTo(worked).hasSizeGreaterThan(1);
        });
    }

    @Test
    void time_is_worked_for_the_company_of_the_incident() {
        var companies = new HashMap<String, String>();
        simulator.rows("incident").forEach(row -> companies.put(row.get("sys_id"), row.get("company")));
        var expected = simulator.rows("task_time_worked").stream()
                .filter(row -> companies.containsKey(row.get("task")))
                .collect(groupingBy(
                        row -> companies.get(row.get("task")),
                        summingLong(row -> Window.moment(row.get("time_worked")).getEpochSecond())));
        var shown = new HashMap<String, Long>();
        jdbc.sql(
                        "SELECT coalesce(company_id, ''), sum(extract(epoch FROM time_worked))::bigint FROM reports.time_worked_by_company GROUP BY 1")
                .query(row -> {
                    shown.put(row.getString(1), row.getLong(2));
                });
        assertThat(shown).isEqualTo(expected);
    }

    @Test
    void every_query_of_the_documentation_runs() throws IOException {
        rolledBack(() -> {
            jdbc.sql("SELECT caravana.follow('servicenow.incident', true, true)")
                    .query()
                    .singleRow();
            // as if it had been kept for all the moments that the documentation asks for
            jdbc.sql("UPDATE caravana.history_span SET began = '2026-01-01' WHERE table_name = 'incident'")
                    .update();
            var queries = documented();
            assertThat(queries).hasSizeGreaterThan(5);
            for (var query : queries) {
                assertThatCode(() -> jdbc.sql(query).query().listOfRows())
                        .as(query)
                        .doesNotThrowAnyException();
            }
        });
    }

    @Test
    void the_readme_counts_incidents_by_priority() {
        var byPriority = jdbc.sql(sql(Path.of("README.md")).findFirst().orElseThrow())
                .query()
                .listOfRows();
        assertThat(byPriority.stream()
                        .mapToLong(row -> (long) row.get("opened"))
                        .sum())
                .isEqualTo(count("incident"));
        assertThat(byPriority).extracting(row -> row.get("priority")).contains("2 - High", "5 - Planning");
    }

    @Test
    void the_documented_queries_show_no_breached_sla_and_the_time_by_team() {
        var queries = sql(Path.of("docs/reports.md")).toList();
        rolledBack(() -> {
            jdbc.sql("UPDATE servicenow.incident_sla SET planned_end_time = now() - interval '1 minute'")
                    .update();
            assertThat(jdbc.sql(only(queries, "FROM reports.sla_next")).query().listOfRows())
                    .isEmpty();
            jdbc.sql("UPDATE servicenow.groups SET name = 'Support'").update();
            assertThat(jdbc.sql(only(queries, "FROM reports.task_time_worked"))
                            .query()
                            .listOfRows())
                    .hasSize(10)
                    .extracting(row -> row.get("team"))
                    .containsOnly("Support");
        });
    }

    private static String only(List<String> queries, String part) {
        var found = queries.stream().filter(query -> query.contains(part)).toList();
        assertThat(found).as(part).hasSize(1);
        return found.get(0);
    }

    private static List<String> documented() {
        try (var files = Files.list(Path.of("docs"))) {
            var queries = new ArrayList<>(sql(Path.of("README.md")).toList());
            files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .flatMap(ReportsTest::sql)
                    .forEach(queries::add);
            return queries;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Stream<String> sql(Path file) {
        try {
            return SQL.matcher(Files.readString(file))
                    .results()
                    .map(block -> block.group(1))
                    .filter(block -> !FOR_PSQL.matcher(block).find())
                    .flatMap(block -> Stream.of(block.split(";\\s*\n")))
                    .filter(query -> !query.isBlank());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void rolledBack(Runnable work) {
        new TransactionTemplate(transactions).executeWithoutResult(status -> {
            status.setRollbackOnly();
            work.run();
        });
    }

    private List<Map<String, Object>> inUtc(String query) {
        return new TransactionTemplate(transactions).execute(status -> {
            jdbc.sql("SET LOCAL TIME ZONE 'UTC'").update();
            return jdbc.sql(query).query().listOfRows();
        });
    }

    private List<String> make() {
        return strings("SELECT told FROM caravana.make_reports()");
    }

    private Map<String, String> dictionary(String element) {
        return simulator.rows("sys_dictionary").stream()
                .filter(row ->
                        row.get("name").equals("task") && row.get("element").equals(element))
                .findFirst()
                .orElseThrow();
    }

    private String comment(String table, String column) {
        return strings(
                        "SELECT col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = '%s'::regclass AND attname = '%s'"
                                .formatted(table, column))
                .get(0);
    }

    private List<String> columns(String view) {
        return strings(
                "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'reports' AND table_name = '%s' ORDER BY ordinal_position"
                        .formatted(view));
    }

    private List<String> strings(String query) {
        return jdbc.sql(query).query(String.class).list();
    }

    private long number(String query) {
        return jdbc.sql(query).query(Long.class).single();
    }
}
