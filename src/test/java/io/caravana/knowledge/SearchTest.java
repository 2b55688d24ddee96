package io.caravana.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.knowledge.Search.Filter;
import io.caravana.replica.RowScope;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SearchTest {

    private static final SearchedTickets TICKETS = new SearchedTickets();

    @BeforeAll
    static void fill() {
        TICKETS.store(
                "number",
                "INC0000001",
                "short_description",
                "Conexões instáveis na filial",
                "state",
                "2",
                "company",
                "c1");
        TICKETS.store(
                "number",
                "INC0000002",
                "short_description",
                "Job abortado",
                "description",
                "MDM#JS_FOLHA.JOB_01 parou",
                "state",
                "1");
        TICKETS.store(
                "number",
                "INC0000003",
                "short_description",
                "Job abortado",
                "description",
                "MDM#JS_FOLHA.JOB_02 parou",
                "state",
                "1");
        TICKETS.store(
                "number",
                "INC0000004",
                "short_description",
                "Papéis presos na impressora",
                "dv_caller_id",
                "Conceição Araújo",
                "company",
                "c2");
        TICKETS.store(
                "number",
                "INC0000005",
                "short_description",
                "Disk full on srv-arquivos-01.corp.local",
                "assignment_group",
                "g1");
        TICKETS.store(
                "number",
                "INC0000006",
                "short_description",
                "Arquivo 01 de 10",
                "description",
                "servidor de arquivos local");
        TICKETS.follow();
    }

    @ParameterizedTest
    @CsvSource({
        "conexao, INC0000001",
        "CONEXÃO instável, INC0000001",
        "connection unstable branch, INC0000001",
        "papel, INC0000004",
        "impresora, INC0000004",
        "conceicao araujo, INC0000004",
        "inc0000005, INC0000005",
        "disco cheio srv-arquivos-01, INC0000005",
        "impr, INC0000004"
    })
    void a_ticket_is_found_by_other_forms_of_its_words(String text, String number) {
        assertThat(found(text, Filter.NONE, RowScope.EVERYTHING)).startsWith(number);
    }

    @Test
    void a_name_is_found_whole_before_what_has_only_its_parts() {
        assertThat(found("MDM#JS_FOLHA.JOB_01", Filter.NONE, RowScope.EVERYTHING))
                .containsExactly("INC0000002");
        assertThat(found("JS_FOLHA", Filter.NONE, RowScope.EVERYTHING))
                .containsExactlyInAnyOrder("INC0000002", "INC0000003");
        assertThat(found("srv-arquivos-01.corp.local", Filter.NONE, RowScope.EVERYTHING))
                .startsWith("INC0000005");
    }

    @Test
    void filters_apply() {
        assertThat(found("job", new Filter("incident", "1", "", "", ""), RowScope.EVERYTHING))
                .hasSize(2);
        assertThat(found("job", new Filter("incident", "2", "", "", ""), RowScope.EVERYTHING))
                .isEmpty();
        assertThat(found("disk", new Filter("", "", "", "g1", ""), RowScope.EVERYTHING))
                .containsExactly("INC0000005");
        assertThat(found("disk", new Filter("sc_task", "", "", "", ""), RowScope.EVERYTHING))
                .isEmpty();
    }

    @Test
    void nothing_is_found_beyond_what_somebody_may_see() {
        var limited = new RowScope(Set.of("c2"), null);
        assertThat(found("conexao", Filter.NONE, limited)).isEmpty();
        assertThat(found("papel", Filter.NONE, limited)).containsExactly("INC0000004");
        TICKETS.store("number", "INC0000007", "short_description", "zebra", "company", "c2");
        TICKETS.follow();
        // moved since the index read it
        TICKETS.jdbc
                .sql("UPDATE servicenow.incident SET company = 'c1' WHERE number = 'INC0000007'")
                .update();
        assertThat(found("zebra", Filter.NONE, limited)).isEmpty();
    }

    @Test
    void what_changes_is_found_by_its_new_words_and_what_is_gone_is_not_found() {
        TICKETS.store("number", "INC0000008", "short_description", "girafa");
        TICKETS.follow();
        assertThat(found("girafa", Filter.NONE, RowScope.EVERYTHING)).containsExactly("INC0000008");
        TICKETS.jdbc
                .sql(
                        "UPDATE servicenow.incident SET short_description = 'elefante', etl_updated_at = now() WHERE number = 'INC0000008'")
                .update();
        TICKETS.follow();
        assertThat(found("girafa", Filter.NONE, RowScope.EVERYTHING)).isEmpty();
        assertThat(found("elefantes", Filter.NONE, RowScope.EVERYTHING)).containsExactly("INC0000008");
        TICKETS.jdbc
                .sql("DELETE FROM servicenow.incident WHERE number = 'INC0000008'")
                .update();
        assertThat(found("elefantes", Filter.NONE, RowScope.EVERYTHING)).isEmpty();
        TICKETS.index.dropGone();
        assertThat(TICKETS.jdbc
                        .sql("SELECT count(*) FROM caravana.search_document WHERE sys_id = 'INC0000008'")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void the_index_made_anew_is_the_one_that_was_kept_current() {
        var kept = documents();
        assertThat(TICKETS.index.rebuild()).isEqualTo(kept.size());
        assertThat(documents()).isEqualTo(kept);
        assertThat(TICKETS.search
                        .find("job", Filter.NONE, RowScope.EVERYTHING, 1)
                        .complete())
                .isTrue();
    }

    @Test
    void nothing_is_followed_before_somebody_searches() {
        var unasked = new SearchedTickets();
        unasked.store("number", "INC1", "short_description", "zebra");
        assertThat(unasked.index.follow()).isFalse();
        assertThat(unasked.jdbc
                        .sql("SELECT count(*) FROM caravana.search_document")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(unasked.search
                        .find("zebra", Filter.NONE, RowScope.EVERYTHING, 5)
                        .complete())
                .isFalse();
        unasked.follow();
        var answer = unasked.search.find("zebra", Filter.NONE, RowScope.EVERYTHING, 5);
        assertThat(answer.complete()).isTrue();
        assertThat(answer.hits()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "—", "' | 'x", "\\", "a & !b:*", "' OR 1=1 --", "(((", "\u0000x", "o", "não é"})
    void whatever_is_typed_is_a_question(String text) {
        assertThat(found(text.replace("\u0000", ""), Filter.NONE, RowScope.EVERYTHING))
                .isNotNull();
    }

    @Test
    void a_list_with_an_order_of_its_own_filters_by_the_words() {
        var query = TICKETS.search.words("jobs abortados");
        assertThat(TICKETS.jdbc
                        .sql(
                                "SELECT sys_id FROM caravana.search_document WHERE words @@ CAST(? AS tsquery) ORDER BY sys_id")
                        .param(query)
                        .query(String.class)
                        .list())
                .containsExactly("INC0000002", "INC0000003");
        assertThat(TICKETS.search.words("!")).isEmpty();
    }

    private static List<String> documents() {
        TICKETS.follow();
        TICKETS.index.dropGone();
        return TICKETS.jdbc
                .sql("SELECT sys_id || words FROM caravana.search_document ORDER BY 1")
                .query(String.class)
                .list();
    }

    private static List<String> found(String text, Filter filter, RowScope scope) {
        return TICKETS.search.find(text, filter, scope, 10).hits().stream()
                .map(hit -> hit.ticket().path("number").asText())
                .toList();
    }
}
