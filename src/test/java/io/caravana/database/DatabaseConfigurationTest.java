package io.caravana.database;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.JdbcClientAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

class DatabaseConfigurationTest {

    @TempDir
    Path temp;

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withUserConfiguration(DatabaseConfiguration.class)
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    JdbcClientAutoConfiguration.class,
                    FlywayAutoConfiguration.class))
            .withPropertyValues(
                    "spring.flyway.default-schema=caravana", "spring.flyway.fail-on-missing-locations=false");

    @Test
    void a_given_database_is_used_by_flyway_and_by_the_jdbc_client() {
        String url = TestDatabase.url();
        application
                .withPropertyValues("caravana.database.url=" + url, "caravana.database.pool-size=3")
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(PlatformTransactionManager.class);
                    assertThat(context.getBean(HikariDataSource.class).getMaximumPoolSize())
                            .isEqualTo(3);
                    assertThat(context.getBean(Database.class).jdbcUrl()).isEqualTo(url.replaceFirst("[?].*", ""));
                    assertThat(context.getBean(Database.class).embedded()).isFalse();
                    assertThat(one(context.getBean(JdbcClient.class), "SELECT current_database()"))
                            .isEqualTo(url.replaceFirst(".*/(.*)[?].*", "$1"));
                    assertThat(one(
                                    context.getBean(JdbcClient.class),
                                    "SELECT nspname FROM pg_namespace WHERE nspname = 'caravana'"))
                            .isEqualTo("caravana");
                    assertThat(one(context.getBean(JdbcClient.class), "SHOW plan_cache_mode"))
                            .as("a batch's plan is made for the table as it is")
                            .isEqualTo("force_custom_plan");
                });
    }

    @Test
    void without_a_url_the_embedded_server_is_started_and_ends_with_the_application() throws IOException {
        Path data = temp.resolve("data");
        application
                .withPropertyValues(
                        "caravana.database.url=",
                        "caravana.data-dir=" + data,
                        "caravana.database.embedded.port=" + freePort())
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(Database.class).embedded()).isTrue();
                    assertThat(one(context.getBean(JdbcClient.class), "SELECT current_database()"))
                            .isEqualTo("caravana");
                    assertThat(Postmaster.pidFile(data.resolve("postgres"))).exists();
                });
        assertThat(Postmaster.pidFile(data.resolve("postgres"))).doesNotExist();
    }

    @Test
    void a_given_database_that_does_not_answer_is_named_at_once_and_without_its_password() {
        application
                .withPropertyValues(
                        "caravana.database.url=jdbc:postgresql://localhost:1/dw?password=s3cret",
                        "caravana.database.username=etl",
                        "caravana.database.password=s3cret")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining(
                                "StartException: jdbc:postgresql://localhost:1/dw does not let Caravana in")
                        .satisfies(failure -> assertThat(failure).hasStackTraceContaining("refused"))
                        .extracting(Throwables::getStackTrace)
                        .asString()
                        .doesNotContain("s3cret"));
    }

    @Test
    void a_wrong_setting_stops_the_start_with_its_key() {
        application
                .withPropertyValues("caravana.database.pool-size=0")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("caravana.database")
                        .hasMessageContaining("poolSize"));
    }

    private static String one(JdbcClient client, String query) {
        return client.sql(query).query(String.class).single();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
