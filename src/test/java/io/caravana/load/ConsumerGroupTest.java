package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.caravana.change.ChangeEvent;
import io.caravana.change.ChangeFeed;
import io.caravana.change.ChangeLog;
import io.caravana.change.ChangeLogRetention;
import io.caravana.change.ConsumerGroups.State;
import io.caravana.console.Browser;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Consumer groups as routes use them. Changes are written into the change log as the triggers write them. */
class ConsumerGroupTest extends ChangesTest {

    private static final List<ChangeEvent> SEEN = new CopyOnWriteArrayList<>();
    private static final List<ChangeEvent> ENDS = new CopyOnWriteArrayList<>();
    private static final Set<String> WORKERS = ConcurrentHashMap.newKeySet();
    private static final List<Integer> BATCHES = new CopyOnWriteArrayList<>();

    /** The texts with which the route of the group "seen" fails. */
    private static final Set<String> POISON = ConcurrentHashMap.newKeySet();

    /** What a worker waits for that got the text "hang". */
    private static volatile CountDownLatch end = new CountDownLatch(0);

    @TestConfiguration(proxyBeanMethods = false)
    static class Groups {
        @Bean
        RouteBuilder groupRoutes() {
            return new RouteBuilder() {
                @Override
                public void configure() {
                    from("changes:seen?events=*")
                            .routeId("see-changes")
                            .routeConfigurationId("caller-repeats")
                            .process(ConsumerGroupTest::see);
                    // another worker: what one process shares with another is the database alone
                    from("changes:seen?events=*&threads=1")
                            .routeId("see-changes-elsewhere")
                            .routeConfigurationId("caller-repeats")
                            .autoStartup(false)
                            .process(ConsumerGroupTest::see);
                    from("changes:ends?events=incident:resolved,ctask:*")
                            .routeId("see-ends")
                            .routeConfigurationId("caller-repeats")
                            .process(exchange -> ENDS.add(event(exchange)));
                    from("changes:batches?events=*&batch=50")
                            .routeId("see-batches")
                            .routeConfigurationId("caller-repeats")
                            .process(ConsumerGroupTest::count);
                }
            };
        }
    }

    @Autowired
    DataSource database;

    @Autowired
    ChangeFeed feed;

    @Autowired
    ChangeLog log;

    @Autowired
    ChangeLogRetention retention;

    @Autowired
    CamelContext camel;

    @BeforeEach
    void nobody_has_anything_to_do() {
        POISON.clear();
        jdbc.sql("DELETE FROM caravana.change_log").update();
        jdbc.sql("DELETE FROM caravana.delivery").update();
        await().untilAsserted(() ->
                assertThat(groups.states()).extracting(State::name).contains("seen", "ends", "batches"));
        jdbc.sql("UPDATE caravana.consumer_group SET xid = pg_snapshot_xmin(pg_current_snapshot()), id = 0, lost = 0")
                .update();
        List.of(SEEN, ENDS, BATCHES, WORKERS).forEach(Collection::clear);
    }

    @AfterEach
    void the_next_test_is_alone() throws Exception {
        POISON.clear();
        end.countDown();
        camel.getRouteController().stopRoute("see-changes-elsewhere");
    }

    @Test
    void a_group_gets_the_events_of_its_types() {
        change("incident", "a", "updated", "{\"state\": [2, 6], \"short_description\": [\"x\", \"y\"]}");
        change("incident", "a", "updated", "{\"state\": [6, 7]}");
        change("change_task", "b", "created", "{\"state\": [null, 1]}");
        change("cmdb_ci", "c", "updated", "{\"name\": [\"x\", \"y\"]}");
        await().untilAsserted(() -> assertThat(SEEN)
                .extracting(ChangeEvent::sysId, ChangeEvent::types)
                .containsExactly(
                        tuple("a", List.of("incident:updated", "incident:resolved")),
                        tuple("a", List.of("incident:updated", "incident:closed")),
                        tuple("b", List.of("ctask:created")),
                        tuple("c", List.of())));
        await().untilAsserted(() -> assertThat(ENDS)
                .extracting(ChangeEvent::sysId, ChangeEvent::kind)
                .containsExactly(tuple("a", "updated"), tuple("b", "created")));
        await().untilAsserted(() -> assertThat(state("ends"))
                .extracting(State::pending, State::deadLetters, State::lagSeconds)
                .containsExactly(0L, 0L, 0.0));
    }

