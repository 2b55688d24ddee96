package io.caravana.change;

import io.caravana.error.Failures;
import io.caravana.execution.Turns;
import java.time.Duration;
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

    /** By more than this the clocks of the processes do not differ, and the timer fires less often. */
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final JdbcClient jdbc;
    private final Turns turns;
    private final ChangeLogProperties properties;

    ChangeLogRetention(JdbcClient jdbc, Turns turns, ChangeLogProperties properties) {
        this.jdbc = jdbc;
        this.turns = turns;
        this.properties = properties;
    }

    /** Drops them, unless another process does, or has done so just before. */
    public void cleanUp() {
        turns.take("drop-change-log-days", PAUSE, this::dropOldDays);
    }

    /** A day that somebody reads is waited for, for a while; then it is dropped the next time. */
    private void dropOldDays() {
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
