package io.caravana.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.knowledge.Words.Token;
import io.caravana.knowledge.Words.Word;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {

    /** PostgreSQL's configuration "portuguese" keeps the first two lines apart. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "conexão conexões conexao conexoes CONEXÃO",
                "papel papéis papeis",
                "servidor servidores",
                "relatório relatórios relatorio",
                "rede redes",
                "senha senhas",
                "item itens",
                "mensagem mensagens",
                "portal portais",
                "lento lenta lentos lentas",
                "acesso acessos acessar acessando",
                "solicitação solicitações solicitar solicitado",
                "reiniciar reiniciado reiniciando reiniciou",
                "error errors",
                "printer printers printing print",
                "query queries",
                "token tokens",
                "crash crashes",
                "restart restarted restarting"
            })
    void the_forms_of_a_word_have_one_stem(String forms) {
        assertThat(Stream.of(forms.split(" ")).map(WordsTest::stem).distinct()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rede redefinir", "porta portal", "link linha", "cabo caiu"})
    void different_words_have_different_stems(String words) {
        var two = words.split(" ");
        assertThat(stem(two[0])).isNotEqualTo(stem(two[1]));
    }

    @Test
    void a_name_is_kept_whole_and_in_its_parts() {
        var token = Words.of("MDM#JS_FOLHA.JOB_01").get(0);
        assertThat(token.whole()).isEqualTo("mdm#js_folha.job_01");
        assertThat(token.parts()).extracting(Word::plain).contains("mdm", "js_folha", "job_01", "folha", "01");
        assertThat(Words.of("servidor srv-arquivos, ramal 4821; (0x80070005)."))
                .extracting(Token::whole)
                .containsExactly("servidor", "srv-arquivos", "ramal", "4821", "0x80070005");
    }

    @Test
    void words_that_say_nothing_are_left_out() {
        assertThat(Words.of("Não consigo acessar o SAP!"))
                .extracting(Token::whole)
                .containsExactly("consigo", "acessar", "sap");
        assertThat(Words.of("— 😱 …")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "impressora impresora",
                "servidor servidro",
                "senha snha",
                "outlook outlok",
                "teams taems",
                "vpn vnp"
            })
    void words_that_differ_by_one_slip_share_a_form_with_a_letter_left_out(String words) {
        var two = words.split(" ");
        assertThat(Words.misspelt(two[0])).containsAnyElementsOf(Words.misspelt(two[1]));
    }

    @Test
    void a_document_has_each_word_where_it_stands_with_what_it_weighs() throws Exception {
        var ticket = new ObjectMapper().readTree("{\"number\":\"INC001\",\"short_description\":\"Conexões O'Brien\"}");
        assertThat(new Document(ticket, "senha").words()).isEqualTo("'brien':13B 'conexa':12B 'inc001':1A 'senh':24D");
    }

    @Test
    void a_question_takes_what_means_the_same_in_the_place_of_a_phrase() {
        var glossary = new Glossary(new SearchProperties(true, List.of("ponto = relógio"), 1));
        var question = Question.of(glossary.phrases(Words.of("SAP fora do ar")), java.util.Map.of());
        assertThat(question.terms()).hasSize(2);
        assertThat(question.terms().get(1)).contains("'down'").contains("'indisponivel'");
        assertThat(Question.of(glossary.phrases(Words.of("relogios")), java.util.Map.of())
                        .all())
                .contains("'pont'");
    }

    private static String stem(String word) {
        return Words.of(word).get(0).parts().get(0).stem();
    }
}
