package io.caravana.connector;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.httpcomponents.hc5.PoolingHttpClientConnectionManagerMetricsBinder;
import java.time.Clock;
import org.apache.camel.Ordered;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.hc.core5.util.Timeout;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class HttpConfiguration {

    /** Requests in flight are limited by the connections there are; what fails is tried again by the routes alone. */
    @Bean
    ComponentCustomizer httpLimits(ServiceNowProperties properties, Connections connections, Signature signature) {
        return ComponentCustomizer.builder(HttpComponent.class)
                // the starter's own customizer writes every default over what came before it
                .withOrder(Ordered.LOWEST)
                .withCondition((name, component) -> name.equals("http"))
                .build(http -> {
                    http.setClientConnectionManager(connections.toTables());
                    http.setHttpClientConfigurer(client -> signature.on(connections.route(client)));
                    http.setAutomaticRetriesDisabled(true);
                    http.setFollowRedirects(false);
                    // unpacked by ourselves, so that it is known what travelled
                    http.setContentCompressionDisabled(true);
                    http.setConnectionRequestTimeout(Timeout.ofHours(1).toMilliseconds());
                    http.setResponseTimeout(properties.responseTimeout().toMillis());
                });
    }

    @Bean
    Connections connections(
            ServiceNowAccess access,
            ServiceNowProperties limits,
            ConnectionProperties properties,
            ObjectProvider<SslBundles> bundles) {
        return Connections.of(access.url(), limits, properties, bundles.getIfAvailable());
    }

    @Bean
    MeterBinder connectionMeters(Connections connections) {
        return new PoolingHttpClientConnectionManagerMetricsBinder(connections.toTables(), "servicenow");
    }

    @Bean
    SignIn signIn(
            ServiceNowAccess access,
            ServiceNowProperties settings,
            ConnectionProperties properties,
            Connections connections,
            Clock clock) {
        return new SignInChoice(access, properties, settings.allowHttp()).make(connections, clock);
    }

    @Bean
    Keyring keyring(SignIn signIn, Clock clock) {
        return new Keyring(signIn, clock);
    }

    @Bean
    Signature signature(ServiceNowAccess access, Keyring keyring, SignIn signIn) {
        return new Signature(access.url(), keyring, signIn);
    }
}
