package io.caravana.command;

import io.caravana.execution.Execution;
import io.caravana.job.Jobs;
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

    LoadCommand(Class<?> application) {
        super(application);
    }

    @Override
    public Integer call() {
        if (from != null && to != null && to.isBefore(from)) {
            throw wrong("the period ends (%s) before it starts (%s)".formatted(to, from));
        }
        return super.call();
    }

    @Override
    Execution start(Jobs jobs) {
        return jobs.start(job, from, to);
    }
}
