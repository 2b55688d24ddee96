package io.caravana.change;

import io.caravana.error.Failures;
import io.caravana.error.Passing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Drops the days of the change log that are older than {@code caravana.retention.changes} and that no consumer group needs. */
@Component("changeLogRetention")
public class ChangeLogRetention {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeLogRetention.class);

    private static final String CLEAN = """
            SELECT days, lost FROM caravana.clean_change_log(
              clock_timestamp() - make_interval(secs => :changes), clock_timestamp() - make_interval(secs => :atMost))""";

    private final JdbcClient jdbc;
    private final ChangeLogProperties properties;

    ChangeLogRetention(JdbcClient jdbc, ChangeLogProperties properties) {
        this.jdbc = jdbc;
        this.properties = properties;
    }

    /** Drops them. A day that somebody reads is waited for, for a while; then it is dropped the next time. */
    public void cleanUp() {
        try {
            jdbc.sql(CLEAN)
                    .param("changes", properties.changes().toSeconds())
                    .param("atMost", properties.changesAtMost().toSeconds())
                    .query(row -> {
                        say(row.getInt("days"), row.getLong("lost"));
                    });
        } catch (DataAccessException inUse) {
            if (!Passing.isLockedOut(inUse)) {
                throw inUse;
            }
            LOG.info(
                    "Old days of the change log are in use and will be dropped the next time: {}",
                    Failures.explain(inUse));
        }
    }

    private void say(int days, long lost) {
        if (days > 0) {
            LOG.info("Dropped {} days of the change log, older than {}", days, properties.changes());
        }
        if (lost > 0) {
            LOG.error(
                    "Consumer groups lost {} events that they had not dealt with for {}, caravana.retention.changes-at-most:"
                            + " see which at GET /api/consumer-groups, and mend what keeps them from it",
                    lost,
                    properties.changesAtMost());
        }
    }
}
