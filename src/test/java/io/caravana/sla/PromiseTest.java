package io.caravana.sla;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.sla.BusinessHours.Span;
import io.caravana.sla.Promise.Measure;
import io.caravana.sla.Reading.Stage;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** A desk that works from 9 to 18 o'clock; 24 November 2026 is a Tuesday. */
class PromiseTest {

    private static final BusinessHours OFFICE = new BusinessHours(
            ZoneId.of("UTC"),
            EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY),
            List.of(new Span(LocalTime.of(9, 0), LocalTime.of(18, 0))),
            day -> false);

    private static final Instant OPENED = Instant.parse("2026-11-24T10:00:00Z");

    private final Promise resolution = new Promise(Measure.RESOLUTION, Duration.ofHours(8), OFFICE);
    private final Promise response = new Promise(Measure.RESPONSE, Duration.ofHours(1), OFFICE);

    @Test
    void an_open_ticket_is_due_when_its_time_will_be_up() {
        var reading = resolution.read(OPENED, List.of(), at("24T14:00"));
        assertThat(reading)
                .isEqualTo(new Reading(
                        Stage.IN_PROGRESS, Duration.ofHours(4), at("24T16:00"), at("24T18:00"), null, null));
    }

    @Test
    void a_ticket_that_ends_at_the_last_second_is_in_time_and_a_second_later_it_is_not() {
        assertThat(resolution
                        .read(OPENED, List.of(ended("24T17:59")), at("30T00:00"))
                        .isBreached())
                .isFalse();
        var late = resolution.read(OPENED, List.of(ended("25T08:00")), at("30T00:00"));
        assertThat(late.stage()).isEqualTo(Stage.COMPLETED);
        assertThat(late.breachedAt()).isEqualTo(at("24T18:00"));
        assertThat(late.endedAt()).isEqualTo(at("25T08:00"));
    }

    @Test
    void a_ticket_on_hold_has_no_due_moment_until_it_is_resumed() {
        var held = List.of(open("24T10:30"), turn("24T12:00", Phase.PAUSED));
        var paused = resolution.read(OPENED, held, at("24T17:00"));
        assertThat(paused).isEqualTo(new Reading(Stage.PAUSED, Duration.ofHours(2), null, null, null, null));
        var resumed = resolution.read(OPENED, and(held, open("25T09:00")), at("25T10:00"));
        assertThat(resumed.elapsed()).isEqualTo(Duration.parse("PT3H"));
        assertThat(resumed.dueAt()).isEqualTo(at("25T15:00"));
    }

    @Test
    void the_time_during_which_a_reopened_ticket_was_ended_does_not_count() {
        var turns = List.of(ended("24T12:00"), open("25T09:00"));
        var reopened = resolution.read(OPENED, turns, at("25T10:00"));
        assertThat(reopened.stage()).isEqualTo(Stage.IN_PROGRESS);
        assertThat(reopened.elapsed()).isEqualTo(Duration.parse("PT3H"));
        assertThat(reopened.endedAt()).isNull();
        var again = resolution.read(OPENED, and(turns, ended("25T17:00")), at("30T00:00"));
        assertThat(again.breachedAt()).isEqualTo(at("25T15:00"));
        assertThat(again.endedAt()).isEqualTo(at("25T17:00"));
    }

    @Test
    void closing_a_resolved_ticket_changes_nothing() {
        var resolved = resolution.read(OPENED, List.of(ended("24T12:00")), at("30T00:00"));
        assertThat(resolution.read(OPENED, List.of(ended("24T12:00"), ended("29T12:00")), at("30T00:00")))
                .isEqualTo(resolved);
    }

    @Test
    void a_response_is_given_once() {
        var answered =
                response.read(OPENED, List.of(open("24T10:45"), ended("24T12:00"), open("25T12:00")), at("30T00:00"));
        assertThat(answered.stage()).isEqualTo(Stage.COMPLETED);
        assertThat(answered.elapsed()).isEqualTo(Duration.parse("PT45M"));
        assertThat(answered.isBreached()).isFalse();
        assertThat(response.read(OPENED, List.of(turn("24T11:30", Phase.PAUSED)), at("30T00:00"))
                        .breachedAt())
                .isEqualTo(at("24T11:00"));
    }

    @Test
    void a_cancelled_ticket_is_neither_in_time_nor_late() {
        var cancelled = resolution.read(OPENED, List.of(turn("24T12:00", Phase.CANCELLED)), at("30T00:00"));
        assertThat(cancelled.stage()).isEqualTo(Stage.CANCELLED);
        assertThat(cancelled.isBreached()).isFalse();
    }

    @Test
    void what_happens_after_now_has_not_happened() {
        assertThat(resolution
                        .read(OPENED, List.of(ended("24T12:00")), at("24T11:00"))
                        .stage())
                .isEqualTo(Stage.IN_PROGRESS);
    }

    @RepeatedTest(300)
    void elapsed_time_is_the_sum_of_the_stretches_in_which_the_ticket_was_open(RepetitionInfo seed) {
        var life = Life.of(seed);
        var counted = Duration.ZERO;
        var since = life.opened;
        var phase = Phase.NEW;
        for (var turn : and(life.turns, new Turn(life.now, Phase.ENDED))) {
            counted = phase.runs() ? counted.plus(life.promise.hours().between(since, turn.at())) : counted;
            since = turn.at();
            phase = turn.phase();
        }
        assertThat(life.reading().elapsed()).isEqualTo(counted);
    }

    @RepeatedTest(300)
    void a_breach_is_when_the_time_is_used_up_and_the_due_moment_foretells_it(RepetitionInfo seed) {
        var life = Life.of(seed);
        var reading = life.reading();
        assertThat(reading.isBreached()).isEqualTo(reading.elapsed().compareTo(life.promise.target()) >= 0);
        if (reading.stage() == Stage.IN_PROGRESS) {
            assertThat(reading.dueAt().isAfter(life.now)).isEqualTo(!reading.isBreached());
            assertThat(life.promise
                            .read(life.opened, life.turns, reading.dueAt())
                            .breachedAt())
                    .isEqualTo(reading.dueAt());
            assertThat(life.promise
                            .read(life.opened, life.turns, reading.dueAt().minusSeconds(1))
                            .isBreached())
                    .isFalse();
            assertThat(reading.warningAt()).isBeforeOrEqualTo(reading.dueAt());
        }
    }

    @RepeatedTest(300)
    void a_pause_moves_the_due_moment_by_as_much_working_time_as_it_lasts(RepetitionInfo seed) {
        var dice = new Random(seed.getCurrentRepetition());
        var hours = BusinessHoursTest.calendar(dice);
        var opened = BusinessHoursTest.moment(dice);
        var promise = new Promise(Measure.RESOLUTION, Duration.ofMinutes(1 + dice.nextInt(6_000)), hours);
        var due = promise.read(opened, List.of(), opened).dueAt();
        var from =
                opened.plusSeconds(dice.nextLong(Duration.between(opened, due).toSeconds()));
        var to = from.plusSeconds(dice.nextInt(400_000));
        var paused = List.of(new Turn(from, Phase.PAUSED), new Turn(to, Phase.OPEN));
        var later = promise.read(opened, paused, to).dueAt();
        assertThat(hours.between(opened, later)).isEqualTo(promise.target().plus(hours.between(from, to)));
        assertThat(later).isAfterOrEqualTo(due);
    }

    @RepeatedTest(100)
    void a_turn_to_the_same_phase_changes_nothing(RepetitionInfo seed) {
        var life = Life.of(seed);
        var doubled = new ArrayList<Turn>();
        for (var turn : life.turns) {
            doubled.add(turn);
            doubled.add(new Turn(turn.at().plusSeconds(1), turn.phase()));
        }
        assertThat(life.promise.read(life.opened, doubled, life.now.plusSeconds(1)))
                .isEqualTo(life.promise.read(life.opened, life.turns, life.now.plusSeconds(1)));
    }

    /** A ticket by the dice. */
    private record Life(Promise promise, Instant opened, List<Turn> turns, Instant now) {

        static Life of(RepetitionInfo seed) {
            var dice = new Random(seed.getCurrentRepetition());
            var opened = BusinessHoursTest.moment(dice);
            var turns = new ArrayList<Turn>();
            var at = opened;
            for (int left = dice.nextInt(6); left > 0; left--) {
                at = at.plusSeconds(60 + dice.nextInt(200_000));
                turns.add(new Turn(at, Phase.values()[1 + dice.nextInt(4)]));
            }
            var target = Duration.ofMinutes(1 + dice.nextInt(5_000));
            var promise = new Promise(Measure.RESOLUTION, target, BusinessHoursTest.calendar(dice));
            return new Life(promise, opened, turns, at.plusSeconds(dice.nextInt(500_000)));
        }

        Reading reading() {
            return promise.read(opened, turns, now);
        }
    }

    private static Instant at(String time) {
        return Instant.parse("2026-11-%s:00Z".formatted(time));
    }

    private static Turn turn(String time, Phase phase) {
        return new Turn(at(time), phase);
    }

    private static Turn open(String time) {
        return turn(time, Phase.OPEN);
    }

    private static Turn ended(String time) {
        return turn(time, Phase.ENDED);
    }

    private static List<Turn> and(List<Turn> turns, Turn last) {
        var all = new ArrayList<>(turns);
        all.add(last);
        return all;
    }
}
