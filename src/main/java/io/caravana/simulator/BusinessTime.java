package io.caravana.simulator;

/** Seconds between two moments that lie in working hours: Monday to Friday, 11 to 21 UTC, which is 8 to 18 in São Paulo. */
final class BusinessTime {
    private static final long DAY = 86_400;
    private static final long OPENS = 11 * 3_600;
    private static final long CLOSES = 21 * 3_600;

    private BusinessTime() {}

    static long seconds(long from, long to) {
        var seconds = 0L;
        for (var day = Math.floorDiv(from, DAY); day * DAY < to; day++) {
            // Day 0 was a Thursday.
            if (Math.floorMod(day + 3, 7) < 5) {
                var start = Math.max(from, day * DAY + OPENS);
                var end = Math.min(to, day * DAY + CLOSES);
                seconds += Math.max(0, end - start);
            }
        }
        return seconds;
    }
}
