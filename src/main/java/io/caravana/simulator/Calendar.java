package io.caravana.simulator;

import java.time.LocalDate;

/** How many incidents a day brings, and when in the day each is opened. Every day is the same whatever today is. */
final class Calendar {
    /** Incidents by hour of the day in UTC; the desk works from 8 to 18 in São Paulo. */
    private static final double[] HOURS = {
        2, 2, 1, 1, 1, 1, 1, 1, 2, 3, 5, 9, 13, 14, 13, 10, 11, 13, 12, 11, 9, 6, 4, 3
    };
    /** By weekday, Monday first. */
    private static final double[] WEEKDAYS = {1.35, 1.25, 1.15, 1.15, 1.1, 0.6, 0.4};

    private static final long FIRST_DAY = LocalDate.of(2015, 1, 1).toEpochDay();
    private static final double[] UNTIL = cumulative();

    private final long seed;
    private final double perDay;
    private final long today;
    private final int days;

    Calendar(long seed, int incidents, int days, LocalDate today) {
        this.seed = seed;
        this.perDay = (double) incidents / days;
        this.today = today.toEpochDay();
        this.days = days;
    }

    long firstDay() {
        return today - days;
    }

    /** The first day that has not happened yet. */
    long today() {
        return today;
    }

    /** The moment at which the data stands, in epoch seconds. */
    long now() {
        return today * 86_400;
    }

    int incidents(long day) {
        var weekday = LocalDate.ofEpochDay(day).getDayOfWeek().getValue() - 1;
        return (int) Math.round(
                perDay * WEEKDAYS[weekday] * (0.9 + 0.2 * Dice.of(seed, day, 1).share()));
    }

    /** Numbers grow with time and leave gaps at the end of each day. */
    long number(long day, int index) {
        return (day - FIRST_DAY) * (long) Math.ceil(perDay * 1.7 + 1) + index + 1;
    }

    /** When the incident of that index is opened, in epoch seconds; later ones have a higher index. */
    long opened(long day, int index, int ofDay, double share) {
        var part = (index + share) / ofDay;
        var hour = 0;
        while (UNTIL[hour] < part) {
            hour++;
        }
        var before = hour == 0 ? 0 : UNTIL[hour - 1];
        return day * 86_400 + (long) ((hour + (part - before) / (UNTIL[hour] - before)) * 3_599.9);
    }

    private static double[] cumulative() {
        var until = new double[24];
        var total = 0.0;
        for (var hour = 0; hour < 24; hour++) {
            total += HOURS[hour];
            until[hour] = total;
        }
        for (var hour = 0; hour < 24; hour++) {
            until[hour] /= total;
        }
        until[23] = 1.0;
        return until;
    }
}
