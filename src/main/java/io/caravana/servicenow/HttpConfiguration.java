package io.caravana.servicenow;

import org.apache.camel.Ordered;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.hc.core5.util.Timeout;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class HttpConfiguration {

    /** Requests in flight are limited by the connections there are; what fails is tried again by the routes alone. */
    @Bean
    ComponentCustomizer httpLimits(ServiceNowProperties properties) {
        return ComponentCustomizer.builder(HttpComponent.class)
                // the starter's own customizer writes every default over what came before it
                .withOrder(Ordered.LOWEST)
                .build(http -> {
                    http.setMaxTotalConnections(properties.maxConcurrent());
                    http.setConnectionsPerRoute(properties.maxConcurrent());
                    http.setAutomaticRetriesDisabled(true);
                    http.setFollowRedirects(false);
                    // unpacked by ourselves, so that it is known what travelled
                    http.setContentCompressionDisabled(true);
                    http.setConnectionRequestTimeout(Timeout.ofHours(1).toMilliseconds());
                    http.setConnectTimeout(properties.connectTimeout().toMillis());
                    http.setResponseTimeout(properties.responseTimeout().toMillis());
                    http.setSoTimeout(properties.responseTimeout().toMillis());
                });
    }
}
