package io.caravana;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.caravana.connector.ServiceNowAccess;
import io.caravana.connector.ServiceNowProperties;
import io.caravana.error.Failures;
import io.caravana.error.Passing;
import io.caravana.execution.run.LogFields;
import io.caravana.pipeline.TableThreads;
import io.caravana.simulator.Simulator;
import io.caravana.simulator.SimulatorProperties;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.task.ThreadPoolTaskSchedulerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;

/** What several packages need and none owns. */
@Configuration(proxyBeanMethods = false)
@EnableScheduling
class Wiring {

    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    /**
     * JSON as the API, the events and the webhooks have it: names with underscores, moments as text, nothing for null. A mapper of our
     * own, set up in code: what Spring brings, and how it is configured, changes with its next version.
     */
    @Bean
    ObjectMapper json() {
        return JsonMapper.builder()
                .addModule(new JavaTimeModule())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    /** What is wrong with the way to ServiceNow is found before a database is started or reached. */
    @Bean
    static BeanFactoryPostProcessor signInFirst() {
        return beans -> {
            if (beans.containsBeanDefinition("databaseServer") && beans.containsBeanDefinition("signIn")) {
                beans.getBeanDefinition("databaseServer").setDependsOn("signIn");
            }
        };
    }

    /** What is done at intervals is done again; Spring would show a stack trace each time. */
    @Bean
    ThreadPoolTaskSchedulerCustomizer intervals() {
        return scheduler -> scheduler.setErrorHandler(Wiring::notDone);
    }

    private static void notDone(Throwable failure) {
        var what = "What is done at intervals was not done this time";
        if (Passing.mayPass(failure)) {
            // every few seconds while the database is away, of which the loads and the heartbeat tell
            LOG.debug("{}: {}", what, Failures.explain(failure));
        } else {
            Failures.log(LOG, what, failure);
        }
    }

    /** One thread: the log is written in the order in which things happened. */
    @Bean(destroyMethod = "shutdown")
    ExecutorService executionLogThread() {
        return LogFields.handedOn(Executors.newSingleThreadExecutor(task -> new Thread(task, "execution-log")));
    }

    /** Twice as many as requests may be in flight: while half of them wait for ServiceNow, the others write. */
    @Bean(destroyMethod = "shutdown")
    ExecutorService partitionThreads(ServiceNowProperties properties) {
        return LogFields.handedOn(new TableThreads(2 * properties.maxConcurrent()));
    }

    /** The configured instance, or the simulator that runs in its place. */
    @Bean
    ServiceNowAccess serviceNowAccess(
            ServiceNowProperties properties,
            ObjectProvider<Simulator> simulator,
            ObjectProvider<SimulatorProperties> simulated,
            @Value("${caravana.database.url:}") String database) {
        if (properties.url().isBlank() && !database.isBlank()) {
            throw new InvalidConfigurationPropertyValueException(
                    "caravana.servicenow.url (SERVICENOW_URL)",
                    "",
                    "It is not set, but a DATABASE_URL is. It takes the instance's address, or 'simulator' to fill that database"
                            + " with made-up rows.");
        }
        var running = simulator.getIfAvailable();
        if (running == null) {
            return ServiceNowAccess.to(properties);
        }
        var account = simulated.getObject();
        return new ServiceNowAccess(running.url(), account.username(), account.password(), true);
    }
}
