import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads change events as they arrive, and prints how many a second, and how old they are.
 *
 * <p>Usage: {@code java -cp <Kafka's clients> Published.java BROKER EVENTS}
 */
public final class Published {
    private static final Pattern STORED = Pattern.compile("\"ts_ms\":(\\d+)");

    public static void main(String[] args) {
        var wanted = Integer.parseInt(args[1]);
        var ages = new long[wanted];
        var read = 0;
        var first = 0L;
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", args[0], "fetch.max.wait.ms", 5), new StringDeserializer(), new StringDeserializer())) {
            var partitions = IntStream.range(0, 4).mapToObj(n -> new TopicPartition("caravana.changes", n)).toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            System.err.println("ready");
            while (read < wanted) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    var stored = STORED.matcher(record.value());
                    if (stored.find() && read < wanted) {
                        first = first == 0 ? System.nanoTime() : first;
                        ages[read++] = System.currentTimeMillis() - Long.parseLong(stored.group(1));
                    }
                }
            }
        }
        var seconds = (System.nanoTime() - first) / 1e9;
        Arrays.sort(ages);
        System.out.printf(
                "%d events in %.1f s, %.0f a second; age p50 %d ms, p95 %d ms, most %d ms%n",
                wanted, seconds, wanted / seconds, ages[wanted / 2], ages[wanted * 95 / 100], ages[wanted - 1]);
    }

    private Published() {}
}
