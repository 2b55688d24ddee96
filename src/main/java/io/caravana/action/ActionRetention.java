package io.caravana.action;

import io.caravana.error.Failures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Deletes runs, and drops the days of their logs, that are older than they are to be kept. */
@Component("actionRetention")
public class ActionRetention {

    private static final Logger LOG = LoggerFactory.getLogger(ActionRetention.class);

    /** Deleted at a time, so that nobody has to wait for long. */
    private static final int MANY = 5_000;

    private static final String RUNS = """
            DELETE FROM caravana.action_run WHERE id IN (
              SELECT id FROM caravana.action_run
              WHERE created_at < clock_timestamp() - make_interval(secs => ?) AND status IN ('completed', 'failed') LIMIT ?)""";

    private final JdbcClient jdbc;
    private final ActionProperties properties;

    ActionRetention(JdbcClient jdbc, ActionProperties properties) {
        this.jdbc = jdbc;
        this.properties = properties;
    }

    /** Cleans up, and makes the days of the log that come next. */
    public void cleanUp() {
        long runs = 0;
        int deleted;
        do {
            deleted = jdbc.sql(RUNS)
                    .params(properties.keepRuns().toSeconds(), MANY)
                    .update();
            runs += deleted;
        } while (deleted == MANY);
        var days = turnLog();
        if (runs + days > 0) {
            LOG.info("Deleted {} runs of actions, and {} days of their logs", runs, days);
        }
    }

    /** A day that somebody reads is dropped the next time. */
    private int turnLog() {
        try {
            return jdbc.sql("SELECT caravana.turn_action_log(clock_timestamp() - make_interval(secs => ?))")
                    .param(properties.keepLogs().toSeconds())
                    .query(Integer.class)
                    .single();
        } catch (PessimisticLockingFailureException inUse) {
            LOG.info("Old days of the log of actions are in use: {}", Failures.explain(inUse));
            return 0;
        }
    }
}
