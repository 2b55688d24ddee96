package io.caravana.load;

import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.execution.log.ExecutionView;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.test.context.TestPropertySource;

/**
 * A table with a history and the change log as it is by default, one that is always noted, one that never is, and one whose
 * rows are followed and marked as deleted.
 */
@TestPropertySource(properties = """
                caravana.live.lag=0s
                caravana.live.overlap=5s
                caravana.jobs[0].name=tickets
                caravana.jobs[1].name=live
                caravana.jobs[1].sync-mode=incremental
                caravana.jobs[2].name=comparison
                caravana.jobs[2].sync-mode=key-diff
                caravana.tables[0].source=sc_task
                caravana.tables[0].job=tickets
                caravana.tables[0].window-column=sys_created_on
                caravana.tables[0].history=true
                caravana.tables[1].source=change_task
                caravana.tables[1].job=tickets
                caravana.tables[1].window-column=sys_created_on
                caravana.tables[1].change-log=always
                caravana.tables[2].source=incident_task
                caravana.tables[2].job=tickets
                caravana.tables[2].window-column=sys_created_on
                caravana.tables[2].change-log=never
                caravana.tables[3].source=change_request
                caravana.tables[3].job=tickets
                caravana.tables[3].window-column=sys_created_on
                caravana.tables[3].history=true
                caravana.tables[3].change-log=always
                caravana.tables[3].on-delete=soft
                """)
abstract class FollowedTest extends LoadTest {

    static final String TASK = "sc_task";

    private List<Map<String, String>> source;

    @BeforeEach
    void nothing_is_there() {
        source = simulator.rows(TASK).stream()
                .<Map<String, String>>map(HashMap::new)
                .toList();
        jdbc.sql("DELETE FROM caravana.watermark").update();
        jdbc.sql("DELETE FROM caravana.change_log").update();
        for (var table : catalog.tables()) {
            jdbc.sql("DROP TABLE IF EXISTS servicenow.%1$s, servicenow.%1$s_history CASCADE".formatted(table.target()))
                    .update();
        }
    }

    @AfterEach
    void restore() {
        simulator.rows(TASK).forEach(row -> simulator.delete(TASK, row.get("sys_id")));
        source.forEach(row -> simulator.put(TASK, row));
    }

    Map<String, String> task(int place) {
        return simulator.rows(TASK).get(place);
    }

    void put(Map<String, String> row, Map<String, String> values) {
        var changed = new HashMap<>(row);
        changed.putAll(values);
        simulator.put(TASK, changed);
    }

    /** The change that somebody makes now. */
    void describe(Map<String, String> row, String words) {
        put(row, Map.of(Table.UPDATED, Window.raw(Instant.now()), "short_description", words));
    }

    ExecutionView live() {
        return loaded("live", null, null);
    }

    /** Lets the transaction that stores a page of sc_task fail, after its rows were written. */
    void breakPages() {
        jdbc.sql(
                        "ALTER TABLE caravana.checkpoint ADD CONSTRAINT broken CHECK (table_name <> 'sc_task' OR pages = 0) NOT VALID")
                .update();
        jdbc.sql("ALTER TABLE caravana.seen_page ADD CONSTRAINT broken CHECK (table_name <> 'sc_task') NOT VALID")
                .update();
    }

    void mendPages() {
        jdbc.sql("ALTER TABLE caravana.checkpoint DROP CONSTRAINT broken").update();
        jdbc.sql("ALTER TABLE caravana.seen_page DROP CONSTRAINT broken").update();
    }

    OffsetDateTime now() {
        return jdbc.sql("SELECT now()").query(OffsetDateTime.class).single();
    }

    long number(String query, Object... values) {
        return jdbc.sql(query).params(values).query(Long.class).single();
    }
}
