package io.caravana.ticket;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.database.TestDatabase;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What states are called. */
class StateNamesTest {

    private final JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource(TestDatabase.url()));

    @Test
    void the_usual_names_stand_in_where_sys_choice_is_not_loaded() {
        assertThat(names().states(TicketType.INCIDENT, "pt").values())
                .containsExactly(
                        "Novo",
                        "Em Andamento",
                        "Em Espera",
                        "Aguardando Aprovação",
                        "Aguardando Fornecedor",
                        "Resolvido",
                        "Fechado",
                        "Cancelado");
        assertThat(names().states(TicketType.CHANGE_TASK, "pt"))
                .containsEntry("1", "Pendente")
                .containsEntry("8", "Fechado Incompleto");
        assertThat(names().states(TicketType.SC_TASK, "pt")).doesNotContainKey("8");
        assertThat(names().state(TicketType.SC_TASK, "8", "pt")).isEqualTo("Outros");
        assertThat(names().state(TicketType.SC_TASK, "8", "en")).isEqualTo("Other");
    }

    @Test
    void the_names_of_the_site_come_before_the_usual_ones() {
        jdbc.sql("CREATE SCHEMA servicenow").update();
        jdbc.sql("CREATE TABLE servicenow.sys_choice (name text, element text, value text, label text, language text)")
                .update();
        jdbc.sql("""
                        INSERT INTO servicenow.sys_choice VALUES
                          ('incident', 'state', '1', 'Aberto na praça', 'pb'), ('incident', 'state', '1', 'Aberto', 'pt'),
                          ('incident', 'state', '11', 'Com o cliente', 'pt'), ('incident', 'state', '1', 'Fresh', 'en')""").update();

        assertThat(names().states(TicketType.INCIDENT, "pt"))
                .containsOnly(Map.entry("1", "Aberto na praça"), Map.entry("11", "Com o cliente"));
        assertThat(names().state(TicketType.INCIDENT, "1", "en")).isEqualTo("Fresh");
        assertThat(names().state(TicketType.CHANGE_TASK, "1", "en")).isEqualTo("Pending");
    }

    private StateNames names() {
        var clock = Clock.systemUTC();
        return new StateNames(jdbc, new Columns(jdbc, clock), clock);
    }
}
