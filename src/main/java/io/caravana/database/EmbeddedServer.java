package io.caravana.database;

import io.caravana.error.StartException;
import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of our own that keeps its data in the data directory.
 *
 * <p>The process that holds the {@link ProcessLock} starts the server, or adopts one whose owner was killed. Every other
 * process uses the running server. Who closes last stops it.
 */
final class EmbeddedServer implements DatabaseServer {

    static final String DATABASE = "caravana";

    private static final Logger log = LoggerFactory.getLogger(EmbeddedServer.class);

    // A server that fails does so at once; one that recovers from a crash goes on, and is then waited for like an
    // orphan.
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(10);
    private static final Duration RECOVERY = Duration.ofMinutes(5);
    private static final Duration OWNER_STARTS = Duration.ofMinutes(1);
    private static final Duration STOP = Duration.ofMinutes(1);
    // PostgreSQL shows a session for some milliseconds after its client has closed it
    private static final Duration SESSIONS_END = Duration.ofSeconds(3);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    /** Unpacked program files are remembered per directory, as one JVM can serve several. */
    private record ProgramFiles(Path directory) implements PgBinaryResolver {
        @Override
        public InputStream getPgBinary(String system, String machineHardware) throws IOException {
            return DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machineHardware);
        }
    }

    private final DataDirectory files;
    private final Postmaster postmaster;
    private final Optional<ProcessLock> ownership;
    private final Optional<EmbeddedPostgres> started;

    private EmbeddedServer(
            DataDirectory files,
            Postmaster postmaster,
            Optional<ProcessLock> ownership,
            Optional<EmbeddedPostgres> started) {
        this.files = files;
        this.postmaster = postmaster;
        this.ownership = ownership;
        this.started = started;
    }

    /**
     * Starts, adopts or joins the server of this data directory, and makes sure of the database {@value #DATABASE}.
     *
     * @param wishedPort used when the server has to be started; a taken port means the next free one
     * @throws StartException with what to do about it
     */
    static EmbeddedServer open(DataDirectory files, int wishedPort) {
        files.prepare();
        Instant giveUp = Instant.now().plus(OWNER_STARTS);
        while (true) {
            Optional<ProcessLock> ownership = files.tryOwn();
            if (ownership.isPresent()) {
                return own(files, wishedPort, ownership.get());
            }
            Optional<Postmaster> running =
                    Postmaster.recordedIn(files.cluster()).filter(Postmaster::answers);
            if (running.isPresent() && hasDatabase(running.get())) {
                log.info(
                        "Using the embedded PostgreSQL of another Caravana on port {}",
                        running.get().port());
                return new EmbeddedServer(files, running.get(), Optional.empty(), Optional.empty());
            }
            lookAgain(giveUp, files, "Another Caravana owns " + files.root() + ", but its PostgreSQL does not answer.");
        }
    }

    private static EmbeddedServer own(DataDirectory files, int wishedPort, ProcessLock ownership) {
        boolean opened = false;
        try {
            Optional<Postmaster> orphan = running(files);
            orphan.ifPresent(found -> log.info("Adopting the embedded PostgreSQL on port {}", found.port()));
            EmbeddedServer server = orphan.isPresent()
                    ? new EmbeddedServer(files, orphan.get(), Optional.of(ownership), Optional.empty())
                    : start(files, wishedPort, ownership);
            createDatabase(server.postmaster);
            opened = true;
            return server;
        } catch (SQLException e) {
            throw new StartException(
                    "The database " + DATABASE + " could not be made: " + e.getMessage(),
                    "See " + files.log() + ".",
                    e);
        } finally {
            if (!opened) {
                ownership.close();
            }
        }
    }

    private static EmbeddedServer start(DataDirectory files, int wishedPort, ProcessLock ownership) {
        forgetDeadServer(files);
        try (var claim = FreePort.reserve(wishedPort)) {
            int port = claim.port();
            if (port != wishedPort) {
                log.warn("Port {} is taken, the embedded PostgreSQL listens on {}", wishedPort, port);
            }
            Optional<EmbeddedPostgres> started = launch(files, port);
            Postmaster postmaster = running(files).orElseThrow(() -> didNotStart(files, null));
            log.info("Started the embedded PostgreSQL on port {}, data in {}", port, files.cluster());
            return new EmbeddedServer(files, postmaster, Optional.of(ownership), started);
        }
    }

    /** Empty when it takes longer than a start should. */
    private static Optional<EmbeddedPostgres> launch(DataDirectory files, int port) {
        try {
            return Optional.of(settings(files, port).start());
        } catch (IOException e) {
            log.info("The embedded PostgreSQL does not answer yet: {}", e.getMessage());
            return Optional.empty();
        } catch (IllegalStateException e) {
            throw didNotStart(files, e);
        }
    }

    private static EmbeddedPostgres.Builder settings(DataDirectory files, int port) {
        return EmbeddedPostgres.builder()
                .setPgBinaryResolver(new ProgramFiles(files.program()))
                .setOverrideWorkingDirectory(files.program().resolve("unpacked").toFile())
                .setDataDirectory(files.cluster())
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(FIRST_ANSWER)
                .setPort(port)
                .setOutputRedirector(Redirect.appendTo(files.log().toFile()))
                .setErrorRedirector(Redirect.appendTo(files.log().toFile()))
                .setLocaleConfig("locale", "C")
                .setLocaleConfig("locale-provider", "builtin")
                .setLocaleConfig("builtin-locale", "C.UTF-8")
                .setServerConfig("listen_addresses", "localhost")
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "250")
                .setServerConfig("log_checkpoints", "off");
    }

    /** A pid file whose server is gone keeps PostgreSQL from starting when another program has got the number. */
    private static void forgetDeadServer(DataDirectory files) {
        try {
            if (Files.deleteIfExists(Postmaster.pidFile(files.cluster()))) {
                log.info("The embedded PostgreSQL was not stopped properly, it recovers now");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + Postmaster.pidFile(files.cluster()), e);
        }
    }

    /** The live server of the cluster, waited for while it recovers; empty when there is none or it ended meanwhile. */
    private static Optional<Postmaster> running(DataDirectory files) {
        Instant giveUp = Instant.now().plus(RECOVERY);
        Optional<Postmaster> found = alive(files);
        while (found.isPresent() && !found.get().answers()) {
            lookAgain(giveUp, files, "PostgreSQL runs as process " + found.get().pid() + ", but does not answer.");
            found = alive(files);
        }
        return found;
    }

    private static Optional<Postmaster> alive(DataDirectory files) {
        return Postmaster.recordedIn(files.cluster()).filter(Postmaster::isAlive);
    }

    private static void lookAgain(Instant giveUp, DataDirectory files, String problem) {
        if (Instant.now().isAfter(giveUp)) {
            throw new StartException(
                    problem + " Its last words:\n" + files.lastLogLines(),
                    "Wait and start again, or stop that process; the whole log is " + files.log() + ".");
        }
        try {
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException(
                    "Interrupted while waiting for the embedded PostgreSQL.", "Start Caravana again.", e);
        }
    }

    private static StartException didNotStart(DataDirectory files, Throwable cause) {
        return new StartException(
                "The embedded PostgreSQL did not start" + (cause == null ? "" : ": " + cause.getMessage())
                        + ". Its last words:\n" + files.lastLogLines(),
                "Mend what they name (the whole log is " + files.log()
                        + "), or set DATABASE_URL to a PostgreSQL of your own.",
                cause);
    }

    private static boolean hasDatabase(Postmaster postmaster) {
        try (var connection = postmaster.connect("postgres")) {
            return exists(connection);
        } catch (SQLException e) {
            return false;
        }
    }

    private static void createDatabase(Postmaster postmaster) throws SQLException {
        try (var connection = postmaster.connect("postgres");
                var statement = connection.createStatement()) {
            if (!exists(connection)) {
                statement.execute("CREATE DATABASE " + DATABASE);
            }
        }
    }

    private static boolean exists(java.sql.Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("SELECT FROM pg_database WHERE datname = ?")) {
            query.setString(1, DATABASE);
            try (var result = query.executeQuery()) {
                return result.next();
            }
        }
    }

    boolean isOwner() {
        return ownership.isPresent();
    }

    Postmaster postmaster() {
        return postmaster;
    }

    @Override
    public Database database() {
        return Database.at(postmaster.url(DATABASE), Postmaster.USER, true);
    }

    /** Stops the server, unless another process uses it. */
    @Override
    public void close() {
        ownership.or(() -> files.tryOwn()).ifPresent(lock -> {
            try (lock) {
                if (isUsedByOthers()) {
                    log.info("Another Caravana uses the embedded PostgreSQL: left running");
                } else {
                    stop();
                }
            }
        });
    }

    private boolean isUsedByOthers() {
        Instant giveUp = Instant.now().plus(SESSIONS_END);
        while (postmaster.isUsedByOthers()) {
            if (Instant.now().isAfter(giveUp)) {
                return true;
            }
            try {
                Thread.sleep(BETWEEN_LOOKS.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        }
        return false;
    }

    private void stop() {
        try {
            if (started.isPresent()) {
                started.get().close();
            } else {
                postmaster.stop();
            }
            if (!postmaster.awaitEnd(STOP)) {
                log.warn("The embedded PostgreSQL is still stopping as process {}", postmaster.pid());
            }
        } catch (SQLException | IOException e) {
            log.warn("The embedded PostgreSQL could not be stopped, the next start takes it over: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.warn("Interrupted while the embedded PostgreSQL stops as process {}", postmaster.pid());
        }
    }
}
