package io.caravana.change;

import io.caravana.error.Failures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Drops the days of the change log that are older than {@code caravana.retention.changes}. */
@Component("changeLogRetention")
public class ChangeLogRetention {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeLogRetention.class);

    private final JdbcClient jdbc;
    private final ChangeLogProperties properties;

    ChangeLogRetention(JdbcClient jdbc, ChangeLogProperties properties) {
        this.jdbc = jdbc;
        this.properties = properties;
    }

    /** Drops them. A day that somebody reads is waited for, for a while; then it is dropped the next time. */
    public void cleanUp() {
        try {
            var days = jdbc.sql("SELECT caravana.drop_change_log_before(clock_timestamp() - make_interval(secs => ?))")
                    .param(properties.changes().toSeconds())
                    .query(Integer.class)
                    .single();
            if (days > 0) {
                LOG.info("Dropped {} days of the change log, older than {}", days, properties.changes());
            }
        } catch (PessimisticLockingFailureException | UncategorizedSQLException inUse) {
            LOG.info(
                    "Old days of the change log are in use and will be dropped the next time: {}",
                    Failures.explain(inUse));
        }
    }
}
