package io.caravana.command;

import io.caravana.catalog.Catalog;
import io.caravana.catalog.Table;
import io.caravana.execution.run.Execution;
import io.caravana.job.JobService;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code caravana retry-rejected [<table>]}: reads the rejected records anew in this process and ends. */
@Command(
        name = "retry-rejected",
        mixinStandardHelpOptions = true,
        description = "Reads the records anew that could not be stored, shows the progress, and ends.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all were read; what is still rejected is counted",
            "1:a table failed, or the job could not run; the reason is printed",
            "2:the arguments are wrong"
        })
final class RetryRejectedCommand extends JobCommand {

    @Parameters(
            arity = "0..1",
            paramLabel = "TABLE",
            description = "Only the records of this replica table, e.g. incident")
    private String table;

    RetryRejectedCommand(Class<?> application) {
        super(application);
    }

    @Override
    void check(Catalog catalog) {
        var names = catalog.tables().stream().map(Table::target).toList();
        if (table != null && !names.contains(table)) {
            throw new IllegalArgumentException(
                    "there is no table '%s'; the tables are %s".formatted(table, String.join(", ", names)));
        }
    }

    @Override
    String again() {
        return "retry-rejected" + (table == null ? "" : " " + table);
    }

    @Override
    Execution start(JobService jobs) {
        return jobs.retryRejected(table);
    }
}
