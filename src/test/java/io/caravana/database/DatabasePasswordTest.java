package io.caravana.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.settings.Awkward;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A PostgreSQL that wants passwords, unlike that of the other tests. */
class DatabasePasswordTest {

    @TempDir
    static Path folder;

    private static EmbeddedPostgres server;

    @BeforeAll
    static void start() throws IOException, SQLException {
        server = EmbeddedPostgres.builder()
                .setLocaleConfig("locale", "C")
                .setLocaleConfig("encoding", "UTF8")
                .setServerConfig("unix_socket_directories", "")
                .setDataDirectory(folder)
                .start();
        execute("CREATE ROLE reader LOGIN");
        var rules = folder.resolve("pg_hba.conf");
        Files.writeString(rules, "host all reader all scram-sha-256\n" + Files.readString(rules));
        execute("SELECT pg_reload_conf()");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    static Stream<String> secrets() {
        return Awkward.secrets();
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void a_password_arrives_as_it_is(String secret) throws SQLException {
        execute("ALTER ROLE reader PASSWORD '%s'".formatted(secret.replace("'", "''")));
        with(secret).run(context -> {
            assertThat(context).hasNotFailed();
            var client = JdbcClient.create(context.getBean(DataSource.class));
            assertThat(client.sql("SELECT current_user").query(String.class).single())
                    .isEqualTo("reader");
        });
    }

    @Test
    void another_password_is_refused() throws SQLException {
        execute("ALTER ROLE reader PASSWORD 'right'");
        with("wrong")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("password authentication failed for user \"reader\""));
    }

    private static ApplicationContextRunner with(String secret) {
        return new ApplicationContextRunner()
                .withUserConfiguration(DatabaseConfiguration.class)
                .withInitializer(
                        context -> Awkward.variables(context.getEnvironment(), Map.of("DATABASE_PASSWORD", secret)))
                .withPropertyValues(
                        "caravana.database.url=jdbc:postgresql://localhost:%d/postgres".formatted(server.getPort()),
                        "caravana.database.username=reader",
                        "caravana.database.password=${DATABASE_PASSWORD:}");
    }

    private static void execute(String sql) throws SQLException {
        try (var connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
