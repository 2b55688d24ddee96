package io.caravana.execution;

import java.time.Duration;
import java.time.Instant;
import net.javacrumbs.shedlock.core.DefaultLockingTaskExecutor;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockingTaskExecutor;
import net.javacrumbs.shedlock.provider.jdbctemplate.DatabaseProduct;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Lets one of all processes on this database do what a timer asks each of them to: {@code caravana.shedlock}. */
@Component
public class Turns {

    /** Then a process that was given a turn has died. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final LockingTaskExecutor tasks;

    Turns(JdbcTemplate jdbc) {
        tasks = new DefaultLockingTaskExecutor(
                new JdbcTemplateLockProvider(JdbcTemplateLockProvider.Configuration.builder()
                        .withJdbcTemplate(jdbc)
                        .withTableName("caravana.shedlock")
                        // it would ask the database, which may not be there at the first turn
                        .withDatabaseProduct(DatabaseProduct.POSTGRES_SQL)
                        .usingDbTime()
                        .build()));
    }

    /**
     * Does something, unless a process does it now or has done it just before.
     *
     * @param pause how long nobody does it again from now on, however quickly it is done: more than the clocks of the
     *     processes may differ, and less than the time until the timer fires again
     */
    public void take(String what, Duration pause, Runnable task) {
        var longest = pause.compareTo(LONGEST) > 0 ? pause : LONGEST;
        // the moment is not used with the database's time
        tasks.executeWithLock(task, new LockConfiguration(Instant.now(), what, longest, pause));
    }
}
