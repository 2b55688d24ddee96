package io.caravana.connector;

import io.caravana.servicenow.Answers;
import io.caravana.servicenow.PageRequest;
import io.caravana.servicenow.Refusals;
import io.caravana.settings.Awkward;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.camel.support.DefaultExchange;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;

/** The way from Camel's HTTP component to an instance, configured as a user would, without the rest of Caravana. */
final class Way {

    static final PageRequest REQUEST = new PageRequest("sys_choice", "", List.of("sys_id"), false, 1, 0, false, 1);

    private final AssertableApplicationContext application;
    private final DefaultCamelContext camel;
    private Exchange exchange;

    private Way(AssertableApplicationContext application, DefaultCamelContext camel) {
        this.application = application;
        this.camel = camel;
        this.exchange = new DefaultExchange(camel);
    }

    /** A clock that is set by the test. */
    static final class Time extends Clock {
        private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

        void pass(long seconds) {
            now.updateAndGet(instant -> instant.plusSeconds(seconds));
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.get();
        }
    }

    /** Not annotated as a configuration, or every test of the whole application would find it. */
    @EnableConfigurationProperties({ServiceNowProperties.class, ConnectionProperties.class})
    static class Settings {
        @Bean
        ServiceNowAccess serviceNowAccess(ServiceNowProperties properties) {
            return ServiceNowAccess.to(properties);
        }
    }

    static void configured(URI instance, Clock clock, Consumer<AssertableApplicationContext> test, String... settings) {
        configured(instance, clock, Map.of(), test, settings);
    }

    private static void configured(
            URI instance,
            Clock clock,
            Map<String, String> variables,
            Consumer<AssertableApplicationContext> test,
            String... settings) {
        var all = new ArrayList<>(List.of(settings));
        if (all.stream().noneMatch(setting -> setting.startsWith("url="))) {
            all.add("url=" + instance);
        }
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        SslAutoConfiguration.class, ConfigurationPropertiesAutoConfiguration.class))
                .withUserConfiguration(Settings.class, HttpConfiguration.class, Refusals.class)
                .withBean(Clock.class, () -> clock)
                .withInitializer(context -> Awkward.variables(context.getEnvironment(), variables))
                .withPropertyValues(all.stream()
                        .map(setting -> setting.startsWith("spring.") ? setting : "caravana.servicenow." + setting)
                        .toArray(String[]::new))
                .run(test::accept);
    }

    /** @param settings below {@code caravana.servicenow}, or beginning with {@code spring.} */
    static void to(URI instance, Consumer<Way> test, String... settings) {
        to(instance, Clock.systemUTC(), test, settings);
    }

    static void to(URI instance, Clock clock, Consumer<Way> test, String... settings) {
        to(instance, clock, Map.of(), test, settings);
    }

    /** @param variables the environment of the process */
    static void to(URI instance, Clock clock, Map<String, String> variables, Consumer<Way> test, String... settings) {
        configured(
                instance,
                clock,
                variables,
                application -> {
                    try (var camel = new DefaultCamelContext()) {
                        var http = new HttpComponent();
                        application.getBean(ComponentCustomizer.class).configure("http", http);
                        camel.addComponent("http", http);
                        camel.start();
                        test.accept(new Way(application, camel));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                },
                settings);
    }

    /** The status of an answer, or the failure as a table load would see it. */
    Object ask() {
        return ask(application.getBean(ServiceNowAccess.class).url() + REQUEST.path());
    }

    Object ask(String url) {
        var next = new DefaultExchange(camel);
        exchange.getProperties().forEach(next::setProperty);
        exchange = next;
        var message = next.getMessage();
        message.setHeader(Exchange.HTTP_URI, url);
        message.setHeader(Exchange.HTTP_METHOD, "GET");
        var answered = camel.createFluentProducerTemplate()
                .withExchange(exchange)
                .to("http:servicenow?throwExceptionOnFailure=false")
                .send();
        var failure = failure(answered);
        return failure == null
                ? answered.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class)
                : application.getBean(Refusals.class).explain(answered, REQUEST, failure);
    }

    private static Exception failure(Exchange answered) {
        if (answered.getException() instanceof IOException io) {
            return Answers.of(REQUEST, io);
        }
        var message = answered.getMessage();
        var status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        var contentType = message.getHeader(Exchange.CONTENT_TYPE, String.class);
        if (answered.getException() != null || status == 200 && HttpAnswers.isJson(contentType)) {
            return answered.getException();
        }
        return status == 200
                ? Answers.notJson(REQUEST, status, contentType)
                : Answers.of(REQUEST, status, contentType, message.getBody(String.class), null);
    }

    <T> T bean(Class<T> type) {
        return application.getBean(type);
    }
}
