package io.caravana.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A PostgreSQL of one test class, which can be stopped and comes back at the same place with its data. */
public final class StoppableDatabase implements AutoCloseable {

    private final Path cluster;
    private final int port;
    private EmbeddedPostgres server;

    public StoppableDatabase() {
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
            cluster = Files.createTempDirectory("stoppable").resolve("postgres");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
    }

    /** JDBC URL, user included. */
    public String url() {
        return "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres";
    }

    /** Starts it, with the data that it had. */
    public void start() {
        try {
            server = EmbeddedPostgres.builder()
                    .setDataDirectory(cluster)
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(true)
                    .setPGStartupWait(Duration.ofSeconds(30))
                    .setPort(port)
                    .setLocaleConfig("locale", "C")
                    .setServerConfig("unix_socket_directories", "")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("The PostgreSQL that can be stopped did not start", e);
        }
    }

    /** Stops it, with whatever it is doing. */
    public void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The PostgreSQL did not stop", e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
