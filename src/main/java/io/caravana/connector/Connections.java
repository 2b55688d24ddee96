package io.caravana.connector;

import io.caravana.connector.ConnectionProperties.Header;
import io.caravana.connector.ConnectionProperties.Proxy;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultProxyRoutePlanner;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.util.Timeout;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundles;

/** The way to ServiceNow for every request: how many connections there are, whom they trust, and the proxy between. */
final class Connections implements AutoCloseable {

    private static final int FOR_SIGN_IN = 2;
    private static final Duration SIGN_IN_ANSWER = Duration.ofSeconds(30);

    private final HttpHost instance;
    private final List<Header> headers;
    private final Proxy proxy;
    private final PoolingHttpClientConnectionManager toTables;
    private final CloseableHttpClient forSignIn;

    private Connections(
            URI instance, ServiceNowProperties limits, ConnectionProperties properties, TlsSocketStrategy tls) {
        this.instance = Signature.hostOf(instance);
        this.headers = properties.headers();
        this.proxy = properties.proxy();
        this.toTables = pool(tls, limits.maxConcurrent(), limits.connectTimeout(), limits.responseTimeout());
        // a pool of its own: new credentials must not wait for requests that wait for them
        var timeout = Timeout.of(SIGN_IN_ANSWER);
        this.forSignIn = route(HttpClientBuilder.create())
                .setConnectionManager(pool(tls, FOR_SIGN_IN, limits.connectTimeout(), SIGN_IN_ANSWER))
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(timeout)
                        .setResponseTimeout(timeout)
                        .build())
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .build();
    }

    /**
     * The configured way.
     *
     * @throws InvalidConfigurationPropertyValueException if it is configured wrongly
     */
    static Connections of(
            URI instance, ServiceNowProperties limits, ConnectionProperties properties, SslBundles bundles) {
        check(properties.proxy());
        return new Connections(
                instance,
                limits,
                properties,
                tls(properties.sslBundle().strip(), bundles, "caravana.servicenow.ssl-bundle (SERVICENOW_SSL_BUNDLE)"));
    }

    /** The connections for tables; there are as many as there may be requests in flight. */
    PoolingHttpClientConnectionManager toTables() {
        return toTables;
    }

    /** A client for asking for credentials. */
    SignInClient forSignIn() {
        return new SignInClient(forSignIn);
    }

    /** Sends a client's requests through the proxy, if there is one, and with what the gateway wants to see. */
    HttpClientBuilder route(HttpClientBuilder client) {
        client.addExecInterceptorFirst("gateway", (request, scope, chain) -> {
            if (scope.route.getTargetHost().equals(instance)) {
                headers.forEach(header ->
                        request.setHeader(header.name(), header.value().strip()));
            }
            return chain.proceed(request, scope);
        });
        if (!proxy.isConfigured()) {
            return client;
        }
        var host = new HttpHost("http", proxy.host().strip(), proxy.port());
        var bypass = proxy.bypass().stream()
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .toList();
        client.setRoutePlanner(new Bypassed(host, bypass));
        if (!proxy.username().isEmpty()) {
            var credentials = new BasicCredentialsProvider();
            credentials.setCredentials(
                    new AuthScope(host),
                    new UsernamePasswordCredentials(
                            proxy.username(), proxy.password().toCharArray()));
            client.setDefaultCredentialsProvider(credentials);
        }
        return client;
    }

    @Override
    public void close() throws IOException {
        forSignIn.close();
        toTables.close();
    }

    static PoolingHttpClientConnectionManager pool(
            TlsSocketStrategy tls, int connections, Duration connect, Duration silence) {
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setTlsSocketStrategy(tls)
                .setMaxConnTotal(connections)
                .setMaxConnPerRoute(connections)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(connect))
                        .setSocketTimeout(Timeout.of(silence))
                        .build())
                .build();
    }

    /** @param setting what names the bundle, for a message */
    static TlsSocketStrategy tls(String bundle, SslBundles bundles, String setting) {
        if (bundle.isEmpty()) {
            return DefaultClientTlsStrategy.createDefault();
        }
        try {
            var found = bundles.getBundle(bundle);
            var options = found.getOptions();
            return new DefaultClientTlsStrategy(
                    found.createSslContext(),
                    options.getEnabledProtocols(),
                    options.getCiphers(),
                    SSLBufferMode.STATIC,
                    HostnameVerificationPolicy.BOTH,
                    new DefaultHostnameVerifier());
        } catch (NoSuchSslBundleException e) {
            throw new InvalidConfigurationPropertyValueException(
                    setting, bundle, "There is no spring.ssl.bundle of that name.");
        }
    }

    private static void check(Proxy proxy) {
        if (proxy.isConfigured() && (proxy.port() < 1 || proxy.port() > 65_535)) {
            throw new InvalidConfigurationPropertyValueException(
                    "caravana.servicenow.proxy.port (SERVICENOW_PROXY_PORT)",
                    proxy.port(),
                    "A proxy needs a port from 1 to 65535.");
        }
        if (!proxy.host().strip().matches("[^/@:\\s]*")) {
            throw new InvalidConfigurationPropertyValueException(
                    "caravana.servicenow.proxy.host (SERVICENOW_PROXY_HOST)",
                    "***",
                    "It is the name of a host alone, without scheme, port, user and path.");
        }
        if (!proxy.isConfigured() && !(proxy.username() + proxy.password()).isEmpty()) {
            throw new InvalidConfigurationPropertyValueException(
                    "caravana.servicenow.proxy.host (SERVICENOW_PROXY_HOST)",
                    "",
                    "A user or a password for a proxy is configured, but no proxy.");
        }
        if (proxy.username().isEmpty() && !proxy.password().isEmpty()) {
            throw new InvalidConfigurationPropertyValueException(
                    "caravana.servicenow.proxy.username (SERVICENOW_PROXY_USERNAME)",
                    "",
                    "A password for the proxy is configured, but no user.");
        }
    }

    /** A proxy for all hosts but some. */
    private static final class Bypassed extends DefaultProxyRoutePlanner {
        private final List<String> hosts;

        Bypassed(HttpHost proxy, List<String> hosts) {
            super(proxy);
            this.hosts = hosts;
        }

        @Override
        protected HttpHost determineProxy(HttpHost target, HttpContext context) {
            try {
                return hosts.contains(target.getHostName().toLowerCase(Locale.ROOT))
                        ? null
                        : super.determineProxy(target, context);
            } catch (HttpException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
