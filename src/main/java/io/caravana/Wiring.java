package io.caravana;

import io.caravana.servicenow.ServiceNowAccess;
import io.caravana.servicenow.ServiceNowProperties;
import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What several packages need and none owns. */
@Configuration(proxyBeanMethods = false)
class Wiring {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    /** One thread: the log is written in the order in which things happened. */
    @Bean(destroyMethod = "shutdown")
    ExecutorService executionLogThread() {
        return Executors.newSingleThreadExecutor(task -> new Thread(task, "execution-log"));
    }

    /** Twice as many as requests may be in flight: while half of them wait for ServiceNow, the others write. */
    @Bean(destroyMethod = "shutdown")
    ExecutorService partitionThreads(ServiceNowProperties properties) {
        return Executors.newFixedThreadPool(2 * properties.maxConcurrent(), task -> new Thread(task, "partition"));
    }

    /** One thread a running job; they only wait for its tables. */
    @Bean(destroyMethod = "shutdown")
    ExecutorService jobThreads() {
        return Executors.newCachedThreadPool(task -> new Thread(task, "job"));
    }

    /** The configured instance, or the simulator that runs in its place. */
    @Bean
    ServiceNowAccess serviceNowAccess(
            ServiceNowProperties properties,
            ObjectProvider<Simulator> simulator,
            ObjectProvider<SimulatorProperties> simulated) {
        var running = simulator.getIfAvailable();
        if (running == null) {
            return ServiceNowAccess.to(properties);
        }
        var account = simulated.getObject();
        return new ServiceNowAccess(running.url(), account.username(), account.password(), true);
    }
}