    @Test
    void types_follow_from_what_changed() {
        assertThat(types("incident", "updated", "{\"state\": [6, 2]}"))
                .containsExactly("incident:updated", "incident:reopened");
        assertThat(types("incident", "updated", "{\"state\": [6, 8]}")).containsExactly("incident:updated");
        assertThat(types("incident", "updated", "{\"short_description\": [\"6\", \"7\"]}"))
                .containsExactly("incident:updated");
        assertThat(types("incident", "created", "{\"state\": [null, 6]}"))
                .containsExactly("incident:created", "incident:resolved");
        assertThat(types("incident", "deleted", "{\"state\": [6, null]}")).isEmpty();
        assertThat(types("incident", "updated", "{\"assigned_to\": [\"a\", null]}"))
                .containsExactly("incident:updated", "assignment");
        assertThat(types("sc_task", "updated", "{\"state\": [2, 7]}"))
                .containsExactly("sctask:updated", "sctask:completed");
        assertThat(types("incident_sla", "updated", "{\"business_percentage\": [74.99, 75.0]}"))
                .containsExactly("sla:warning");
        assertThat(types("incident_sla", "updated", "{\"business_percentage\": [75, 90]}"))
                .isEmpty();
        assertThat(types(
                        "incident_sla",
                        "created",
                        "{\"business_percentage\": [null, 120], \"has_breached\": [null, true]}"))
                .containsExactly("sla:warning", "sla:breach");
        assertThat(types("sys_journal_field", "created", "{}")).containsExactly("note:added");
    }

    @Test
    void an_event_that_keeps_failing_becomes_a_dead_letter_and_delays_only_its_own_record() {
        POISON.add("bad");
        describe("a", "bad");
        describe("a", "good");
        describe("b", "other");
        await().untilAsserted(() -> assertThat(texts()).contains("good", "other"));
        assertThat(texts()).filteredOn("bad"::equals).hasSize(3);
        assertThat(texts().indexOf("good")).isGreaterThan(texts().lastIndexOf("bad"));
        assertThat(texts().indexOf("other")).isLessThan(texts().lastIndexOf("bad"));

        var dead = groups.deadLetters("seen", null, 10);
        assertThat(dead).singleElement().satisfies(letter -> {
            assertThat(letter.event().sysId()).isEqualTo("a");
            assertThat(letter.failures()).isEqualTo(3);
            assertThat(letter.error()).isEqualTo("poisoned with bad");
        });
        POISON.clear();
        assertThat(groups.replayDeadLetter("seen", dead.get(0).event().id())).isTrue();
        await().untilAsserted(() -> assertThat(state("seen"))
                .extracting(State::pending, State::deadLetters)
                .containsExactly(0L, 0L));
        assertThat(texts()).endsWith("bad");
        assertThat(groups.dropDeadLetter("seen", dead.get(0).event().id())).isFalse();
    }

    @Test
    void a_batch_that_fails_is_delivered_again_event_by_event() {
        POISON.add("bad");
        IntStream.range(0, 20).forEach(record -> describe("record" + record, record == 7 ? "bad" : "good"));
        await().untilAsserted(() -> assertThat(state("batches"))
                .extracting(State::pending, State::deadLetters)
                .containsExactly(0L, 1L));
        assertThat(BATCHES).as("sizes of batches").anyMatch(size -> size > 1);
        assertThat(groups.deadLetters("batches", null, 10))
                .extracting(letter -> letter.event().sysId())
                .containsExactly("record7");
    }

    @Test
    void workers_share_a_group_without_doubling_and_in_the_order_of_each_record() throws Exception {
        camel.getRouteController().startRoute("see-changes-elsewhere");
        for (int number = 0; number < 200; number++) {
            describe("record" + number % 20, String.valueOf(number));
        }
        await().untilAsserted(() -> assertThat(texts()).hasSize(200));
        assertThat(texts()).doesNotHaveDuplicates();
        var byRecord = SEEN.stream()
                .collect(Collectors.groupingBy(
                        ChangeEvent::sysId,
                        Collectors.mapping(event -> Integer.valueOf(text(event)), Collectors.toList())));
        assertThat(byRecord)
                .hasSize(20)
                .allSatisfy((record, numbers) -> assertThat(numbers).isSorted());
        assertThat(WORKERS).as("workers that had a part").hasSize(2);
    }

