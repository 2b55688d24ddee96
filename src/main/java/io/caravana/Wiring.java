package io.caravana;

import io.caravana.servicenow.ServiceNowAccess;
import io.caravana.servicenow.ServiceNowProperties;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

    /** One thread a running job; they only wait for its tables. */
    @Bean(destroyMethod = "shutdown")
    ExecutorService jobThreads() {
        return Executors.newCachedThreadPool(task -> new Thread(task, "job"));
    }

    @Bean
    ServiceNowAccess serviceNowAccess(ServiceNowProperties properties) {
        var url = properties.url().replaceAll("/+$", "");
        return new ServiceNowAccess(URI.create(url), properties.username(), properties.password());
    }
}
