package io.caravana.sla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.sla.BusinessHours.Span;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The properties hold for calendars and moments by the dice; the number of a repetition that fails is its seed. */
class BusinessHoursTest {

    /** Clocks change at midnight, at night, by half an hour, and never. */
    private static final List<ZoneId> ZONES = List.of(
                    "America/Sao_Paulo",
                    "Europe/Berlin",
                    "America/New_York",
                    "Australia/Lord_Howe",
                    "Asia/Kolkata",
                    "UTC")
            .stream()
            .map(ZoneId::of)
            .toList();

    private static final Set<DayOfWeek> MONDAY_TO_FRIDAY = EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY);

    private final BusinessHours office = new BusinessHours(
            ZoneId.of("America/Sao_Paulo"),
            MONDAY_TO_FRIDAY,
            List.of(span("09:00", "12:00"), span("13:00", "18:00")),
            LocalDate.parse("2026-11-20")::equals);

    @ParameterizedTest
    @CsvSource({
        // Thursday 16:00 to Monday 10:00, with the holiday on Friday
        "2026-11-19T19:00:00Z, 2026-11-23T13:00:00Z, PT3H",
        "2026-11-24T14:30:00Z, 2026-11-24T16:30:00Z, PT1H",
        "2026-11-21T12:00:00Z, 2026-11-22T12:00:00Z, PT0S",
        "2026-11-24T12:00:00Z, 2026-11-24T12:00:00Z, PT0S"
    })
    void breaks_nights_weekends_and_holidays_do_not_count(Instant from, Instant to, Duration worked) {
        assertThat(office.between(from, to)).isEqualTo(worked);
    }

    @Test
    void time_that_ends_with_a_day_is_up_in_the_evening_and_not_the_next_morning() {
        var friday = Instant.parse("2026-11-27T20:00:00Z");
        assertThat(office.after(friday, Duration.ofHours(1))).isEqualTo("2026-11-27T21:00:00Z");
    }

    @ParameterizedTest
    @CsvSource({"2026-03-29, PT23H", "2026-10-25, PT25H", "2026-10-26, PT24H"})
    void a_day_on_which_clocks_change_is_as_long_as_it_is(LocalDate day, Duration length) {
        var berlin = ZoneId.of("Europe/Berlin");
        var from = day.atStartOfDay(berlin).toInstant();
        var to = day.plusDays(1).atStartOfDay(berlin).toInstant();
        assertThat(BusinessHours.always(berlin).between(from, to)).isEqualTo(length);
    }

    @Test
    void hours_that_clocks_skip_are_not_worked() {
        var night = new BusinessHours(
                ZoneId.of("Europe/Berlin"),
                Set.of(DayOfWeek.SUNDAY),
                List.of(span("02:15", "02:45"), span("02:45", "03:30")),
                day -> false);
        assertThat(night.between(Instant.parse("2026-03-28T00:00:00Z"), Instant.parse("2026-03-30T00:00:00Z")))
                .isEqualTo(Duration.parse("PT30M"));
    }

    @Test
    void a_calendar_in_which_nobody_works_is_refused() {
        assertThatThrownBy(() -> new BusinessHours(ZoneId.of("UTC"), Set.of(), List.of(), day -> false))
                .hasMessage("nobody ever works");
        var holidays =
                new BusinessHours(ZoneId.of("UTC"), MONDAY_TO_FRIDAY, List.of(span("09:00", "18:00")), day -> true);
        assertThatThrownBy(() -> holidays.after(Instant.EPOCH, Duration.ofHours(1)))
                .hasMessage("nobody works for more than 400 days after 1970-01-01T00:00:00Z");
    }

    @RepeatedTest(300)
    void working_time_is_what_a_clock_on_the_wall_counts_minute_by_minute(RepetitionInfo seed) {
        var dice = new Random(seed.getCurrentRepetition());
        var hours = calendar(dice);
        var from = moment(dice);
        var minutes = dice.nextInt(15 * 1_440);
        var counted = IntStream.range(0, minutes)
                .filter(minute -> isWorked(hours, from.plusSeconds(60L * minute)))
                .count();
        assertThat(hours.between(from, from.plusSeconds(60L * minutes))).isEqualTo(Duration.ofMinutes(counted));
    }

    @RepeatedTest(300)
    void a_time_has_passed_exactly_from_the_moment_on_at_which_it_is_up(RepetitionInfo seed) {
        var dice = new Random(seed.getCurrentRepetition());
        var hours = calendar(dice);
        var from = moment(dice);
        var time = Duration.ofSeconds(1 + dice.nextInt(200 * 3_600));
        var up = hours.after(from, time);
        assertThat(hours.between(from, up)).isEqualTo(time);
        assertThat(hours.between(from, up.minusSeconds(1))).isLessThan(time);
        assertThat(hours.between(from, up.plusSeconds(dice.nextInt(9 * 86_400))))
                .isGreaterThanOrEqualTo(time);
    }

    @RepeatedTest(300)
    void time_adds_up_wherever_it_is_cut(RepetitionInfo seed) {
        var dice = new Random(seed.getCurrentRepetition());
        var hours = calendar(dice);
        var from = moment(dice);
        var cut = from.plusSeconds(dice.nextInt(20 * 86_400));
        var to = cut.plusSeconds(dice.nextInt(20 * 86_400));
        assertThat(hours.between(from, cut).plus(hours.between(cut, to))).isEqualTo(hours.between(from, to));
        assertThat(hours.between(from, to)).isBetween(Duration.ZERO, Duration.between(from, to));
        assertThat(BusinessHours.always(hours.zone()).between(from, to)).isEqualTo(Duration.between(from, to));
    }

    @RepeatedTest(100)
    void one_more_holiday_never_adds_time(RepetitionInfo seed) {
        var dice = new Random(seed.getCurrentRepetition());
        var hours = calendar(dice);
        var from = moment(dice);
        var to = from.plusSeconds(dice.nextInt(20 * 86_400));
        var holiday = LocalDate.ofInstant(from, hours.zone()).plusDays(dice.nextInt(20));
        var fewer = new BusinessHours(
                hours.zone(), hours.days(), hours.spans(), hours.holidays().or(holiday::equals));
        var start = holiday.atStartOfDay(hours.zone()).toInstant();
        var end = holiday.plusDays(1).atStartOfDay(hours.zone()).toInstant();
        assertThat(fewer.between(from, to)).isLessThanOrEqualTo(hours.between(from, to));
        assertThat(fewer.between(start, end)).isZero();
    }

    private static boolean isWorked(BusinessHours hours, Instant moment) {
        var shown = moment.atZone(hours.zone());
        var time = shown.toLocalTime();
        return hours.days().contains(shown.getDayOfWeek())
                && !hours.holidays().test(shown.toLocalDate())
                && hours.spans().stream()
                        .anyMatch(span -> !time.isBefore(span.start())
                                && (span.end().equals(LocalTime.MIDNIGHT) || time.isBefore(span.end())));
    }

    /** Hours begin and end at times that no clock shows twice: there the two ways to count may differ. */
    static BusinessHours calendar(Random dice) {
        var zone = ZONES.get(dice.nextInt(ZONES.size()));
        var days = dice.ints(1 + dice.nextInt(7), 1, 8).mapToObj(DayOfWeek::of).collect(Collectors.toSet());
        var times = dice.ints(4, 16, 88)
                .distinct()
                .sorted()
                .mapToObj(quarter -> LocalTime.MIDNIGHT.plusMinutes(15L * quarter))
                .collect(Collectors.toCollection(ArrayList::new));
        var spans = new ArrayList<Span>();
        for (int index = 0; index + 1 < times.size(); index += 2) {
            spans.add(new Span(times.get(index), times.get(index + 1)));
        }
        if (dice.nextInt(5) == 0 || spans.isEmpty()) {
            spans.clear();
            spans.add(new Span(LocalTime.MIDNIGHT, LocalTime.MIDNIGHT));
        }
        var holidays = dice.ints(5, 0, 30).boxed().collect(Collectors.toSet());
        return new BusinessHours(zone, days, spans, day -> holidays.contains(day.getDayOfYear() % 30));
    }

    /** A minute of 2018, when clocks still changed in Brazil; every other one lies near such a change. */
    static Instant moment(Random dice) {
        var changes =
                List.of("2018-02-17T12:00:00Z", "2018-03-24T12:00:00Z", "2018-10-27T12:00:00Z", "2018-11-03T12:00:00Z");
        var start = dice.nextBoolean()
                ? Instant.parse("2018-01-01T00:00:00Z").plus(Duration.ofDays(dice.nextInt(360)))
                : Instant.parse(changes.get(dice.nextInt(changes.size())));
        return start.plusSeconds(60L * dice.nextInt(1_440));
    }

    private static Span span(String start, String end) {
        return new Span(LocalTime.parse(start), LocalTime.parse(end));
    }
}
