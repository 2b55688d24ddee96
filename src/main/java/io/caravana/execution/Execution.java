package io.caravana.execution;

import io.caravana.table.Job.Reads;
import io.caravana.table.Table;
import io.caravana.table.Window;
import java.util.List;

/**
 * One run of a job.
 *
 * @param id a UUID; the {@code execution_id} of the log, the API and the replica's rows
 * @param job the job's name
 * @param reads what it reads of its tables
 * @param window the period; tables without a window column ignore it. Null when no period is read
 * @param tables the tables of the job, as configured when it started
 */
public record Execution(String id, String job, Reads reads, Window window, List<Table> tables) {

    public Execution {
        tables = List.copyOf(tables);
    }
}
