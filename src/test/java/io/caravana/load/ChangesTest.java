package io.caravana.load;

import io.caravana.change.ConsumerGroups;
import io.caravana.change.ConsumerGroups.State;
import java.util.Map;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

/** One Caravana with every consumer group switched on, for the classes that extend this one. */
@Import(ConsumerGroupTest.Groups.class)
@TestPropertySource(
        properties = {
            "caravana.changes.redelivery=20ms,40ms",
            "caravana.changes.lease=2s",
            "caravana.changes.audit=true",
            "caravana.changes.analytics=true",
            "caravana.webhooks.master-secret=a-secret-of-tests-with-many-letters",
            "caravana.webhooks.private-hosts=localhost",
            "caravana.webhooks.plain-http=true"
        })
abstract class ChangesTest extends LoadTest {

    @Autowired
    ConsumerGroups groups;

    State state(String group) {
        return groups.states().stream()
                .filter(state -> state.name().equals(group))
                .findFirst()
                .orElseThrow();
    }

    void describe(String key, String text) {
        change("incident", key, "updated", "{\"short_description\": [\"x\", \"%s\"]}".formatted(text));
    }

    void change(String table, String key, String kind, String changes) {
        jdbc.sql("""
                        WITH logged AS (INSERT INTO caravana.change_log (table_name, sys_id, kind, changes, execution_id)
                          VALUES (:table, :key, :kind, CAST(:changes AS jsonb), 'test'))
                        SELECT true FROM pg_notify('caravana_changes', :table)""")
                .params(Map.of("table", table, "key", key, "kind", kind, "changes", changes))
                .query()
                .singleRow();
    }
}
