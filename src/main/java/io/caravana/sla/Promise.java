package io.caravana.sla;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How fast a ticket is to be answered or resolved. It is a function of what has happened, and keeps nothing.
 *
 * @param measure what is to happen in time
 * @param target how much working time it may take
 * @param hours which time counts
 */
record Promise(Measure measure, Duration target, BusinessHours hours) {

    /** The share of the time, in percent, from which on people are warned. */
    static final int WARNED_AT = 75;

    /** What is promised. */
    enum Measure {
        /** The ticket leaves its new states. */
        RESPONSE,
        /** The ticket ends, and if it is reopened, it ends again: the time in between does not count. */
        RESOLUTION
    }

    Promise {
        if (target.isNegative() || target.isZero()) {
            throw new IllegalArgumentException("a promise takes some time: " + target);
        }
    }

    /**
     * How it stands.
     *
     * @param opened when the ticket began, in a new state
     * @param turns what has become of it since, in the order of time
     * @param now until when time has passed
     */
    Reading read(Instant opened, List<Turn> turns, Instant now) {
        var count = new Count(opened);
        for (var turn : turns) {
            if (turn.at().isAfter(now) || count.isAnswered()) {
                break;
            }
            count.turn(turn);
        }
        return count.reading(now);
    }

    /** The time that has been counted so far. */
    private final class Count {

        private Instant since;
        private Phase phase = Phase.NEW;
        private Duration elapsed = Duration.ZERO;
        private Instant warnedAt;
        private Instant breachedAt;
        private Instant endedAt;

        Count(Instant opened) {
            since = opened;
        }

        boolean isAnswered() {
            return measure == Measure.RESPONSE && phase != Phase.NEW;
        }

        void turn(Turn turn) {
            // a turn that is said to be earlier than the last one happened with it
            var at = turn.at().isBefore(since) ? since : turn.at();
            pass(at);
            if (turn.phase().isOver() && !phase.isOver()) {
                endedAt = at;
            }
            phase = turn.phase();
            if (isAnswered()) {
                endedAt = at;
            }
        }

        /** Counts the time up to a moment, and notes when the warning and the breach were in it. */
        private void pass(Instant until) {
            if (phase.runs() && !isAnswered()) {
                var passed = elapsed.plus(hours.between(since, until));
                if (warnedAt == null && passed.compareTo(warning()) >= 0) {
                    warnedAt = reaches(warning());
                }
                if (breachedAt == null && passed.compareTo(target) >= 0) {
                    breachedAt = reaches(target);
                }
                elapsed = passed;
            }
            since = until;
        }

        private Instant reaches(Duration time) {
            return hours.after(since, time.minus(elapsed));
        }

        Reading reading(Instant now) {
            if (phase.runs() && !isAnswered()) {
                pass(now.isBefore(since) ? since : now);
                var warning = warnedAt == null ? reaches(warning()) : warnedAt;
                var due = breachedAt == null ? reaches(target) : breachedAt;
                return new Reading(Reading.Stage.IN_PROGRESS, elapsed, warning, due, null, breachedAt);
            }
            if (phase == Phase.CANCELLED) {
                return new Reading(Reading.Stage.CANCELLED, elapsed, warnedAt, breachedAt, endedAt, breachedAt);
            }
            if (phase == Phase.ENDED || isAnswered()) {
                return new Reading(Reading.Stage.COMPLETED, elapsed, warnedAt, breachedAt, endedAt, breachedAt);
            }
            return new Reading(Reading.Stage.PAUSED, elapsed, warnedAt, breachedAt, null, breachedAt);
        }

        private Duration warning() {
            return target.multipliedBy(WARNED_AT).dividedBy(100);
        }
    }
}
