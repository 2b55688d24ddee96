package io.caravana.security;

import io.github.bucket4j.Bucket;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.util.ConcurrentLruCache;

/** How often something may happen in a minute, for each of those who make it happen. */
final class RateLimit {

    /** Of more than so many, the one who did nothing for the longest time is forgotten. */
    private static final int REMEMBERED = 10_000;

    private final ConcurrentLruCache<String, Bucket> buckets;

    RateLimit(int perMinute) {
        buckets = new ConcurrentLruCache<>(
                REMEMBERED,
                who -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                        .build());
    }

    /** Takes one of those that are left. */
    boolean take(String who) {
        return buckets.get(who).tryConsume(1);
    }

    /** Whether none is left. */
    boolean isUsedUp(String who) {
        return buckets.get(who).getAvailableTokens() == 0;
    }

    /** Refuses a request until there is one again. */
    void refuse(String who, HttpServletResponse response, String detail) throws IOException {
        var nanos = buckets.get(who).estimateAbilityToConsume(1).getNanosToWaitForRefill();
        var seconds = Math.max(1, Duration.ofNanos(nanos).plusMillis(999).toSeconds());
        response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        Refusal.write(response, HttpStatus.TOO_MANY_REQUESTS, detail + " Try again in %d s.".formatted(seconds));
    }
}
