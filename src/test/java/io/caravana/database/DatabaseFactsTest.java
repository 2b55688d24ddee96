package io.caravana.database;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class DatabaseFactsTest {

    private static final String ROLE = "facts_reader";

    private final String url = TestDatabase.url();
    private final HikariDataSource owner = pool("");
    private final JdbcClient grants = JdbcClient.create(owner);
    private final String database =
            grants.sql("SELECT current_database()").query(String.class).single();
    private HikariDataSource reader;
    private DatabaseFacts facts;

    @BeforeEach
    void a_user_without_rights() {
        grants.sql("CREATE ROLE " + ROLE + " LOGIN").update();
        reader = pool(ROLE);
        facts = new DatabaseFacts(reader);
    }

    @AfterEach
    void forget() {
        reader.close();
        grants.sql("DROP OWNED BY " + ROLE).update();
        grants.sql("DROP ROLE " + ROLE).update();
        owner.close();
    }

    private HikariDataSource pool(String user) {
        var pool = new HikariDataSource();
        pool.setJdbcUrl(user.isEmpty() ? url : url.replaceFirst("user=[^&]*", "user=" + user));
        pool.setMaximumPoolSize(2);
        return pool;
    }

    @Test
    void a_user_without_rights_is_told_each_one_that_is_missing() {
        assertThat(facts.missingGrants("servicenow"))
                .containsExactly("GRANT CREATE ON DATABASE " + database + " TO " + ROLE);
        grants.sql("CREATE SCHEMA caravana").update();
        grants.sql("CREATE SCHEMA servicenow").update();
        assertThat(facts.missingGrants("servicenow"))
                .containsExactly(
                        "GRANT CREATE ON DATABASE " + database + " TO " + ROLE,
                        "GRANT USAGE, CREATE ON SCHEMA caravana TO " + ROLE,
                        "GRANT USAGE, CREATE ON SCHEMA servicenow TO " + ROLE);
    }

    @Test
    void the_statements_that_are_told_are_enough() {
        grants.sql("CREATE SCHEMA servicenow").update();
        facts.missingGrants("servicenow").forEach(grant -> grants.sql(grant).update());
        assertThat(facts.missingGrants("servicenow")).isEmpty();
        var user = JdbcClient.create(reader);
        user.sql("CREATE SCHEMA caravana").update();
        user.sql("CREATE TABLE servicenow.incident (sys_id text)").update();
    }

    @Test
    void where_all_schemas_and_tables_are_there_no_more_schemas_have_to_be_made() {
        grants.sql("CREATE SCHEMA caravana").update();
        grants.sql("CREATE SCHEMA servicenow").update();
        grants.sql("CREATE TABLE caravana.servicenow_execution_log (id text)").update();
        for (var schema : List.of("caravana", "servicenow")) {
            grants.sql("GRANT USAGE, CREATE ON SCHEMA " + schema + " TO " + ROLE)
                    .update();
        }
        assertThat(facts.missingGrants("servicenow")).isEmpty();
        assertThat(facts.missingGrants("elsewhere"))
                .containsExactly("GRANT CREATE ON DATABASE " + database + " TO " + ROLE);
    }

    @Test
    void tables_of_somebody_else_are_named() {
        grants.sql("CREATE SCHEMA caravana").update();
        grants.sql("CREATE SCHEMA servicenow").update();
        for (var table : List.of("caravana.granted", "caravana.ungranted", "servicenow.incident", "servicenow.view")) {
            grants.sql("CREATE TABLE " + table + " (id text)").update();
        }
        grants.sql("GRANT ALL ON caravana.granted, servicenow.incident TO " + ROLE)
                .update();
        var replicaTables = List.of("incident", "groups");
        assertThat(facts.foreignTables("servicenow", replicaTables))
                .containsExactly("caravana.ungranted", "servicenow.incident");
        assertThat(new DatabaseFacts(owner).foreignTables("servicenow", replicaTables))
                .isEmpty();
    }

    @Test
    void connections_are_counted_for_all_users() {
        var slots = facts.slots();
        var most = grants.sql("SELECT current_setting('max_connections')::int")
                .query(Integer.class)
                .single();
        assertThat(slots.most()).isPositive().isLessThan(most);
        assertThat(slots.free()).isLessThan(slots.most());
        assertThat(slots.wanted()).isBetween(0, 1);
    }

    @Test
    void the_server_tells_its_version_and_no_secret() {
        assertThat(facts.version()).isGreaterThanOrEqualTo(DatabaseFacts.OLDEST_VERSION);
        assertThat(facts.user()).isEqualTo(ROLE);
        assertThat(facts.url()).doesNotContain("?").endsWith("/" + database);
    }
}
