package io.caravana.connector;

import static io.caravana.connector.Wait.IN_FLIGHT;
import static io.caravana.connector.Wait.PAUSE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class LimiterTest {

    private static final int MOST = 8;
    private final SettableClock clock = new SettableClock();
    private final Limiter limiter = new Limiter(properties(), clock);

    @Test
    void it_lets_in_as_many_as_are_configured_and_no_more() throws Exception {
        assertThat(room()).isEqualTo(MOST);
    }

    @Test
    void too_many_at_once_halves_what_may_be_in_flight_and_answers_give_it_back() throws Exception {
        limiter.acquire(() -> {});
        limiter.refusedAsTooMany();
        limiter.release();
        assertThat(room()).isEqualTo(MOST / 2);
        answer(4);
        assertThat(room()).isEqualTo(5);
        answer(5 + 6 + 7);
        assertThat(room()).isEqualTo(MOST);
        answer(100);
        assertThat(room()).isEqualTo(MOST);
    }

    @Test
    void at_least_one_may_be_in_flight() throws Exception {
        for (int i = 0; i < 10; i++) {
            limiter.acquire(() -> {});
            limiter.refusedAsTooMany();
            limiter.release();
        }
        assertThat(room()).isEqualTo(1);
    }

    @Test
    void a_wait_that_was_asked_for_is_kept_by_everybody() throws Exception {
        limiter.acquire(() -> {});
        limiter.refusedUntil(Duration.ofHours(1));
        limiter.release();
        assertThat(limiter.closedUntil()).isEqualTo(clock.instant().plus(Duration.ofHours(1)));
        assertThat(room()).isZero();
        clock.now = clock.now.plus(Duration.ofMinutes(61));
        assertThat(limiter.closedUntil()).isNull();
        assertThat(room()).isEqualTo(MOST);
    }

    @Test
    void a_wait_that_nobody_means_is_kept_as_long_as_the_configuration_says() {
        limiter.refusedUntil(Duration.ofSeconds(9_999_999_999L));
        assertThat(limiter.closedUntil()).isEqualTo(clock.instant().plus(Duration.ofHours(2)));
    }

    @Test
    void an_instance_that_fails_in_a_row_is_left_alone_and_then_asked_by_one() throws Exception {
        fail(4);
        assertThat(limiter.closedUntil()).isNull();
        fail(1);
        assertThat(limiter.closedUntil()).isEqualTo(clock.instant().plusSeconds(5));
        clock.now = clock.now.plusSeconds(6);
        assertThat(room()).isEqualTo(1);
        fail(1);
        assertThat(limiter.closedUntil()).isEqualTo(clock.instant().plusSeconds(10));
        clock.now = clock.now.plusSeconds(11);
        answer(1);
        assertThat(room()).isEqualTo(MOST);
    }

    @Test
    void an_answer_in_between_is_no_failure_in_a_row() throws Exception {
        fail(4);
        answer(1);
        fail(4);
        assertThat(limiter.closedUntil()).isNull();
    }

    @Test
    void a_wait_is_told_by_its_reason() throws Exception {
        assertThat(limiter.acquire(() -> {})).containsOnly(entry(PAUSE, 0L), entry(IN_FLIGHT, 0L));
        limiter.refusedUntil(Duration.ofSeconds(3));
        limiter.release();
        assertThat(reasons(limiter, () -> clock.now = clock.now.plusSeconds(4))).containsExactly(PAUSE);

        enter(limiter, MOST - 1);
        assertThat(reasons(limiter, limiter::release)).containsExactly(IN_FLIGHT);
    }

    /** Why a request has waited until that was done. */
    private static Set<Wait> reasons(Limiter limiter, Runnable relief) throws Exception {
        var asking = new FutureTask<>(() -> limiter.acquire(() -> {}));
        var thread = new Thread(asking);
        thread.start();
        await().until(thread::getState, Thread.State.TIMED_WAITING::equals);
        relief.run();
        return asking.get(5, TimeUnit.SECONDS).entrySet().stream()
                .filter(wait -> wait.getValue() > 0)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static void enter(Limiter limiter, int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            limiter.acquire(() -> {});
        }
    }

    private void answer(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            limiter.acquire(() -> {});
            limiter.succeeded();
            limiter.release();
        }
    }

    private void fail(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            limiter.acquire(() -> {});
            limiter.failed();
            limiter.release();
        }
    }

    /** How many get in now; they leave again. */
    private int room() throws Exception {
        var entered = new CountDownLatch(MOST + 1);
        var threads = new Thread[MOST + 1];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> enter(entered));
            threads[i].start();
        }
        await().during(Duration.ofMillis(50))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> Arrays.stream(threads).allMatch(LimiterTest::isThroughOrWaiting));
        var room = MOST + 1 - (int) entered.getCount();
        for (var thread : threads) {
            thread.interrupt();
            thread.join();
        }
        for (int i = 0; i < room; i++) {
            limiter.release();
        }
        return room;
    }

    private static boolean isThroughOrWaiting(Thread thread) {
        return switch (thread.getState()) {
            case TERMINATED, WAITING, TIMED_WAITING -> true;
            default -> false;
        };
    }

    private void enter(CountDownLatch entered) {
        try {
            limiter.acquire(() -> {});
            entered.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ServiceNowProperties properties() {
        return new ServiceNowProperties(
                "",
                false,
                "",
                "",
                25,
                MOST,
                Duration.ofHours(2),
                1_000,
                10_000,
                DataSize.ofMegabytes(64),
                20_000,
                16,
                Duration.ZERO,
                Duration.ZERO);
    }

    private static final class SettableClock extends Clock {
        private volatile Instant now = Instant.parse("2025-01-01T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
