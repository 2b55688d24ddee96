package io.caravana.command;

import java.util.concurrent.Callable;
import org.springframework.boot.SpringApplication;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code caravana}: serves, unless a command says otherwise. */
@Command(
        name = "caravana",
        mixinStandardHelpOptions = true,
        description =
                "Carries ServiceNow tables into PostgreSQL.%nWithout a command: serves the API, the timers and the console.",
        subcommands = LoadCommand.class)
public final class CaravanaCommand implements Callable<Integer> {

    /** The process goes on: a server has been started. */
    static final int SERVING = -1;

    private final Class<?> application;

    private CaravanaCommand(Class<?> application) {
        this.application = application;
    }

    /**
     * Runs a command line.
     *
     * @param application the Spring application to start
     * @return the exit code, or a negative number when the process is to go on serving
     */
    public static int run(Class<?> application, String... arguments) {
        return new CommandLine(new CaravanaCommand(application), new Factory(application)).execute(arguments);
    }

    /** Gives commands the application to start. */
    private record Factory(Class<?> application) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (type == LoadCommand.class) {
                return type.cast(new LoadCommand(application));
            }
            return CommandLine.defaultFactory().create(type);
        }
    }

    @Override
    public Integer call() {
        SpringApplication.run(application);
        return SERVING;
    }
}
