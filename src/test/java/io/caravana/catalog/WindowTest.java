package io.caravana.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.catalog.Window.Unit;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowTest {

    private static final LocalDate FIRST = LocalDate.of(2025, 1, 1);
    private static final LocalDate LAST = LocalDate.of(2025, 1, 31);

    @Test
    void it_goes_from_the_first_second_of_the_first_day_to_the_last_second_of_the_last() {
        assertThat(new Window(FIRST, LAST, ZoneId.of("UTC")).on("opened_at", Unit.MOMENT))
                .isEqualTo("opened_at>=2025-01-01 00:00:00^opened_at<=2025-01-31 23:59:59");
    }

    @Test
    void what_is_asked_for_begins_today_at_the_latest_and_is_yesterday_without_dates() {
        var zone = ZoneId.of("UTC");
        assertThat(Window.asked(null, null, LAST, zone))
                .isEqualTo(new Window(LAST.minusDays(1), LAST.minusDays(1), zone));
        assertThat(Window.asked(LAST, LAST, LAST, zone)).isEqualTo(new Window(LAST, LAST, zone));
        assertThatThrownBy(() -> Window.asked(LAST.plusDays(1), LAST.plusDays(2), LAST, zone))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the period begins (2025-02-01) after today (2025-01-31 in UTC)");
        assertThatThrownBy(() -> Window.asked(LAST, null, LAST, zone))
                .hasMessage("the period ends (2025-01-30) before it starts (2025-01-31)");
    }

    @Test
    void the_days_of_another_zone_are_asked_for_in_utc() {
        assertThat(new Window(FIRST, FIRST, ZoneId.of("America/Sao_Paulo")).on("opened_at", Unit.MOMENT))
                .isEqualTo("opened_at>=2025-01-01 03:00:00^opened_at<=2025-01-02 02:59:59");
    }

    @Test
    void a_day_on_which_the_clock_is_changed_has_its_own_length() {
        var window = new Window(LocalDate.of(2025, 3, 30), LocalDate.of(2025, 3, 30), ZoneId.of("Europe/Lisbon"));
        assertThat(window.on("x", Unit.MOMENT)).isEqualTo("x>=2025-03-30 00:00:00^x<=2025-03-30 22:59:59");
    }

    @Test
    void a_date_is_a_day_and_begins_in_no_zone() {
        for (var zone : List.of("UTC", "America/Sao_Paulo", "Pacific/Kiritimati")) {
            assertThat(new Window(FIRST, LAST, ZoneId.of(zone)).on("u_day", Unit.DAY))
                    .isEqualTo("u_day>=2025-01-01^u_day<=2025-01-31");
        }
    }

    @Test
    void a_value_tells_whether_it_is_a_day_or_a_moment() {
        assertThat(Unit.ofValue("2025-01-31")).contains(Unit.DAY);
        assertThat(Unit.ofValue("2025-01-31 23:59:59")).contains(Unit.MOMENT);
        for (var other : List.of("", "31/01/2025", "2025-01-31T23:59:59", "2025-01-31 23:59", "20250131T235959Z")) {
            assertThat(Unit.ofValue(other)).as(other).isEmpty();
        }
    }

    @Test
    void it_cannot_end_before_it_starts() {
        assertThatThrownBy(() -> new Window(LAST, FIRST, ZoneId.of("UTC")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2025-01-01");
    }
}
