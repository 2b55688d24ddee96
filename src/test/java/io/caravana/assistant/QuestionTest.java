package io.caravana.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    O que falhou esta noite?                     | FAILED     | true
                    What failed tonight?                         | FAILED     | false
                    Por que o job FOLHA01_CALCULA está parado?   | WHY        | true
                    Why does FOLHA01_CALCULA wait?               | WHY        | false
                    O que depende de FOLHA01_CALCULA?            | NEIGHBOURS | true
                    Show the log of FOLHA01_CALCULA              | LOG        | false
                    Mostre o log do job FOLHA01_CALCULA          | LOG        | true
                    O que resolveu o INC0010001 da última vez?   | SIMILAR    | true
                    Quais SLAs vencem em 4 horas?                | SLA        | true
                    Which SLAs are at risk?                      | SLA        | false
                    Quais jobs estão atrasados?                  | LATE       | true
                    Which jobs are late?                         | LATE       | false
                    Quantos chamados abertos por grupo?          | GROUPS     | true
                    Como reiniciar um job que falhou?            | RUNBOOK    | true
                    How do I restart a failed job?               | RUNBOOK    | false
                    impressora sem papel                         | SEARCH     | true
                    """)
    void a_question_has_an_intent_and_a_language(String text, Question.Intent intent, boolean isPortuguese) {
        var question = Question.of(text, null);
        assertThat(question.intent()).isEqualTo(intent);
        assertThat(question.isPortuguese()).isEqualTo(isPortuguese);
    }

    @Test
    void a_question_names_a_ticket_a_job_and_a_time() {
        assertThat(Question.of("o inc0010001 voltou?", null).number()).isEqualTo("INC0010001");
        assertThat(Question.of("Why is folha01_calcula late?", null).job()).isEqualTo("folha01_calcula");
        assertThat(Question.of("What failed within 6 hours?", null).hours()).isEqualTo(6);
        assertThat(Question.of("O que falhou hoje?", null).hours()).isEqualTo(24);
        assertThat(Question.of("O que falhou?", null).hours()).isNull();
    }
}
