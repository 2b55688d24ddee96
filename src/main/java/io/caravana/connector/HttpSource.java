package io.caravana.connector;

import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.camel.Component;
import org.apache.camel.Ordered;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.hc.core5.http.HttpHeaders;
import org.springframework.boot.ssl.SslBundles;

/** A source beside ServiceNow: a component of Camel with connections, trust and a sign-in of its own. */
public final class HttpSource {

    private HttpSource() {}

    /**
     * The way to a source.
     *
     * @param authorization what the header Authorization says; a secret, which no message of a route ever holds
     * @param sslBundle name of a {@code spring.ssl.bundle}; empty: the JVM's trust
     * @param sslSetting the setting with that name, for a message
     * @param connections the most requests in flight
     * @param connect how long to wait for a connection
     * @param answer how long to wait for the next bytes of an answer
     */
    public record Way(
            URI url,
            String authorization,
            String sslBundle,
            String sslSetting,
            int connections,
            Duration connect,
            Duration answer) {

        @Override
        public String toString() {
            return "Way[url=%s]".formatted(url);
        }
    }

    /** The component; {@link #customizer} completes it. */
    public static Component component() {
        return new HttpComponent();
    }

    /**
     * Gives a component its way when it is made. Requests that go elsewhere carry no sign-in.
     *
     * @param component its name
     */
    public static ComponentCustomizer customizer(String component, Supplier<Way> way, SslBundles bundles) {
        return ComponentCustomizer.builder(HttpComponent.class)
                // the starter's own customizer writes every default over what came before it
                .withOrder(Ordered.LOWEST)
                .withCondition((name, one) -> name.equals(component))
                .build(http -> complete(http, way.get(), bundles));
    }

    private static void complete(HttpComponent http, Way way, SslBundles bundles) {
        var host = Signature.hostOf(way.url());
        var tls = Connections.tls(way.sslBundle().strip(), bundles, way.sslSetting());
        http.setClientConnectionManager(Connections.pool(tls, way.connections(), way.connect(), way.answer()));
        http.setHttpClientConfigurer(client -> client.disableCookieManagement()
                .addExecInterceptorFirst("sign-in", (request, scope, chain) -> {
                    if (scope.route.getTargetHost().equals(host)) {
                        request.setHeader(HttpHeaders.AUTHORIZATION, way.authorization());
                    }
                    return chain.proceed(request, scope);
                }));
        http.setAutomaticRetriesDisabled(true);
        http.setFollowRedirects(false);
        http.setConnectionRequestTimeout(way.answer().toMillis());
        http.setResponseTimeout(way.answer().toMillis());
    }
}
