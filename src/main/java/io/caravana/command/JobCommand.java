package io.caravana.command;

import io.caravana.alert.Alerts;
import io.caravana.catalog.Catalog;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.recovery.JobRunningException;
import io.caravana.execution.run.Execution;
import io.caravana.job.JobService;
import io.caravana.job.UnknownJobException;
import io.caravana.replica.ReplicaSource.OtherSourceException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that runs an execution in this process, shows its progress, and ends. */
abstract class JobCommand implements Callable<Integer> {

    private static final int FAILED = 1;

    private final Class<?> application;

    @Spec
    private CommandSpec spec;

    JobCommand(Class<?> application) {
        this.application = application;
    }

    /**
     * Looks at the arguments before anything is started.
     *
     * @throws IllegalArgumentException if they are wrong
     * @throws UnknownJobException if they name no job
     */
    abstract void check(Catalog catalog);

    /** The command that begins where this one was stopped. */
    abstract String again();

    /** Starts the execution in the background. */
    abstract Execution start(JobService jobs);

    @Override
    public Integer call() {
        try {
            CaravanaCommand.catalog().ifPresent(this::check);
            try (var context = start()) {
                return run(context);
            }
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

    private int run(ConfigurableApplicationContext context) {
        var execution = start(context.getBean(JobService.class));
        var out = Output.on(spec.commandLine().getOut());
        var stopped = new Thread(() -> sayHowToResume(context.getEnvironment()), "stopped");
        Runtime.getRuntime().addShutdownHook(stopped);
        ExecutionView ended;
        try {
            ended = context.getBean(Progress.class).follow(execution.id(), out);
        } finally {
            forget(stopped);
        }
        var catalog = context.getBean(Catalog.class);
        var isPeriodShown =
                catalog.job(execution.job()).filter(catalog::takesPeriod).isPresent();
        Summary.print(ended, isPeriodShown, out);
        out.flush();
        context.getBean(Alerts.class).tell();
        return ended.status().equals("success") ? 0 : failed(reason(ended));
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is being stopped: it has been said
        }
    }

    private void sayHowToResume(Environment environment) {
        var within = environment.getProperty("caravana.resume-within", Duration.class, Duration.ZERO);
        failed(
                within.isZero()
                        ? "Stopped. What is stored stays; '%s' begins anew".formatted(again())
                        : "Stopped. What is stored stays; '%s' resumes it after its last page, within %d h"
                                .formatted(again(), within.toHours()));
    }

    private static String reason(ExecutionView ended) {
        return ended.errorMessage() == null ? "the execution ended as " + ended.status() : ended.errorMessage();
    }

    private int failed(String reason) {
        var err = Output.on(spec.commandLine().getErr());
        err.println(reason);
        err.flush();
        return FAILED;
    }

    ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
