package io.caravana.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A running PostgreSQL server, as its {@code postmaster.pid} describes it.
 *
 * @param cluster the data directory it serves
 * @param pid its process
 * @param port where it listens on the loopback interface
 */
record Postmaster(Path cluster, long pid, int port) {

    static final String USER = "postgres";

    private static final int PID_LINE = 0;
    private static final int PORT_LINE = 3;

    static Path pidFile(Path cluster) {
        return cluster.resolve("postmaster.pid");
    }

    /** What the pid file says; empty without one, or while it is still being written. */
    static Optional<Postmaster> recordedIn(Path cluster) {
        try {
            List<String> lines = Files.readAllLines(pidFile(cluster));
            if (lines.size() <= PORT_LINE) {
                return Optional.empty();
            }
            return Optional.of(new Postmaster(
                    cluster,
                    Long.parseLong(lines.get(PID_LINE).trim()),
                    Integer.parseInt(lines.get(PORT_LINE).trim())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + pidFile(cluster), e);
        }
    }

    /** Whether its process lives. After a reboot the number can belong to any other program, so that is looked at too. */
    boolean isAlive() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::info)
                .filter(this::servesCluster)
                .isPresent();
    }

    private boolean servesCluster(ProcessHandle.Info process) {
        boolean isPostgres = process.command()
                .map(command -> Path.of(command).getFileName().toString().startsWith("postgres"))
                .orElse(false);
        // not every system tells the arguments
        return isPostgres
                && process.arguments()
                        .map(arguments -> List.of(arguments).contains(cluster.toString()))
                        .orElse(true);
    }

    /** Whether it takes connections, and is the server of this cluster and not a stranger on the same port. */
    boolean answers() {
        try (var connection = connect("postgres");
                var statement = connection.createStatement();
                var result = statement.executeQuery("SHOW data_directory")) {
            return result.next() && Files.isSameFile(Path.of(result.getString(1)), cluster);
        } catch (SQLException | IOException e) {
            return false;
        }
    }

    Connection connect(String database) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", USER);
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "10");
        return DriverManager.getConnection(url(database), properties);
    }

    String url(String database) {
        return "jdbc:postgresql://localhost:" + port + "/" + database;
    }

    /**
     * Asks it to stop and cuts the sessions that would hold that up.
     *
     * @throws SQLException when it does not take the connection for that
     */
    void stop() throws SQLException {
        try (var connection = connect("postgres");
                var statement = connection.createStatement()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
        }
    }

    /** Whether another process of Caravana is connected; asked when this one has closed its own connections. */
    boolean isUsedByOthers() {
        try (var connection = connect("postgres");
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT EXISTS (SELECT FROM pg_stat_activity"
                        + " WHERE application_name = 'caravana' AND pid <> pg_backend_pid())")) {
            return result.next() && result.getBoolean(1);
        } catch (SQLException unreachable) {
            return false;
        }
    }

    /** Whether its process has ended within the time. */
    boolean awaitEnd(Duration atMost) throws InterruptedException {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isEmpty()) {
            return true;
        }
        try {
            process.get().onExit().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Cannot watch process " + pid, e);
        }
    }
}