    @Test
    void an_event_that_a_worker_does_not_end_with_goes_to_another_one_after_the_lease() throws Exception {
        end = new CountDownLatch(1);
        camel.getRouteController().startRoute("see-changes-elsewhere");
        describe("a", "hang");
        describe("a", "later");
        await().untilAsserted(() -> assertThat(texts()).containsExactly("hang"));
        assertThat(state("seen").pending()).isEqualTo(2);
        await().untilAsserted(() -> assertThat(texts()).containsExactly("hang", "hang", "later"));
        end.countDown();
        await().untilAsserted(() -> assertThat(state("seen").pending()).isZero());
        assertThat(WORKERS).hasSize(2);
    }

    @Test
    void nobody_misses_an_event_that_is_committed_late() throws SQLException {
        var told = new CopyOnWriteArrayList<ChangeEvent>();
        var subscription = feed.subscribe(told::addAll);
        try (var late = database.getConnection()) {
            late.setAutoCommit(false);
            change(late, "late");
            describe("early", "x");
            await().during(Duration.ofMillis(300)).until(() -> SEEN.isEmpty() && told.isEmpty());
            late.commit();
            late.setAutoCommit(true);
        }
        for (var heard : List.of(SEEN, told)) {
            await().untilAsserted(() ->
                    assertThat(heard).extracting(ChangeEvent::sysId).containsExactly("late", "early"));
        }
        subscription.run();
    }

    @Test
    void the_feed_tells_every_subscriber_of_every_event_within_half_a_second_and_the_log_has_what_came_before() {
        var told = new CopyOnWriteArrayList<ChangeEvent>();
        var before = log.end();
        var broken = feed.subscribe(events -> {
            throw new IllegalStateException("a subscriber that fails");
        });
        var subscription = feed.subscribe(told::addAll);
        describe("a", "1");
        await().atMost(Duration.ofMillis(500)).until(() -> told.size() == 1);
        describe("a", "2");
        await().atMost(Duration.ofMillis(500)).until(() -> told.size() == 2);
        assertThat(told).extracting(ConsumerGroupTest::text).containsExactly("1", "2");
        assertThat(log.after(before, 10)).isEqualTo(told);
        assertThat(log.after(told.get(0).id(), 10)).isEqualTo(told.subList(1, 2));
        broken.run();
        subscription.run();
    }

    @Test
    void a_replay_delivers_again_from_a_moment_or_an_event_on() {
        describe("a", "1");
        await().untilAsserted(() -> assertThat(texts()).containsExactly("1"));
        var moment =
                jdbc.sql("SELECT clock_timestamp()").query(OffsetDateTime.class).single();
        describe("a", "2");
        describe("b", "3");
        await().untilAsserted(() -> assertThat(texts()).containsExactly("1", "2", "3"));
        assertThat(groups.replay("seen", moment)).isTrue();
        await().untilAsserted(() -> assertThat(texts()).containsExactly("1", "2", "3", "2", "3"));
        assertThat(groups.replay("seen", SEEN.get(2).id())).isTrue();
        await().untilAsserted(() -> assertThat(texts()).containsExactly("1", "2", "3", "2", "3", "3"));
        assertThat(groups.replay("seen", moment.plusDays(1))).isFalse();
    }

    @Test
    void retention_keeps_what_a_group_needs_up_to_the_hard_limit_and_says_what_was_lost() throws Exception {
        camel.getRouteController().stopRoute("see-changes");
        try {
            old("kept", 40);
            retention.cleanUp();
            assertThat(logged()).containsExactly("kept");
            old("lost", 92);
            retention.cleanUp();
            assertThat(logged()).containsExactly("kept");
            assertThat(state("seen").lost()).isEqualTo(1);
        } finally {
            camel.getRouteController().startRoute("see-changes");
        }
        await().untilAsserted(
                        () -> assertThat(SEEN).extracting(ChangeEvent::sysId).containsExactly("kept"));
        await().untilAsserted(() -> assertThat(state("seen").pending()).isZero());
        await().untilAsserted(() -> {
            retention.cleanUp();
            assertThat(logged()).isEmpty();
        });
    }

