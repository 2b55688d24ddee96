package io.caravana.command;

import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caravana simulator}: the built-in ServiceNow alone, for other clients and for measuring. */
@Command(
        name = "simulator",
        mixinStandardHelpOptions = true,
        description = "Serves the built-in ServiceNow alone, on loopback, until it is stopped.")
final class SimulatorCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--port", defaultValue = "8090", description = "Default: ${DEFAULT-VALUE}; 0: any that is free")
    private int port;

    @Option(names = "--incidents", defaultValue = "5000", description = "About how many. Default: ${DEFAULT-VALUE}")
    private int incidents;

    @Option(names = "--data", defaultValue = "", description = "A folder of <table>.jsonl.gz to serve instead")
    private String data;

    @Option(names = "--latency-millis", defaultValue = "0", description = "Holds every answer back. Default: 0")
    private long latency;

    @Option(
            names = "--jobs",
            defaultValue = "400",
            description = "Jobs a day in the plan of the workload engine. Default: 400")
    private int jobs;

    @Option(names = "--username", defaultValue = "caravana", description = "Default: ${DEFAULT-VALUE}")
    private String username;

    @Option(names = "--password", defaultValue = "caravana", description = "Default: ${DEFAULT-VALUE}")
    private String password;

    @Override
    public Integer call() throws InterruptedException {
        var defaults = SimulatorProperties.defaults();
        var properties = new SimulatorProperties(
                port,
                defaults.seed(),
                incidents,
                defaults.days(),
                0,
                data,
                username,
                password,
                Duration.ofMillis(latency),
                defaults.apiKey(),
                jobs);
        try (var simulator = Simulator.start(properties, Clock.systemUTC())) {
            spec.commandLine().getOut().println("ServiceNow  " + simulator.url());
            spec.commandLine().getOut().println("Workload    " + simulator.url() + "/twsd");
            spec.commandLine().getOut().flush();
            new CountDownLatch(1).await();
        }
        return 0;
    }
}
