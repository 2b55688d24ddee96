package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Change events in Apache Kafka, read back by its own consumer. */
@DirtiesContext
class PublishedChangesTest extends ChangesTest {

    private static final String TOPIC = "caravana.changes";

    @TempDir
    static Path folder;

    private static KafkaBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = KafkaBroker.start(folder);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @DynamicPropertySource
    static void kafka(DynamicPropertyRegistry registry) {
        registry.add("KAFKA_BOOTSTRAP_SERVERS", () -> broker.address());
    }

    @BeforeEach
    void the_group_exists() throws IOException {
        broker.startIfKilled();
        await().untilAsserted(() ->
                assertThat(groups.states()).anyMatch(state -> state.name().equals("kafka")));
    }

    @Test
    void an_event_is_a_record_with_what_changed_and_says_where_it_comes_from() throws IOException {
        change("incident", "one", "updated", "{\"state\": [\"2\", \"6\"], \"close_code\": [null, \"Solved\"]}");
        change("change_task", "one", "created", "{\"state\": [null, \"1\"]}");
        change("change_task", "one", "deleted", "{\"state\": [\"1\", null]}");

        var records = read(Set.of("incident:one", "change_task:one"), 3);

        var update = records.stream()
                .filter(record -> record.key().startsWith("incident"))
                .findFirst()
                .orElseThrow();
        var value = JSON.readTree(update.value());
        assertThat(value.path("op").asText()).isEqualTo("u");
        assertThat(value.path("before")).isEqualTo(JSON.readTree("{\"state\": \"2\", \"close_code\": null}"));
        assertThat(value.path("after")).isEqualTo(JSON.readTree("{\"state\": \"6\", \"close_code\": \"Solved\"}"));
        assertThat(value.path("types")).isEqualTo(JSON.readTree("[\"incident:updated\", \"incident:resolved\"]"));
        assertThat(value.at("/source/table").asText()).isEqualTo("incident");
        assertThat(header(update, "id")).isEqualTo(value.path("id").asText());
        assertThat(header(update, "table")).isEqualTo("incident");
        assertThat(header(update, "kind")).isEqualTo("updated");
        assertThat(records)
                .filteredOn(record -> record.key().equals("change_task:one"))
                .extracting(record -> JSON.readTree(record.value()))
                .extracting(
                        node -> node.path("op").asText(),
                        node -> node.path("before").toString(),
                        node -> node.path("after").toString())
                .containsExactly(tuple("c", "null", "{\"state\":\"1\"}"), tuple("d", "{\"state\":\"1\"}", "null"));
        assertThat(records)
                .allSatisfy(record -> assertThat(schema().validate(JSON.readTree(record.value())))
                        .isEmpty());
    }

    @Test
    void a_broker_that_is_killed_loses_no_event_and_changes_no_order() throws Exception {
        IntStream.range(0, 40).forEach(n -> describe("away-" + n % 4, Integer.toString(n)));
        broker.kill();
        IntStream.range(40, 80).forEach(n -> describe("away-" + n % 4, Integer.toString(n)));
        await().atMost(Duration.ofSeconds(120))
                .until(() -> jdbc.sql(
                                        "SELECT count(*) FROM caravana.delivery WHERE group_name = 'kafka' AND error IS NOT NULL")
                                .query(Integer.class)
                                .single()
                        > 0);
        broker.start();
        await().atMost(Duration.ofSeconds(120)).until(() -> state("kafka").pending() == 0);

        var keys = IntStream.range(0, 4).mapToObj(n -> "incident:away-" + n).collect(Collectors.toSet());
        var byKey = read(keys, 80).stream()
                .collect(Collectors.groupingBy(
                        ConsumerRecord::key,
                        Collectors.mapping(PublishedChangesTest::text, Collectors.toCollection(LinkedHashSet::new))));
        for (int key = 0; key < 4; key++) {
            var first = key;
            assertThat(byKey.get("incident:away-" + key))
                    .containsExactlyElementsOf(IntStream.iterate(first, n -> n < 80, n -> n + 4)
                            .mapToObj(Integer::toString)
                            .toList());
        }
        assertThat(state("kafka").deadLetters()).isZero();
    }

    @Test
    void a_record_that_the_broker_refuses_is_a_dead_letter_and_the_others_follow() {
        describe("large", "x".repeat(2_000_000));
        describe("small", "1");
        await().atMost(Duration.ofSeconds(120)).until(() -> state("kafka").deadLetters() == 1);
        assertThat(groups.deadLetters("kafka", null, 1).get(0).error()).contains("max.request.size");
        assertThat(read(Set.of("incident:small"), 1))
                .extracting(PublishedChangesTest::text)
                .containsOnly("1");
        groups.dropDeadLetter(
                "kafka", groups.deadLetters("kafka", null, 1).get(0).event().id());
    }

    private static JsonSchema schema() throws IOException {
        return JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(Files.readString(Path.of("docs/change-event.schema.json")));
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static String text(ConsumerRecord<String, String> record) {
        try {
            return JSON.readTree(record.value()).at("/after/short_description").asText();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The records of these keys, read from the topic's beginning until there are so many different ones. */
    private static List<ConsumerRecord<String, String>> read(Set<String> keys, int atLeast) {
        var records = new ArrayList<ConsumerRecord<String, String>>();
        var ids = new LinkedHashSet<String>();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", broker.address(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(IntStream.range(0, 4)
                    .mapToObj(n -> new TopicPartition(TOPIC, n))
                    .toList());
            consumer.seekToBeginning(consumer.assignment());
            await().atMost(Duration.ofSeconds(120)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (keys.contains(record.key())) {
                        records.add(record);
                        ids.add(header(record, "id"));
                    }
                });
                return ids.size() >= atLeast;
            });
        }
        return records;
    }
}
