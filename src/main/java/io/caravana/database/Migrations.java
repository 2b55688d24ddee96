package io.caravana.database;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Whether the database has Caravana's own tables as this version needs them. A restored backup may not. */
@Component("migrationsHealthIndicator")
final class Migrations extends AbstractHealthIndicator {

    private final JdbcClient jdbc;
    private final ObjectProvider<Flyway> flyway;
    private String newest;

    Migrations(JdbcClient jdbc, ObjectProvider<Flyway> flyway) {
        super("The migrations in the database cannot be read");
        this.jdbc = jdbc;
        this.flyway = flyway;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        var done = jdbc.sql("SELECT EXISTS (SELECT FROM caravana.flyway_schema_history WHERE version = ? AND success)")
                .param(newest())
                .query(Boolean.class)
                .single();
        if (done) {
            health.up().withDetail("version", newest());
        } else {
            health.down().withDetail("missing", newest()).withDetail("do", "start Caravana again, which migrates");
        }
    }

    private synchronized String newest() {
        if (newest == null) {
            newest = Arrays.stream(flyway.getObject().info().all())
                    .map(MigrationInfo::getVersion)
                    .filter(Objects::nonNull)
                    .max(Comparator.naturalOrder())
                    .orElseThrow()
                    .getVersion();
        }
        return newest;
    }
}
