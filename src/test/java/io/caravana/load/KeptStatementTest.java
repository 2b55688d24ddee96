package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** To plan the statement of a wide table takes longer than to run it. */
class KeptStatementTest extends LoadTest {

    @Autowired
    DataSource database;

    @Test
    void the_statements_of_batches_and_pages_are_planned_once_for_a_session() throws SQLException {
        loaded("incidents");
        jdbc.sql("DELETE FROM servicenow.incident_sla WHERE sys_id > '2'").update();
        loaded("incidents");

        var pool = database.unwrap(HikariDataSource.class).getHikariPoolMXBean();
        var sessions = new ArrayList<Connection>();
        try {
            for (var idle = pool.getIdleConnections(); idle > 0; idle--) {
                sessions.add(database.getConnection());
            }
            for (var pattern : new String[] {
                "%INSERT INTO%servicenow\".\"incident_sla%", "%INSERT INTO%seen_page%", "%given.place%incident_sla%"
            }) {
                var statements = 0L;
                var runs = 0L;
                for (var session : sessions) {
                    var kept = kept(session, pattern);
                    statements += kept.statements;
                    runs += kept.runs;
                }
                assertThat(statements).as(pattern).isPositive();
                assertThat(runs)
                        .as("runs of %d statements, %s", statements, pattern)
                        .isGreaterThan(2 * statements);
            }
        } finally {
            for (var session : sessions) {
                session.close();
            }
        }
    }

    private record Kept(long statements, long runs) {}

    private static Kept kept(Connection session, String pattern) {
        return JdbcClient.create(new SingleConnectionDataSource(session, true))
                .sql("""
                        SELECT count(*) AS statements, coalesce(sum(generic_plans + custom_plans), 0) AS runs
                        FROM pg_prepared_statements WHERE statement LIKE ?""")
                .param(pattern)
                .query(Kept.class)
                .single();
    }
}
