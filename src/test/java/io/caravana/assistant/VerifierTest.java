package io.caravana.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifierTest {

    private static final String EXCERPT =
            "{\"job\":\"FOLHA01_CALCULA\",\"stream\":\"FOLHA01\",\"run_state\":\"failed\",\"return_code\":12,\"failed_at\":\"2026-11-28 01:30\",\"tickets\":[\"INC0010001\"],\"log\":\"linha 7\\nrc=12\"}";

    private final Verifier verifier = new Verifier();

    private final List<Evidence> evidence = List.of(
            new Evidence(
                    "e1", "find_jobs", Map.of(), "workload", "job_run", "FOLHA01_CALCULA", null, null, EXCERPT, ""),
            new Evidence("e2", "find_jobs", Map.of(), "workload", "job_run", null, null, null, "{\"count\":3}", ""));

    private boolean holds(String text, String... ids) {
        return verifier.check(List.of(new Claim(text, List.of(ids))), evidence).struck() == 0;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FOLHA01_CALCULA (FOLHA01) falhou em 2026-11-28 01:30 com código de retorno 12.",
                "FOLHA01_CALCULA failed with return code 12; ticket INC0010001.",
                "O log diz: linha 7\nrc=12"
            })
    void what_the_evidence_says_is_let_through(String claim) {
        assertThat(holds(claim, "e1")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FOLHA02_CALCULA falhou.",
                "FOLHA01_CALCULA falhou com código de retorno 8.",
                "FOLHA01_CALCULA falhou em 2026-11-28 01:31.",
                "FOLHA01_CALCULA está bloqueado.",
                "FOLHA01_CALCULA terminou com sucesso.",
                "O chamado é INC0010002.",
                "Falhou 3 vezes."
            })
    void what_the_evidence_does_not_say_is_struck(String claim) {
        assertThat(holds(claim, "e1")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FOLHA01_CALCULA did not fail.",
                "FOLHA01_CALCULA has not failed.",
                "FOLHA01_CALCULA hasn't failed.",
                "FOLHA01_CALCULA never failed.",
                "No job failed.",
                "FOLHA01_CALCULA não falhou.",
                "FOLHA01_CALCULA nunca falhou em 2026-11-28 01:30.",
                "FOLHA01_CALCULA terminou sem falha."
            })
    void a_negation_that_the_evidence_does_not_have_is_struck(String claim) {
        assertThat(holds(claim, "e1")).isFalse();
    }

    @Test
    void a_negation_that_the_evidence_has_in_the_same_words_is_let_through() {
        var log = new Evidence(
                "e3",
                "job_log_tail",
                Map.of(),
                "workload",
                "job_run",
                null,
                null,
                null,
                "{\"log\":\"file not found\"}",
                "");
        var claim = new Claim("The log says: file not found", List.of("e3"));
        assertThat(verifier.check(List.of(claim), List.of(log)).struck()).isZero();
        assertThat(holds("FOLHA01_CALCULA falhou no stream FOLHA01 em 2026-11-28 01:30.", "e1"))
                .isTrue();
    }

    @Test
    void a_claim_needs_evidence_that_exists_and_may_rest_on_several() {
        assertThat(holds("FOLHA01_CALCULA falhou.")).isFalse();
        assertThat(holds("FOLHA01_CALCULA falhou.", "e7")).isFalse();
        assertThat(holds("FOLHA01_CALCULA falhou.", "e1", "e7")).isFalse();
        assertThat(holds("3 falhas, uma de FOLHA01_CALCULA.", "e1", "e2")).isTrue();
        assertThat(holds("FOLHA01_CALCULA falhou.", "e2")).isFalse();
    }
}
