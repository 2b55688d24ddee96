package io.caravana.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.validation.ValidationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class SimulatorConfigurationTest {
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ConfigurationPropertiesAutoConfiguration.class, ValidationAutoConfiguration.class))
            .withUserConfiguration(SimulatorConfiguration.class);

    @Test
    void it_runs_while_no_instance_is_named_or_where_it_is_asked_for() {
        application.run(context -> assertThat(context).hasSingleBean(Simulator.class));
        application
                .withPropertyValues("caravana.servicenow.url=  ")
                .run(context -> assertThat(context).hasSingleBean(Simulator.class));
        application
                .withPropertyValues("caravana.servicenow.url=simulator")
                .run(context -> assertThat(context).hasSingleBean(Simulator.class));
    }

    @Test
    void it_never_runs_beside_a_real_instance() {
        application
                .withPropertyValues("caravana.servicenow.url=https://example.service-now.com")
                .run(context -> assertThat(context).doesNotHaveBean(Simulator.class));
    }

    @Test
    void a_wrong_setting_stops_the_start_and_no_password_is_printed() {
        application
                .withPropertyValues("caravana.simulator.days=0")
                .run(context -> assertThat(context).hasFailed());
        assertThat(SimulatorProperties.defaults().toString()).doesNotContain("password");
    }
}
