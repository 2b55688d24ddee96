package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Apache Kafka itself, one broker in KRaft mode in a process of its own. Its data outlive a restart. */
final class KafkaBroker implements AutoCloseable {

    private final Path folder;
    private final Path settings;
    private final int port;
    private Process process;

    private KafkaBroker(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        port = freePort();
        var controller = freePort();
        settings = Files.writeString(
                folder.resolve("server.properties"), """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                controller.listener.names=CONTROLLER
                log.dirs=%3$s
                num.partitions=4
                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                group.initial.rebalance.delay.ms=0
                """.formatted(port, controller, folder.resolve("data")));
        assertThat(java("kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", settings.toString())
                        .redirectOutput(Redirect.DISCARD)
                        .start()
                        .waitFor())
                .isZero();
    }

    static KafkaBroker start(Path folder) throws IOException, InterruptedException {
        var broker = new KafkaBroker(folder);
        broker.start();
        return broker;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    void start() throws IOException {
        var log = Files.createTempFile(folder, "broker", ".log");
        process = java("kafka.Kafka", settings.toString())
                .redirectOutput(log.toFile())
                .start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(180))
                .until(() -> Files.readString(log).contains("Kafka Server started") || !process.isAlive());
        assertThat(process.isAlive()).as(() -> "a broker runs, see " + log).isTrue();
    }

    private static ProcessBuilder java(String... command) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var whole = new ArrayList<>(
                List.of(java, "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        whole.addAll(List.of(command));
        return new ProcessBuilder(whole).redirectErrorStream(true);
    }

    void startIfKilled() throws IOException {
        if (!process.isAlive()) {
            start();
        }
    }

    /** Kills it as a crash does. */
    void kill() {
        process.destroyForcibly().onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
