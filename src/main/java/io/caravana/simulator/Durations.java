package io.caravana.simulator;

import java.util.ArrayList;

/** Durations in words, as ServiceNow shows them. */
final class Durations {
    private Durations() {}

    static String words(long seconds) {
        if (seconds == 0) {
            return "0 Seconds";
        }
        var left = Math.abs(seconds);
        var words = new ArrayList<String>();
        add(words, left / 86_400, "Day");
        add(words, left / 3_600 % 24, "Hour");
        add(words, left / 60 % 60, "Minute");
        if (left < 60) {
            add(words, left, "Second");
        }
        return (seconds < 0 ? "-" : "") + String.join(" ", words);
    }

    private static void add(ArrayList<String> words, long number, String unit) {
        if (number != 0) {
            words.add(number + " " + unit + (number == 1 ? "" : "s"));
        }
    }
}
