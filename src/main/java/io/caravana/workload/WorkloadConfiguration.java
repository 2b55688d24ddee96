package io.caravana.workload;

import io.caravana.connector.HttpSource;
import io.caravana.connector.HttpSource.Way;
import io.caravana.connector.Limiter;
import io.caravana.connector.ServiceNowAccess;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Component;
import org.apache.camel.spi.ComponentCustomizer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The way to the engine, with limits of its own. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(WorkloadProperties.class)
class WorkloadConfiguration {

    private static final String HTTP = "workload-http";

    /** So that a demo lives. */
    private static final Duration EVERY_IN_DEMO = Duration.ofSeconds(5);

    /** The configured workload engine; in the demo, the simulator is one. */
    @Bean
    WorkloadAccess workloadAccess(
            WorkloadProperties properties,
            ServiceNowAccess access,
            @Value("${caravana.database.url:}") String database,
            @Value("${caravana.demo}") boolean demo) {
        var isDemo = properties.url().isBlank() && demo && database.isBlank();
        return access.simulated() && (isDemo || properties.url().strip().equals("simulator"))
                ? WorkloadAccess.simulated(
                        access.url(), access.username(), access.password(), isDemo ? EVERY_IN_DEMO : properties.every())
                : WorkloadAccess.to(properties);
    }

    @Lazy
    @Bean(HTTP)
    Component workloadHttp() {
        return HttpSource.component();
    }

    @Bean
    ComponentCustomizer workloadWay(
            ObjectProvider<WorkloadAccess> access, WorkloadProperties properties, ObjectProvider<SslBundles> bundles) {
        return HttpSource.customizer(HTTP, () -> way(access.getObject(), properties), bundles.getIfAvailable());
    }

    private static Way way(WorkloadAccess access, WorkloadProperties properties) {
        return new Way(
                access.url(),
                access.authorization(),
                properties.sslBundle(),
                "caravana.workload.ssl-bundle (WORKLOAD_SSL_BUNDLE)",
                properties.maxConcurrent(),
                properties.connectTimeout(),
                properties.responseTimeout());
    }

    @Bean
    Limiter workloadLimiter(WorkloadProperties properties, Clock clock) {
        return new Limiter(
                "The workload engine", "workload", properties.maxConcurrent(), properties.longestWait(), clock);
    }
}
