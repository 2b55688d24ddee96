package io.caravana.servicenow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class EncodedQueryTest {

    @Test
    void a_query_for_all_rows_still_asks_for_an_order() {
        assertThat(EncodedQuery.ALL.orderedBy(List.of("sys_id"))).isEqualTo("ORDERBYsys_id");
    }

    @Test
    void a_condition_stands_behind_the_filter() {
        assertThat(EncodedQuery.of("active=true").and("sys_id", ">", "abc").orderedBy(List.of("sys_id")))
                .isEqualTo("active=true^sys_id>abc^ORDERBYsys_id");
    }

    @Test
    void a_condition_is_added_to_each_or_ed_query() {
        assertThat(EncodedQuery.of("a=1^ORb=2^NQc=3").and("sys_id", ">", "x").text())
                .isEqualTo("a=1^ORb=2^sys_id>x^NQc=3^sys_id>x");
    }

    @Test
    void an_order_in_a_filter_is_left_out() {
        assertThat(EncodedQuery.of("ORDERBYDESCnumber^active=true^ORDERBYnumber")
                        .text())
                .isEqualTo("active=true");
    }

    @Test
    void a_value_cannot_bring_a_condition_of_its_own() {
        assertThatThrownBy(() -> EncodedQuery.ALL.and("sys_id", ">", "x^ORactive=true"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x^ORactive=true");
    }
}