    @Test
    void a_dead_letter_is_looked_at_replayed_and_dropped_over_the_api() throws Exception {
        POISON.addAll(Set.of("bad", "worse"));
        describe("a", "bad");
        describe("b", "worse");
        await().until(() -> state("seen").deadLetters() == 2);
        var letters = getJson("/api/consumer-groups/seen/dead-letters?limit=1");
        assertThat(letters).hasSize(1);
        assertThat(letters.at("/0/event/sys_id").asText()).isEqualTo("b");
        assertThat(letters.at("/0/error").asText()).isEqualTo("poisoned with worse");
        assertThat(letters.at("/0/event/changes/short_description/1").asText()).isEqualTo("worse");
        var worse = letters.at("/0/event/id").asText();
        var bad = getJson("/api/consumer-groups/seen/dead-letters?before=" + worse)
                .at("/0/event/id")
                .asText();

        POISON.clear();
        var letter = "/api/consumer-groups/seen/dead-letters/";
        assertThat(post(letter + bad + "/replay").statusCode()).isEqualTo(200);
        assertThat(send(request(letter + worse).DELETE()).statusCode()).isEqualTo(200);
        assertThat(send(request(letter + worse).DELETE()).statusCode()).isEqualTo(404);
        await().untilAsserted(() -> assertThat(state("seen"))
                .extracting(State::pending, State::deadLetters)
                .containsExactly(0L, 0L));
        assertThat(texts()).endsWith("bad");
        assertThat(jdbc.sql("SELECT method FROM caravana.audit WHERE path LIKE '/api/consumer-groups/%' ORDER BY id")
                        .query(String.class)
                        .list())
                .contains("POST", "DELETE");
    }

    @Test
    void a_dead_letter_is_looked_at_replayed_and_dropped_on_the_page() throws Exception {
        POISON.addAll(Set.of("bad", "worse"));
        describe("a", "bad");
        describe("b", "worse");
        await().until(() -> state("seen").deadLetters() == 2);
        var letters = groups.deadLetters("seen", null, 2);
        var bad = "/htmx/events/seen/" + letters.get(1).event().id();
        var worse = "/htmx/events/seen/" + letters.get(0).event().id();
        var page = new Browser(request("/").build().uri().getPort());
        assertThat(page.get("/events").body())
                .contains(
                        "poisoned with bad", "poisoned with worse", bad + "/replay", worse + "/drop", "failed 3 times");

        POISON.clear();
        var token = new String[] {"X-XSRF-TOKEN", page.csrfToken()};
        assertThat(page.post(bad + "/replay", "", token).body())
                .contains("poisoned with worse")
                .doesNotContain("poisoned with bad");
        assertThat(page.post(worse + "/drop", "", token).body())
                .contains("/htmx/events/batches/")
                .doesNotContain(worse);
        assertThat(page.post(worse + "/drop", "", token).statusCode()).isEqualTo(404);
        await().untilAsserted(() -> assertThat(texts()).endsWith("bad"));
        assertThat(get("/htmx/events").body()).contains("seen", "batches").doesNotContain("<html");
        assertThat(jdbc.sql("SELECT path FROM caravana.audit WHERE method = 'POST' AND path LIKE '/htmx/events/%'")
                        .query(String.class)
                        .list())
                .contains(bad + "/replay", worse + "/drop");
    }

    @Test
    void a_group_is_replayed_over_the_api() throws Exception {
        describe("a", "1");
        await().untilAsserted(() -> assertThat(texts()).containsExactly("1"));
        assertThat(post("/api/consumer-groups/seen/replay?from=" + SEEN.get(0).id())
                        .statusCode())
                .isEqualTo(200);
        await().untilAsserted(() -> assertThat(texts()).containsExactly("1", "1"));
        assertThat(post("/api/consumer-groups/seen/replay?from=2999-01-01T00:00:00Z")
                        .statusCode())
                .isEqualTo(409);
        assertThat(post("/api/consumer-groups/seen/replay?from=yesterday").body())
                .contains("it takes a moment such as");
        assertThat(post("/api/consumer-groups/sen/replay?from=1-1").statusCode())
                .isEqualTo(404);
        assertThat(getJson("/api/consumer-groups").findValuesAsText("name")).contains("seen", "audit", "analytics");
    }

    @Test
    void a_group_that_is_paused_keeps_what_is_pending_until_it_resumes() {
        groups.pause("seen", true);
        describe("a", "1");
        await().untilAsserted(() -> assertThat(BATCHES).isNotEmpty());
        assertThat(SEEN).isEmpty();
        groups.pause("seen", false);
        await().untilAsserted(() -> assertThat(texts()).containsExactly("1"));
    }

