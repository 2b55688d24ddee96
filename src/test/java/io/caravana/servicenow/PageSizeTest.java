package io.caravana.servicenow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PageSizeTest {

    private static final long QUICK = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long SLOW = TimeUnit.SECONDS.toNanos(20);

    private final PageSize size = new PageSize(1_000, 10_000, 8_000_000);

    @Test
    void it_grows_while_answers_are_quick_and_small_up_to_the_most() {
        size.answered(1_000, 1_000_000, QUICK);
        assertThat(size.rows()).isEqualTo(2_000);
        size.answered(2_000, 2_000_000, QUICK);
        size.answered(4_000, 3_000_000, QUICK);
        size.answered(8_000, 4_000_000, QUICK);
        assertThat(size.rows()).isEqualTo(10_000);
    }

    @Test
    void it_does_not_grow_beyond_the_bytes_that_a_page_may_have() {
        size.answered(1_000, 4_000_001, QUICK);
        assertThat(size.rows()).isEqualTo(1_000);
        size.answered(1_000, 8_000_001, QUICK);
        assertThat(size.rows()).isEqualTo(500);
    }

    @Test
    void a_slow_answer_halves_it() {
        size.answered(1_000, 1_000, SLOW);
        assertThat(size.rows()).isEqualTo(500);
    }

    @Test
    void a_page_that_was_not_full_says_nothing_about_a_larger_one() {
        size.answered(7, 1_000, QUICK);
        assertThat(size.rows()).isEqualTo(1_000);
    }

    @Test
    void it_shrinks_to_one_row_and_no_further() {
        var steps = 0;
        while (size.shrink()) {
            steps++;
        }
        assertThat(size.rows()).isEqualTo(1);
        assertThat(steps).isEqualTo(5);
    }
}
