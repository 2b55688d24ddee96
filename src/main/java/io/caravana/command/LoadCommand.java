package io.caravana.command;

import io.caravana.catalog.Catalog;
import io.caravana.catalog.Window;
import io.caravana.execution.run.Execution;
import io.caravana.job.JobService;
import io.caravana.job.UnknownJobException;
import java.time.LocalDate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code caravana load <job>}: runs one job in this process and ends. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description =
                "Runs one job, shows its progress, and ends. Without dates: yesterday, and what has changed since.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every table was loaded",
            "1:a table failed, or the job could not run; the reason is printed",
            "2:the arguments are wrong"
        })
final class LoadCommand extends JobCommand {

    @Parameters(paramLabel = "JOB", description = "A job of config/application.yaml, e.g. incidents")
    private String job;

    @Option(names = "--from", paramLabel = "YYYY-MM-DD", description = "The first day; default: yesterday")
    private LocalDate from;

    @Option(names = "--to", paramLabel = "YYYY-MM-DD", description = "The last day; default: yesterday")
    private LocalDate to;

    @Option(
            names = "--verify",
            description = "Compares every value with the replica: finds rows that were changed there")
    private boolean verify;

    LoadCommand(Class<?> application) {
        super(application);
    }

    @Override
    void check(Catalog catalog) {
        var asked = catalog.job(job).orElseThrow(() -> new UnknownJobException(job, catalog.jobNames()));
        if ((from != null || to != null) && !catalog.takesPeriod(asked)) {
            throw new IllegalArgumentException(
                    "the job '%s' takes no period: none of its tables has one".formatted(job));
        }
        Window.asked(from, to, LocalDate.now(catalog.timeZone()), catalog.timeZone());
    }

    @Override
    String again() {
        return "load " + job + (from == null ? "" : " --from " + from) + (to == null ? "" : " --to " + to)
                + (verify ? " --verify" : "");
    }

    @Override
    Execution start(JobService jobs) {
        return jobs.start(job, from, to, verify);
    }
}
