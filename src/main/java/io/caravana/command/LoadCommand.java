package io.caravana.command;

import io.caravana.execution.ExecutionView;
import io.caravana.execution.JobRunningException;
import io.caravana.job.Jobs;
import io.caravana.job.UnknownJobException;
import io.caravana.replica.ReplicaSource.OtherSourceException;
import java.time.LocalDate;
import java.util.concurrent.Callable;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caravana load <job>}: runs one job in this process and ends. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = "Runs one job, shows its progress, and ends.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every table was loaded",
            "1:a table failed, or the job could not run; the reason is printed",
            "2:the arguments are wrong"
        })
final class LoadCommand implements Callable<Integer> {

    private static final int FAILED = 1;

    private final Class<?> application;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "JOB", description = "A job of config/application.yaml, e.g. incidents")
    private String job;

    @Option(names = "--from", paramLabel = "YYYY-MM-DD", description = "The first day; default: yesterday")
    private LocalDate from;

    @Option(names = "--to", paramLabel = "YYYY-MM-DD", description = "The last day; default: yesterday")
    private LocalDate to;

    LoadCommand(Class<?> application) {
        this.application = application;
    }

    @Override
    public Integer call() {
        if (from != null && to != null && to.isBefore(from)) {
            throw wrong("the period ends (%s) before it starts (%s)".formatted(to, from));
        }
        try (var context = start()) {
            return load(context);
        } catch (UnknownJobException | IllegalArgumentException e) {
            throw wrong(e.getMessage());
        } catch (JobRunningException | OtherSourceException e) {
            return failed(e.getMessage());
        }
    }

    private ConfigurableApplicationContext start() {
        return CaravanaCommand.start(CaravanaCommand.application(application)
                .web(WebApplicationType.NONE)
                .profiles("command"));
    }

    private int load(ConfigurableApplicationContext context) {
        var execution = context.getBean(Jobs.class).start(job, from, to);
        var out = spec.commandLine().getOut();
        var ended = context.getBean(Progress.class).follow(execution.id(), out);
        Summary.print(ended, out);
        out.flush();
        return ended.status().equals("success") ? 0 : failed(reason(ended));
    }

    private static String reason(ExecutionView ended) {
        return ended.errorMessage() == null ? "the execution ended as " + ended.status() : ended.errorMessage();
    }

    private int failed(String reason) {
        spec.commandLine().getErr().println(reason);
        spec.commandLine().getErr().flush();
        return FAILED;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