    @Test
    void the_audit_keeps_who_changed_what_once_and_for_good() {
        jdbc.sql("""
                        INSERT INTO caravana.change_log (table_name, sys_id, kind, changes, execution_id, changed_by)
                        VALUES ('incident', 'audited', 'updated', '{"state": ["1", "2"]}', 'test', 'maria')""").update();
        var audited = "SELECT changed_by || changes FROM caravana.record_audit WHERE sys_id = 'audited'";
        await().untilAsserted(
                        () -> assertThat(jdbc.sql(audited).query(String.class).list())
                                .containsExactly("maria{\"state\": [\"1\", \"2\"]}"));
        groups.replay("audit", OffsetDateTime.now().minusDays(1));
        await().untilAsserted(() -> assertThat(state("audit").lagSeconds()).isZero());
        assertThat(jdbc.sql(audited).query(String.class).list()).hasSize(1);
        assertThatThrownBy(() -> jdbc.sql("DELETE FROM caravana.record_audit").update())
                .hasStackTraceContaining("caravana.record_audit is append-only");
    }

    @Test
    void analytics_count_the_tickets_anew_after_a_change() {
        loaded("tickets");
        change("sc_task", "a", "updated", "{\"state\": [1, 2]}");
        await().untilAsserted(() -> assertThat(jdbc.sql(
                                "SELECT coalesce(state, '') || ' ' || sum(tickets) FROM caravana.ticket_counter WHERE table_name = 'sc_task' GROUP BY state")
                        .query(String.class)
                        .list())
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(jdbc.sql(
                                "SELECT coalesce(state::text, '') || ' ' || count(*) FROM servicenow.sc_task GROUP BY state")
                        .query(String.class)
                        .list()));
        assertThat(jdbc.sql("SELECT sum(opened) FROM caravana.ticket_trend WHERE table_name = 'sc_task'")
                        .query(Long.class)
                        .single())
                .isEqualTo(jdbc.sql("SELECT count(opened_at) FROM servicenow.sc_task")
                        .query(Long.class)
                        .single());
    }

    private static void see(Exchange exchange) throws InterruptedException {
        var event = event(exchange);
        var isAgain = texts().contains(text(event));
        SEEN.add(event);
        WORKERS.add(exchange.getFromRouteId());
        if ("hang".equals(text(event)) && !isAgain) {
            end.await();
        }
        if (isPoison(event)) {
            throw new IllegalStateException("poisoned with " + text(event));
        }
    }

    private static void count(Exchange exchange) {
        var events = exchange.getMessage().getBody(List.class);
        BATCHES.add(events.size());
        for (var event : events) {
            if (isPoison((ChangeEvent) event)) {
                throw new IllegalStateException("poisoned");
            }
        }
    }

    private static ChangeEvent event(Exchange exchange) {
        return exchange.getMessage().getBody(ChangeEvent.class);
    }

    private static boolean isPoison(ChangeEvent event) {
        return text(event) != null && POISON.contains(text(event));
    }

    private static String text(ChangeEvent event) {
        return event.after("short_description");
    }

    private static List<String> texts() {
        return SEEN.stream().map(ConsumerGroupTest::text).toList();
    }

    private List<String> types(String table, String kind, String changes) {
        return jdbc.sql("SELECT unnest(caravana.event_types(?, ?, CAST(? AS jsonb)))")
                .params(table, kind, changes)
                .query(String.class)
                .list();
    }

    private List<String> logged() {
        return jdbc.sql("SELECT sys_id FROM caravana.change_log")
                .query(String.class)
                .list();
    }

    private static void change(Connection connection, String key) throws SQLException {
        try (var insert = connection.prepareStatement("""
                INSERT INTO caravana.change_log (table_name, sys_id, kind, changes, execution_id)
                VALUES ('incident', ?, 'updated', '{"short_description": ["x", "y"]}', 'test')""")) {
            insert.setString(1, key);
            insert.executeUpdate();
        }
    }

    private void old(String key, int days) {
        jdbc.sql("""
                        INSERT INTO caravana.change_log (table_name, sys_id, kind, changes, execution_id, committed_at)
                        VALUES ('incident', ?, 'updated', '{}', 'test', clock_timestamp() - make_interval(days => ?))""").params(key, days).update();
    }
}
