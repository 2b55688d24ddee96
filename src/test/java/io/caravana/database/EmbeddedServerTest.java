package io.caravana.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.error.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedServerTest {

    private static final Path PROGRAM = Path.of("target", "postgres-program").toAbsolutePath();

    @TempDir
    Path temp;

    private DataDirectory files;
    private int port;

    @BeforeEach
    void an_empty_data_directory_whose_name_has_spaces() throws IOException {
        Path root = temp.toRealPath().resolve("a data dir");
        files = new DataDirectory(root, root.resolve("postgres"), PROGRAM);
        port = freePort();
    }

    @Test
    void it_keeps_its_data_across_a_restart() throws SQLException {
        try (var server = EmbeddedServer.open(files, port)) {
            execute(server, "CREATE TABLE kept (name text)", "INSERT INTO kept VALUES ('São Paulo')");
        }
        try (var server = EmbeddedServer.open(files, port)) {
            assertThat(value(server, "SELECT upper(name) FROM kept")).isEqualTo("SÃO PAULO");
        }
    }

    @Test
    void a_commit_is_on_disk_when_it_returns() throws SQLException {
        try (var server = EmbeddedServer.open(files, port)) {
            assertThat(value(server, "SHOW fsync")).isEqualTo("on");
            assertThat(value(server, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(value(server, "SHOW full_page_writes")).isEqualTo("on");
        }
    }

    @Test
    void only_this_machine_and_only_this_user_reach_it() throws SQLException, IOException {
        try (var server = EmbeddedServer.open(files, port)) {
            assertThat(value(server, "SHOW listen_addresses")).isEqualTo("localhost");
            assertThat(value(server, "SHOW unix_socket_directories")).isEmpty();
            assertThat(mode(files.cluster())).isEqualTo("rwx------");
            assertThat(mode(files.program())).isEqualTo("rwx------");
            assertThat(mode(files.lock())).isEqualTo("rw-------");
            assertThat(mode(files.log())).isEqualTo("rw-------");
        }
    }

    @Test
    void it_says_where_it_is() {
        try (var server = EmbeddedServer.open(files, port)) {
            assertThat(server.database())
                    .isEqualTo(new Database(
                            "jdbc:postgresql://localhost:" + port + "/caravana",
                            "postgres",
                            true,
                            "psql -h localhost -p " + port + " -U postgres -d caravana"));
        }
    }

    @Test
    void its_owner_stops_it() throws InterruptedException {
        Postmaster postmaster;
        try (var server = EmbeddedServer.open(files, port)) {
            postmaster = server.postmaster();
            assertThat(server.isOwner()).isTrue();
            assertThat(postmaster.isAlive()).isTrue();
        }
        assertThat(postmaster.isAlive()).isFalse();
        assertThat(Postmaster.pidFile(files.cluster())).doesNotExist();
    }

    @Test
    void a_second_one_in_this_process_uses_it_and_leaves_it_running() throws SQLException {
        try (var owner = EmbeddedServer.open(files, port)) {
            try (var second = EmbeddedServer.open(files, port)) {
                assertThat(second.isOwner()).isFalse();
                assertThat(second.postmaster()).isEqualTo(owner.postmaster());
            }
            assertThat(value(owner, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void another_process_uses_it_and_leaves_it_running() throws Exception {
        try (var owner = EmbeddedServer.open(files, port)) {
            var other = ServerProcess.open(files, port);
            assertThat(other.isOwner()).isFalse();
            assertThat(other.serverPid()).isEqualTo(owner.postmaster().pid());
            assertThat(other.finish()).isZero();
            assertThat(value(owner, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void an_owner_that_ends_first_leaves_it_to_the_one_that_ends_last() throws SQLException {
        var owner = EmbeddedServer.open(files, port);
        var last = EmbeddedServer.open(files, port);
        var url = last.database().jdbcUrl() + "?ApplicationName=caravana";
        try (var session = DriverManager.getConnection(url, "postgres", null)) {
            owner.close();
            assertThat(session.isValid(5)).isTrue();
        }
        last.close();
        assertThat(last.postmaster().isAlive()).isFalse();
    }

    @Test
    void a_session_that_is_just_ending_does_not_leave_it_running() throws Exception {
        var server = EmbeddedServer.open(files, port);
        var session = DriverManager.getConnection(
                server.database().jdbcUrl() + "?ApplicationName=caravana", "postgres", null);
        var ending = CompletableFuture.runAsync(
                () -> closeQuietly(session), CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS));

        server.close();

        ending.join();
        assertThat(server.postmaster().isAlive()).isFalse();
    }

    private static void closeQuietly(Connection session) {
        try {
            session.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void the_server_of_a_killed_owner_is_adopted_and_stopped_in_the_end() throws Exception {
        var killed = ServerProcess.open(files, port);
        killed.kill();

        Postmaster adopted;
        try (var server = EmbeddedServer.open(files, freePort());
                // a session left open does not hold up the end
                var session = DriverManager.getConnection(server.database().jdbcUrl(), "postgres", null)) {
            adopted = server.postmaster();
            assertThat(session.isValid(5)).isTrue();
            assertThat(server.isOwner()).isTrue();
            assertThat(adopted).isEqualTo(new Postmaster(files.cluster(), killed.serverPid(), port));
        }
        assertThat(adopted.isAlive()).isFalse();
    }

    @Test
    void data_survives_the_killing_of_the_owner_and_of_the_server() throws Exception {
        var owner = ServerProcess.open(files, port);
        var server = new Postmaster(files.cluster(), owner.serverPid(), port);
        try (var connection = server.connect("caravana");
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE kept AS SELECT 7 AS number");
        }
        owner.kill();
        ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();

        try (var restarted = EmbeddedServer.open(files, port)) {
            assertThat(restarted.postmaster().pid()).isNotEqualTo(server.pid());
            assertThat(value(restarted, "SELECT number FROM kept")).isEqualTo("7");
        }
    }

    @Test
    void a_pid_file_that_names_another_living_program_does_not_stop_the_start() throws Exception {
        EmbeddedServer.open(files, port).close();
        long ownPid = ProcessHandle.current().pid();
        Files.write(
                Postmaster.pidFile(files.cluster()),
                List.of(Long.toString(ownPid), files.cluster().toString(), "1700000000", Integer.toString(port)));

        try (var server = EmbeddedServer.open(files, port)) {
            assertThat(server.postmaster().pid()).isNotEqualTo(ownPid);
            assertThat(value(server, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void a_taken_port_makes_it_use_the_next_free_one() throws Exception {
        try (var taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"));
                var server = EmbeddedServer.open(files, taken.getLocalPort())) {
            assertThat(server.postmaster().port()).isGreaterThan(port);
            assertThat(value(server, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void two_processes_that_start_at_the_same_moment_find_two_ports() throws Exception {
        var starts = Stream.of("one", "two")
                .map(name ->
                        new DataDirectory(temp.resolve(name), temp.resolve(name).resolve("postgres"), PROGRAM))
                .map(each -> CompletableFuture.supplyAsync(() -> opened(each)))
                .toList();
        var ports = new ArrayList<Integer>();
        for (var start : starts) {
            var process = start.get(60, TimeUnit.SECONDS);
            ports.add(process.port());
            assertThat(process.finish()).isZero();
        }
        assertThat(ports).doesNotHaveDuplicates().contains(port);
    }

    private ServerProcess opened(DataDirectory data) {
        try {
            return ServerProcess.open(data, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void a_cluster_of_another_version_is_named_with_the_servers_own_words() throws Exception {
        Files.createDirectories(files.cluster());
        Files.writeString(files.cluster().resolve("postgresql.conf"), "");
        Files.writeString(files.cluster().resolve("PG_VERSION"), "9.6\n");

        assertThatThrownBy(() -> EmbeddedServer.open(files, port))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("initialized by PostgreSQL version 9.6")
                .extracting(e -> ((StartException) e).action())
                .asString()
                .contains("DATABASE_URL")
                .contains(files.log().toString());
    }

    @Test
    void a_data_directory_that_cannot_be_made_is_named() throws IOException {
        Path file = Files.createFile(temp.resolve("a-file"));

        assertThatThrownBy(() -> EmbeddedServer.open(DataDirectory.at(file.resolve("data")), port))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(file.resolve("data").toString())
                .extracting(e -> ((StartException) e).action())
                .asString()
                .contains("CARAVANA_DATA_DIR");
    }

    private static String value(EmbeddedServer server, String query) throws SQLException {
        try (var connection = server.postmaster().connect("caravana");
                var statement = connection.createStatement();
                var result = statement.executeQuery(query)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }

    private static void execute(EmbeddedServer server, String... statements) throws SQLException {
        try (var connection = server.postmaster().connect("caravana");
                var statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
