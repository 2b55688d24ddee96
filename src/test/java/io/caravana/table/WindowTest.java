package io.caravana.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class WindowTest {

    private static final LocalDate FIRST = LocalDate.of(2025, 1, 1);
    private static final LocalDate LAST = LocalDate.of(2025, 1, 31);

    @Test
    void it_goes_from_the_first_second_of_the_first_day_to_the_last_second_of_the_last() {
        assertThat(new Window(FIRST, LAST, ZoneId.of("UTC")).on("opened_at"))
                .isEqualTo("opened_at>=2025-01-01 00:00:00^opened_at<=2025-01-31 23:59:59");
    }

    @Test
    void the_days_of_another_zone_are_asked_for_in_utc() {
        assertThat(new Window(FIRST, FIRST, ZoneId.of("America/Sao_Paulo")).on("opened_at"))
                .isEqualTo("opened_at>=2025-01-01 03:00:00^opened_at<=2025-01-02 02:59:59");
    }

    @Test
    void a_day_on_which_the_clock_is_changed_has_its_own_length() {
        var window = new Window(LocalDate.of(2025, 3, 30), LocalDate.of(2025, 3, 30), ZoneId.of("Europe/Lisbon"));
        assertThat(window.on("x")).isEqualTo("x>=2025-03-30 00:00:00^x<=2025-03-30 22:59:59");
    }

    @Test
    void it_cannot_end_before_it_starts() {
        assertThatThrownBy(() -> new Window(LAST, FIRST, ZoneId.of("UTC")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2025-01-01");
    }
}
