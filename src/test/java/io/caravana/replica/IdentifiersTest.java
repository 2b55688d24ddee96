package io.caravana.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\"; DROP TABLE incident; --",
                "a b",
                "a-b",
                "é",
                "",
                "1a",
                "a\u0000",
                "$x",
                "x')",
                "a;b",
                ":#c0"
            })
    void a_hostile_name_never_reaches_sql(String name) {
        assertThatThrownBy(() -> Identifiers.column(name))
                .isInstanceOf(ReplicaException.class)
                .hasMessageContaining(name);
        assertThatThrownBy(() -> Identifiers.quoted(name)).isInstanceOf(ReplicaException.class);
    }

    @Test
    void a_reserved_word_is_an_ordinary_name() {
        assertThat(Identifiers.quoted(Identifiers.column("order"))).isEqualTo("\"order\"");
    }

    @Test
    void a_walk_becomes_one_name() {
        assertThat(Identifiers.column("caller_id.company.name")).isEqualTo("caller_id_company_name");
    }

    @Test
    void long_names_stay_different_when_they_are_cut() {
        var stem = "u_" + "x".repeat(70);
        var one = Identifiers.column(stem + "1");
        var two = Identifiers.column(stem + "2");
        assertThat(one).hasSize(63).isNotEqualTo(two);
        assertThat(two).hasSize(63);
    }
}
