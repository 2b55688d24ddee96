package io.caravana.simulator;

import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

@Configuration(proxyBeanMethods = false)
@Conditional(SimulatorConfiguration.NoRealInstance.class)
@EnableConfigurationProperties(SimulatorProperties.class)
class SimulatorConfiguration {

    @Bean(destroyMethod = "close")
    Simulator simulator(SimulatorProperties properties, ObjectProvider<Clock> clock) {
        return Simulator.start(properties, clock.getIfAvailable(Clock::systemUTC));
    }

    static final class NoRealInstance implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            var url = context.getEnvironment().getProperty("caravana.servicenow.url", "");
            return url.isBlank() || url.strip().equals("simulator");
        }
    }
}
