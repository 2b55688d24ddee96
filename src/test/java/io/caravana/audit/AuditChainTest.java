package io.caravana.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.database.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class AuditChainTest {

    private final DriverManagerDataSource source = new DriverManagerDataSource(TestDatabase.url());
    private final JdbcClient jdbc = JdbcClient.create(source);
    private final ObjectMapper json = new ObjectMapper();
    private final AuditChain chain = new AuditChain(jdbc, json);

    @BeforeEach
    void five_links() {
        Flyway.configure().dataSource(source).defaultSchema("caravana").load().migrate();
        for (var number = 1; number <= 5; number++) {
            jdbc.sql("SELECT caravana.append_audit('answer', 'ana', jsonb_build_object('question', CAST(? AS text)))")
                    .param("O que falhou? ção " + number)
                    .query((row, place) -> 0)
                    .list();
        }
    }

    @Test
    void a_whole_chain_fits_and_has_its_anchors() {
        var state = chain.check();
        assertThat(state.links()).isEqualTo(5);
        assertThat(state.brokenAt()).isNull();
        assertThat(chain.has(state.headPlace(), state.head())).isTrue();
        assertThat(chain.has(4, state.head())).isFalse();
    }

    @Test
    void nobody_changes_or_deletes_a_link_in_passing() {
        assertThatThrownBy(() ->
                        jdbc.sql("UPDATE caravana.audit_chain SET who = 'x'").update())
                .hasStackTraceContaining("append-only");
        assertThatThrownBy(() -> jdbc.sql("DELETE FROM caravana.audit_chain").update())
                .hasStackTraceContaining("append-only");
    }

    @Test
    void a_changed_byte_a_link_taken_out_and_a_cut_tail_are_found() {
        var head = chain.check();
        tamper("UPDATE caravana.audit_chain SET content = replace(content, '3', '4') WHERE place = 3");
        assertThat(chain.check().brokenAt()).isEqualTo(3);
        tamper("UPDATE caravana.audit_chain SET content = replace(content, '4', '3') WHERE place = 3");
        assertThat(chain.check().brokenAt()).isNull();
        tamper("DELETE FROM caravana.audit_chain WHERE place = 2");
        assertThat(chain.check().brokenAt()).isEqualTo(3);
        tamper("DELETE FROM caravana.audit_chain WHERE place > 1");
        assertThat(chain.check().brokenAt()).as("what is left fits").isNull();
        assertThat(chain.has(head.headPlace(), head.head())).as("the anchor").isFalse();
    }

    @Test
    void an_export_is_checked_without_the_database() {
        var lines = new ArrayList<String>();
        chain.export(lines::add);
        assertThat(read(lines)).isEqualTo(chain.check());
        var changed = new ArrayList<>(lines);
        changed.set(3, changed.get(3).replace("\"ana\"", "\"bob\""));
        assertThat(read(changed).brokenAt()).isEqualTo(4);
        lines.remove(2);
        assertThat(read(lines).brokenAt()).isEqualTo(4);
    }

    private AuditChain.State read(List<String> lines) {
        var reader = new AuditChain.Reader(json);
        lines.forEach(reader::read);
        return reader.state();
    }

    private void tamper(String statement) {
        jdbc.sql("ALTER TABLE caravana.audit_chain DISABLE TRIGGER append_only").update();
        jdbc.sql(statement).update();
        jdbc.sql("ALTER TABLE caravana.audit_chain ENABLE ALWAYS TRIGGER append_only")
                .update();
    }
}
