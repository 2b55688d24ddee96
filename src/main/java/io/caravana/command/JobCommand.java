package io.caravana.command;

import io.caravana.execution.Execution;
import io.caravana.execution.ExecutionView;
import io.caravana.execution.JobRunningException;
import io.caravana.job.Jobs;
import io.caravana.job.UnknownJobException;
import io.caravana.notification.Notifications;
import io.caravana.replica.ReplicaSource.OtherSourceException;
import java.util.concurrent.Callable;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
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

    /** Starts the execution in the background. */
    abstract Execution start(Jobs jobs);

    @Override
    public Integer call() {
        try (var context = start()) {
            return run(context);
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
        var execution = start(context.getBean(Jobs.class));
        var out = Output.on(spec.commandLine().getOut());
        var ended = context.getBean(Progress.class).follow(execution.id(), out);
        Summary.print(ended, out);
        out.flush();
        context.getBean(Notifications.class).tell();
        return ended.status().equals("success") ? 0 : failed(reason(ended));
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
