package io.caravana.execution;

import io.caravana.table.Table;
import io.caravana.table.Window;
import java.util.List;

/**
 * One run of a job.
 *
 * @param id a UUID; the {@code execution_id} of the log, the API and the replica's rows
 * @param job the job's name
 * @param window the period; tables without a window column ignore it
 * @param tables the tables of the job, as configured when it started
 */
public record Execution(String id, String job, Window window, List<Table> tables) {

    public Execution {
        tables = List.copyOf(tables);
    }
}
