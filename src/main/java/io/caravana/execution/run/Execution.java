package io.caravana.execution.run;

import io.caravana.catalog.SyncMode;
import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import java.util.List;
import org.slf4j.event.Level;

/**
 * One run of a job.
 *
 * @param id a UUID; the {@code execution_id} of the log, the API and the replica's rows
 * @param job the job's name
 * @param syncMode what it reads of its tables
 * @param window the period; tables without a window column ignore it. Null when no period is read
 * @param tables the tables to load, as configured when it started; of one that resumes, those that are left
 * @param keepsUp whether it also follows what has changed in its tables, whenever that was created
 * @param verifies whether it compares every value with the replica, and not only the fingerprints of rows
 * @param goesOn whether it was interrupted and is in the log already
 * @param stop whether it is to end before it is done
 */
public record Execution(
        String id,
        String job,
        SyncMode syncMode,
        Window window,
        List<Table> tables,
        boolean keepsUp,
        boolean verifies,
        boolean goesOn,
        Stop stop) {

    public Execution {
        tables = List.copyOf(tables);
    }

    public Execution(String id, String job, SyncMode syncMode, Window window, List<Table> tables) {
        this(id, job, syncMode, window, tables, false);
    }

    public Execution(String id, String job, SyncMode syncMode, Window window, List<Table> tables, boolean keepsUp) {
        this(id, job, syncMode, window, tables, keepsUp, false, false, new Stop());
    }

    /** What is left of an execution that was interrupted. */
    public static Execution rest(
            String id, String job, SyncMode syncMode, Window window, List<Table> tables, boolean keepsUp) {
        return new Execution(id, job, syncMode, window, tables, keepsUp, false, true, new Stop());
    }

    /** The same, that verifies or does not. */
    public Execution verifying(boolean whether) {
        return new Execution(id, job, syncMode, window, tables, keepsUp, whether, goesOn, stop);
    }

    /** At which level its beginning and its end are logged: what a timer starts every minute is not worth a line each time. */
    public Level level() {
        return syncMode == SyncMode.INCREMENTAL ? Level.DEBUG : Level.INFO;
    }
}
