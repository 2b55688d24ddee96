package io.caravana.sla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HolidaysTest {

    /** Laws 662/1949 with 10607/2002, 6802/1980, 9093/1995 (Good Friday) and, since 2024, 14759/2023 (20 November). */
    @ParameterizedTest
    @CsvSource({
        "2023, 2023-04-07, ",
        "2024, 2024-03-29, 2024-11-20",
        "2026, 2026-04-03, 2026-11-20",
        "2027, 2027-03-26, 2027-11-20",
        "2030, 2030-04-19, 2030-11-20"
    })
    void the_holidays_of_brazil_are_those_of_its_laws(int year, LocalDate goodFriday, LocalDate blackAwareness) {
        var fixed = Stream.of("01-01", "04-21", "05-01", "09-07", "10-12", "11-02", "11-15", "12-25")
                .map(day -> LocalDate.parse(year + "-" + day));
        var moving = Stream.of(goodFriday, blackAwareness).filter(day -> day != null);
        assertThat(days("BR", year))
                .containsExactlyElementsOf(Stream.concat(fixed, moving).sorted().toList());
    }

    @Test
    void a_state_adds_its_own() {
        var saoPaulo = days("BR-SP", 2026);
        assertThat(saoPaulo).hasSize(11).contains(LocalDate.parse("2026-07-09"), LocalDate.parse("2026-11-20"));
        assertThat(saoPaulo).containsAll(days("BR", 2026));
    }

    @Test
    void other_countries_have_theirs() {
        assertThat(days("DE", 2026))
                .contains(LocalDate.parse("2026-10-03"))
                .doesNotContain(LocalDate.parse("2026-09-07"));
        assertThat(days("PT", 2026)).contains(LocalDate.parse("2026-06-10"));
    }

    @Test
    void a_place_whose_holidays_are_not_known_is_refused_with_those_that_are() {
        assertThatThrownBy(() -> Holidays.of("ZZ"))
                .hasMessageStartingWith("one of AD, AE")
                .hasMessageContaining("BR");
        assertThatThrownBy(() -> Holidays.of("BR-XX"))
                .hasMessageStartingWith("BR or one of BR-")
                .hasMessageContaining("BR-SP");
    }

    private static List<LocalDate> days(String place, int year) {
        var holidays = Holidays.of(place);
        var first = LocalDate.of(year, 1, 1);
        return first.datesUntil(first.plusYears(1)).filter(holidays).toList();
    }
}
