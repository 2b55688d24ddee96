package io.caravana.command;

import io.caravana.catalog.Catalog;
import io.caravana.error.Failures;
import io.caravana.settings.Similar;
import java.io.PrintWriter;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code caravana}: serves, unless a command says otherwise. */
@Command(
        name = "caravana",
        mixinStandardHelpOptions = true,
        versionProvider = CaravanaCommand.Version.class,
        description =
                "Carries ServiceNow tables into PostgreSQL.%nWithout a command: serves the API, the timers and the console.",
        subcommands = {
            LoadCommand.class,
            RetryRejectedCommand.class,
            CheckCommand.class,
            NotifyTestCommand.class,
            RebuildSearchCommand.class,
            AuditCommand.class,
            SimulatorCommand.class,
            HashCommand.Password.class,
            HashCommand.Token.class
        })
public final class CaravanaCommand implements Callable<Integer> {

    /** The process goes on: a server has been started. */
    static final int SERVING = -1;

    private static final List<String> LOG_FORMATS = List.of("", "ecs", "gelf", "logstash");

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
        if (arguments.length == 0) {
            // a server starts without the classes that read command lines
            try {
                return new CaravanaCommand(application).call();
            } catch (StartFailedException e) {
                return explain(e, new PrintWriter(System.err));
            }
        }
        return new CommandLine(new CaravanaCommand(application), new Factory(application))
                .registerConverter(LocalDate.class, CaravanaCommand::date)
                .setParameterExceptionHandler(CaravanaCommand::wrong)
                .setExecutionExceptionHandler((failure, command, parsed) -> explain(failure, command.getErr()))
                .execute(arguments);
    }

    private static int wrong(ParameterException mistake, String[] arguments) {
        var command = mistake.getCommandLine();
        var err = Output.on(command.getErr());
        var commands = command.getSubcommands().keySet();
        if (mistake instanceof UnmatchedArgumentException && !commands.isEmpty()) {
            var meant = Similar.nearest(arguments[0], commands).map(" Did you mean '%s'?"::formatted);
            err.println("caravana has no command '%s'.%s The commands are %s."
                    .formatted(arguments[0], meant.orElse(""), String.join(", ", commands)));
        } else {
            err.println(mistake.getMessage());
            command.usage(err);
        }
        err.flush();
        return ExitCode.USAGE;
    }

    /** What is configured, with nothing started; empty where that cannot be read, which a start explains. */
    static Optional<Catalog> catalog() {
        var environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addLast(new MapPropertySource("location", Map.of("spring.config.location", "classpath:/")));
        try {
            ConfigDataEnvironmentPostProcessor.applyTo(environment, null, null, "command");
            ConfigurationPropertySources.attach(environment);
            return Optional.of(
                    Binder.get(environment).bind("caravana", Catalog.class).get());
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static LocalDate date(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("'%s' is not a date of the form YYYY-MM-DD".formatted(text));
        }
    }

    private static int explain(Exception failure, PrintWriter terminal) {
        var isSaid = failure instanceof StartFailedException;
        var err = Output.on(terminal);
        err.println(isSaid ? failure.getMessage() : Failures.explain(failure));
        err.flush();
        return 1;
    }

    /** The version that the jar was built as. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            var version = CaravanaCommand.class.getPackage().getImplementationVersion();
            return new String[] {"Caravana " + (version == null ? "(not from a jar)" : version)};
        }
    }

    /** Gives commands the application to start. */
    private record Factory(Class<?> application) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (type == LoadCommand.class) {
                return type.cast(new LoadCommand(application));
            }
            if (type == RetryRejectedCommand.class) {
                return type.cast(new RetryRejectedCommand(application));
            }
            if (type == CheckCommand.class) {
                return type.cast(new CheckCommand(application));
            }
            if (type == RebuildSearchCommand.class) {
                return type.cast(new RebuildSearchCommand(application));
            }
            if (type == AuditCommand.class) {
                return type.cast(new AuditCommand(application));
            }
            if (type == NotifyTestCommand.class) {
                return type.cast(new NotifyTestCommand(application));
            }
            return CommandLine.defaultFactory().create(type);
        }
    }

    @Override
    public Integer call() {
        start(application(application));
        StartMemory.giveBack();
        return SERVING;
    }

    /**
     * Starts the application.
     *
     * @throws StartFailedException if that fails; why, has been said in the log, or is its message
     */
    static ConfigurableApplicationContext start(SpringApplicationBuilder application) {
        var log = System.getenv().getOrDefault("CARAVANA_LOG", "");
        if (!LOG_FORMATS.contains(log)) {
            // before Spring Boot, which would only show where it has failed
            throw new StartFailedException("CARAVANA_LOG is '%s'; it takes %s, or nothing for lines that people read"
                    .formatted(log, String.join(", ", LOG_FORMATS.subList(1, LOG_FORMATS.size()))));
        }
        try {
            return application.run();
        } catch (RuntimeException e) {
            throw new StartFailedException(e);
        }
    }

    private static final class StartFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StartFailedException(String message) {
            super(message);
        }

        StartFailedException(RuntimeException cause) {
            super("Caravana could not start", cause);
        }
    }

    /** The application with its configuration from {@code CARAVANA_CONFIG_DIR}, and from nowhere else by accident. */
    static SpringApplicationBuilder application(Class<?> application) {
        return new SpringApplicationBuilder(application).properties("spring.config.location=classpath:/");
    }
}
