package io.caravana.connector;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What a request needs to be let in.
 *
 * @param headers the headers to send
 * @param renewAt when to ask for new ones although these may still be good
 */
record Credentials(Map<String, String> headers, Instant renewAt) {

    private static final Duration LONGEST_MARGIN = Duration.ofMinutes(1);

    Credentials {
        headers = Map.copyOf(headers);
    }

    /** Credentials that do not expire. */
    static Credentials lasting(Map<String, String> headers) {
        return new Credentials(headers, Instant.MAX);
    }

    /**
     * Credentials for some seconds.
     *
     * @param seconds how long they are good; not positive when that is unknown
     */
    static Credentials expiring(Map<String, String> headers, Instant now, long seconds) {
        if (seconds <= 0) {
            return lasting(headers);
        }
        var life = Duration.ofSeconds(Math.min(seconds, Integer.MAX_VALUE));
        var tenth = life.dividedBy(10);
        var margin = tenth.compareTo(LONGEST_MARGIN) < 0 ? tenth : LONGEST_MARGIN;
        return new Credentials(headers, now.plus(life).minus(margin));
    }

    boolean isDue(Instant now) {
        return !now.isBefore(renewAt);
    }

    @Override
    public String toString() {
        return "Credentials[renewAt=%s]".formatted(renewAt);
    }
}
