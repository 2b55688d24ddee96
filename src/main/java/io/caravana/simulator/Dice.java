package io.caravana.simulator;

import java.util.HexFormat;

/** Random numbers that are the same for the same seed words on every machine (SplitMix64). */
final class Dice {
    private static final long STEP = 0x9e3779b97f4a7c15L;
    private static final HexFormat HEX = HexFormat.of();

    private long state;

    private Dice(long state) {
        this.state = state;
    }

    static Dice of(long... words) {
        var mixed = 0L;
        for (var word : words) {
            mixed = mix(mixed * 31 + word + STEP);
        }
        return new Dice(mixed);
    }

    long nextLong() {
        state += STEP;
        return mix(state);
    }

    /** From 0 up to but not including the bound. */
    int below(int bound) {
        return (int) Long.remainderUnsigned(nextLong(), bound);
    }

    /** From the lowest to the highest, each included. */
    int between(int lowest, int highest) {
        return lowest + below(highest - lowest + 1);
    }

    double share() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    boolean chance(double probability) {
        return share() < probability;
    }

    /** A waiting time with this mean, at least a second. */
    long after(double mean) {
        return 1 + (long) (-Math.log(1 - share()) * mean);
    }

    String pick(String... choices) {
        return choices[below(choices.length)];
    }

    String sysId() {
        return HEX.toHexDigits(nextLong()) + HEX.toHexDigits(nextLong());
    }

    private static long mix(long z) {
        var a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        var b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
        return b ^ (b >>> 31);
    }
}
