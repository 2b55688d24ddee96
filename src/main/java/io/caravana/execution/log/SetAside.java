package io.caravana.execution.log;

import io.caravana.catalog.SyncMode;
import io.caravana.execution.run.Execution;
import io.caravana.execution.run.SetAsideException;
import io.caravana.execution.run.TableLoad;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The tables that a job of changes could not read: {@code caravana.set_aside}. Such a job starts every minute. A table
 * that the account may not read does not make it fail each time, and is not asked for each time: it is tried again after
 * two minutes, then four, up to an hour. When no table could be read, the source is what is wrong, and none is set aside.
 */
@Component("setAside")
public class SetAside {

    private static final Logger LOG = LoggerFactory.getLogger(SetAside.class);
    private static final int LONGEST_MINUTES = 60;

    /** The same words for as long as the reason is the same, so that somebody is told of it once. */
    private static final String WORDS =
            "'set aside until ' || to_char(try_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC: ' || reason";

    private static final String DUE = """
            SELECT %s FROM caravana.set_aside
            WHERE job = ? AND table_name = ? AND try_at > clock_timestamp()""".formatted(WORDS);

    private static final String READ = """
            DELETE FROM caravana.set_aside AS aside USING caravana.table_load AS load
            WHERE job = ? AND execution_id = ? AND aside.table_name = load.table_name
              AND status = 'success' AND verdict <> 'not read'""";

    private static final String FAILED = """
            INSERT INTO caravana.set_aside AS aside (job, table_name, reason, try_at)
            SELECT :job, table_name, error, clock_timestamp() + make_interval(mins => 2) FROM caravana.table_load AS load
            WHERE execution_id = :id AND status = 'error' AND error IS NOT NULL
              AND NOT EXISTS (SELECT FROM caravana.set_aside AS known
                WHERE job = :job AND known.table_name = load.table_name AND try_at > load.started_at)
            ON CONFLICT (job, table_name) DO UPDATE SET reason = EXCLUDED.reason, failures = aside.failures + 1,
              try_at = clock_timestamp() + make_interval(mins => least(:longest, 2 ^ least(aside.failures + 1, 10))::integer)""";

    private static final String SAY = """
            UPDATE caravana.table_load AS load SET error = %s FROM caravana.set_aside AS aside
            WHERE job = ? AND execution_id = ? AND aside.table_name = load.table_name AND status = 'error'""".formatted(WORDS);

    private final JdbcClient jdbc;

    SetAside(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Lets a load begin whose table is not set aside, or is to be tried again.
     *
     * @throws SetAsideException if it is left out this time
     */
    public void check(TableLoad load) {
        if (load.syncMode() != SyncMode.INCREMENTAL) {
            return;
        }
        jdbc.sql(DUE)
                .params(load.execution().job(), load.table().target())
                .query(String.class)
                .optional()
                .ifPresent(words -> {
                    throw new SetAsideException(words);
                });
    }

    /** Has the job's next execution try every table, as a person has started it. */
    public void tryAll(String job) {
        jdbc.sql("UPDATE caravana.set_aside SET try_at = clock_timestamp() WHERE job = ?")
                .param(job)
                .update();
    }

    /**
     * Sets the tables aside that an execution could not read, in the transaction that notes its end.
     *
     * @return whether the execution could read others, and is a success by that
     */
    boolean note(Execution execution) {
        var read = jdbc.sql("""
                SELECT EXISTS (SELECT FROM caravana.table_load
                  WHERE execution_id = ? AND status = 'success' AND verdict <> 'not read')""").param(execution.id()).query(Boolean.class).single();
        if (!read) {
            return false;
        }
        jdbc.sql(READ).params(execution.job(), execution.id()).update();
        var failed = jdbc.sql(FAILED)
                .param("job", execution.job())
                .param("id", execution.id())
                .param("longest", LONGEST_MINUTES)
                .update();
        jdbc.sql(SAY).params(execution.job(), execution.id()).update();
        if (failed > 0) {
            LOG.info("{} tables of {} could not be read and are set aside", failed, execution.job());
        }
        return true;
    }
}
