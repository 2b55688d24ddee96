package io.caravana.webhook;

import io.caravana.connector.PublicAddresses;
import java.util.Locale;
import org.apache.camel.Ordered;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** How requests to webhooks leave: to public addresses only, without a proxy, without following a redirect. */
@Configuration(proxyBeanMethods = false)
class WebhookConfiguration {

    private static final String HTTP = "webhook-http";

    @Lazy
    @Bean(HTTP)
    HttpComponent webhookHttp() {
        return new HttpComponent();
    }

    @Bean
    ComponentCustomizer webhookRequests(WebhookProperties properties) {
        return ComponentCustomizer.builder(HttpComponent.class)
                // the starter's own customizer writes every default over what came before it
                .withOrder(Ordered.LOWEST)
                .withCondition((name, component) -> name.equals(HTTP))
                .build(http -> {
                    var hosts = properties.privateHosts().stream()
                            .map(host -> host.toLowerCase(Locale.ROOT))
                            .toList();
                    http.setClientConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                            .setDnsResolver(new PublicAddresses(hosts, "caravana.webhooks.private-hosts"))
                            .build());
                    http.setHttpClientConfigurer(
                            client -> client.disableCookieManagement().disableRedirectHandling());
                    http.setAutomaticRetriesDisabled(true);
                    http.setFollowRedirects(false);
                    http.setConnectTimeout(properties.timeout().toMillis());
                    http.setConnectionRequestTimeout(properties.timeout().toMillis());
                    http.setResponseTimeout(properties.timeout().toMillis());
                    http.setSoTimeout(properties.timeout().toMillis());
                });
    }
}
