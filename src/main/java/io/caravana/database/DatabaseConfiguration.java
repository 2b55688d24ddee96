package io.caravana.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DatabaseProperties.class)
class DatabaseConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseConfiguration.class);

    /** PostgreSQL ends a transaction that waits so long for its next statement: a process that sleeps must not block others. */
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(60);

    /** What has to be stored is tried again; a request to the API, or the end of the process, cannot wait for long. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(8);

    @Bean(destroyMethod = "close")
    DatabaseServer databaseServer(
            DatabaseProperties properties, @Value("${caravana.data-dir:./data}") String dataDirectory) {
        if (properties.usesEmbedded()) {
            return EmbeddedServer.open(
                    DataDirectory.at(Path.of(dataDirectory)),
                    properties.embedded().port());
        }
        return DatabaseServer.External.reach(properties);
    }

    /** One line for all of them; Flyway has one each, and some more. */
    @Bean
    FlywayMigrationStrategy migrations() {
        return flyway -> {
            var done = flyway.migrate();
            LOG.info("{} migrations done, the database is at version {}", done.migrationsExecuted, version(flyway));
        };
    }

    private static String version(Flyway flyway) {
        var current = flyway.info().current();
        return current == null ? "0" : current.getVersion().getVersion();
    }

    @Bean
    Database database(DatabaseServer server) {
        return server.database();
    }

    // depends on the server bean, so that the pool is closed before the server is stopped
    @Bean
    HikariDataSource dataSource(DatabaseServer server, DatabaseProperties properties) {
        var pool = new HikariDataSource();
        pool.setPoolName("caravana");
        pool.setMaximumPoolSize(properties.poolSize());
        pool.addDataSourceProperty("ApplicationName", "caravana");
        pool.setExceptionOverride(new Unsupported());
        pool.setConnectionTimeout(LONGEST_WAIT.toMillis());
        // the statements that store pages are long, and each connection sees a few of them: parsed once, not five times
        pool.addDataSourceProperty("prepareThreshold", "1");
        // a plan that is kept from when a table was empty would read the whole of it each time; a time limit of the
        // database's own, or of the URL's options, holds
        pool.setConnectionInitSql("""
                SET plan_cache_mode = force_custom_plan;
                SELECT set_config('idle_in_transaction_session_timeout', '%d', false)
                WHERE current_setting('idle_in_transaction_session_timeout') = '0'""".formatted(LONGEST_SLEEP.toMillis()));
        if (properties.usesEmbedded()) {
            pool.setJdbcUrl(server.database().jdbcUrl());
            pool.setUsername(server.database().username());
            return pool;
        }
        pool.setJdbcUrl(properties.url());
        if (!properties.username().isBlank()) {
            pool.setUsername(properties.username());
            pool.setPassword(properties.password());
        }
        return pool;
    }

    /** The pool closes a connection after "not supported", and the transaction with it; to PostgreSQL that is an answer like others. */
    private static final class Unsupported implements SQLExceptionOverride {
        @java.lang.Override
        public Override adjudicate(SQLException failure) {
            return "0A000".equals(failure.getSQLState()) ? Override.DO_NOT_EVICT : Override.CONTINUE_EVICT;
        }
    }
}
