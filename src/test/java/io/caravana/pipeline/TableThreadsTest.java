package io.caravana.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravana.catalog.SyncMode;
import io.caravana.execution.run.Execution;
import io.caravana.execution.run.LogFields;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TableThreadsTest {

    private final ExecutorService threads = LogFields.handedOn(new TableThreads(4));
    private final Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    private final Map<String, Semaphore> mayEnd = new ConcurrentHashMap<>();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void a_table_alone_has_all_threads_and_no_more() {
        hand("incident", 10);
        awaitRunning(Map.of("incident", 4));
        end("incident", 3);
        awaitRunning(Map.of("incident", 4));
        end("incident", 5);
        awaitRunning(Map.of("incident", 2));
    }

    @Test
    void a_table_that_comes_when_all_threads_are_taken_begins_at_once() {
        hand("incident", 10);
        awaitRunning(Map.of("incident", 4));
        hand("choices", 3);
        hand("companies", 1);
        awaitRunning(Map.of("incident", 4, "choices", 1, "companies", 1));
    }

    @Test
    void threads_that_become_free_go_to_the_table_that_has_fewest() {
        hand("incident", 10);
        hand("sla", 10);
        awaitRunning(Map.of("incident", 4, "sla", 1));
        end("incident", 2);
        awaitRunning(Map.of("incident", 2, "sla", 2));
        end("incident", 1);
        awaitRunning(Map.of("incident", 2, "sla", 2));
    }

    private void hand(String table, int tasks) {
        var execution = new Execution("e1", "incidents", SyncMode.WINDOW, null, List.of());
        LogFields.with(execution, () -> {
            LogFields.table(table);
            for (int task = 0; task < tasks; task++) {
                threads.execute(() -> work(table));
            }
        });
    }

    private void work(String table) {
        running.computeIfAbsent(table, none -> new AtomicInteger()).incrementAndGet();
        try {
            mayEnd(table).acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.get(table).decrementAndGet();
        }
    }

    private Semaphore mayEnd(String table) {
        return mayEnd.computeIfAbsent(table, none -> new Semaphore(0));
    }

    private void end(String table, int tasks) {
        mayEnd(table).release(tasks);
        await().until(() -> mayEnd(table).availablePermits() == 0);
    }

    private void awaitRunning(Map<String, Integer> expected) {
        await().untilAsserted(() -> expected.forEach(
                (table, number) -> assertThat(running.get(table)).as(table).hasValue(number)));
    }
}
