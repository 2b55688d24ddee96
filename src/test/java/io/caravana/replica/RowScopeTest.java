package io.caravana.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.database.TestDatabase;
import java.util.List;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class RowScopeTest {

    private static final DriverManagerDataSource DATABASE = new DriverManagerDataSource(TestDatabase.url());
    private static final JdbcClient JDBC = JdbcClient.create(DATABASE);

    private final RowScopes scopes = new RowScopes(JDBC);

    @BeforeAll
    static void fill() {
        Flyway.configure().dataSource(DATABASE).defaultSchema("caravana").load().migrate();
        JDBC.sql("CREATE TABLE servicenow.sys_company (sys_id text PRIMARY KEY, name text)")
                .update();
        JDBC.sql("INSERT INTO servicenow.sys_company VALUES ('c1', 'Aurora'), ('c2', 'Boreal')")
                .update();
        JDBC.sql("CREATE TABLE servicenow.incident (sys_id text PRIMARY KEY, company text, assignment_group text)")
                .update();
        JDBC.sql(
                        "INSERT INTO servicenow.incident VALUES ('1', 'c1', 'g1'), ('2', 'c1', 'g2'), ('3', 'c2', 'g1'), ('4', NULL, 'g1'),"
                                + " ('5', 'c1', NULL)")
                .update();
    }

    @Test
    void without_a_limit_every_ticket_is_seen() {
        assertThat(seen(scopes.of(null, null))).containsExactly("1", "2", "3", "4", "5");
        assertThat(scopes.of(null, null).isUnlimited()).isTrue();
    }

    @Test
    void companies_are_named_by_name_or_by_key() {
        assertThat(seen(scopes.of(List.of("Aurora"), null))).containsExactly("1", "2", "5");
        assertThat(seen(scopes.of(List.of("c2"), null))).containsExactly("3");
    }

    @Test
    void a_ticket_must_lie_within_the_companies_and_within_the_groups() {
        assertThat(seen(scopes.of(List.of("Aurora"), List.of("g1")))).containsExactly("1");
    }

    @Test
    void groups_are_named_by_key_while_their_table_is_not_loaded() {
        assertThat(seen(scopes.of(null, List.of("g2")))).containsExactly("2");
    }

    @Test
    void a_name_that_nothing_has_lets_nothing_through() {
        assertThat(seen(scopes.of(List.of("Aurora Ltda"), null))).isEmpty();
        assertThat(seen(scopes.of(List.of(), null))).isEmpty();
    }

    @Test
    void two_limits_leave_what_both_have() {
        var one = scopes.of(List.of("Aurora"), null);
        var other = scopes.of(List.of("Aurora", "Boreal"), List.of("g1"));
        assertThat(one.within(other)).isEqualTo(other.within(one));
        assertThat(seen(one.within(other))).containsExactly("1");
        assertThat(one.within(RowScope.EVERYTHING)).isEqualTo(one);
    }

    @Test
    void whoever_is_limited_to_companies_sees_nothing_of_a_table_without_that_column() {
        var query = "SELECT count(*) FROM servicenow.incident AS ticket WHERE "
                + RowScope.condition("NULL::text", "ticket.assignment_group");
        var limited = new RowScope(Set.of("c1"), null);
        assertThat(limited.bind(JDBC.sql(query)).query(Long.class).single()).isZero();
        assertThat(RowScope.EVERYTHING.bind(JDBC.sql(query)).query(Long.class).single())
                .isEqualTo(5);
    }

    /** A function that PostgreSQL cannot see through would be called for each row of a million. */
    @Test
    void an_index_on_the_company_serves_the_condition() {
        JDBC.sql("CREATE TABLE servicenow.many AS SELECT 'c' || n AS company, 'g' AS assignment_group"
                        + " FROM generate_series(1, 20000) AS n")
                .update();
        JDBC.sql("CREATE INDEX ON servicenow.many (company)").update();
        JDBC.sql("ANALYZE servicenow.many").update();
        var plan = new RowScope(Set.of("c1"), null)
                .bind(JDBC.sql("EXPLAIN SELECT * FROM servicenow.many AS ticket WHERE " + RowScope.CONDITION))
                .query(String.class)
                .list();
        assertThat(plan).anyMatch(line -> line.contains("Index Cond: (company = ANY"));
    }

    private static List<String> seen(RowScope scope) {
        return scope.bind(JDBC.sql("SELECT sys_id FROM servicenow.incident AS ticket WHERE " + RowScope.CONDITION
                        + " ORDER BY sys_id"))
                .query(String.class)
                .list();
    }
}
