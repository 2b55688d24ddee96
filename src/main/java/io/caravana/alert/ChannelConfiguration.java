package io.caravana.alert;

import io.caravana.alert.AlertProperties.Encryption;
import io.caravana.alert.Message.Channel;
import jakarta.mail.Session;
import java.io.IOException;
import java.time.Duration;
import java.util.Properties;
import org.apache.camel.Ordered;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.component.mail.DefaultAuthenticator;
import org.apache.camel.component.mail.DefaultJavaMailSender;
import org.apache.camel.component.mail.JavaMailSender;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** How messages leave. Both are made when the first one does. */
@Configuration(proxyBeanMethods = false)
class ChannelConfiguration {

    private static final String HTTP = "alert-http";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /**
     * The component of the webhooks: the limits, the proxy and the trust of {@code http} are ServiceNow's. The secret part
     * of an address is put on a request when it leaves, so that no endpoint, message or failure ever holds it.
     */
    @Lazy
    @Bean(HTTP)
    HttpComponent alertHttp() {
        return new HttpComponent();
    }

    @Bean
    ComponentCustomizer alertHttpAddresses(Channels channels) {
        return ComponentCustomizer.builder(HttpComponent.class)
                // the starter's own customizer writes every default over what came before it
                .withOrder(Ordered.LOWEST)
                .withCondition((name, component) -> name.equals(HTTP))
                .build(http -> {
                    http.setHttpClientConfigurer(client -> client.useSystemProperties()
                            .disableCookieManagement()
                            .addExecInterceptorFirst(
                                    "address", (request, scope, chain) -> address(channels, request, scope, chain)));
                    http.setAutomaticRetriesDisabled(true);
                    http.setFollowRedirects(false);
                    http.setConnectTimeout(TIMEOUT.toMillis());
                    http.setConnectionRequestTimeout(TIMEOUT.toMillis());
                    http.setResponseTimeout(TIMEOUT.toMillis());
                    http.setSoTimeout(TIMEOUT.toMillis());
                });
    }

    private static ClassicHttpResponse address(
            Channels channels, ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        var channel = request.getPath().equals("/" + Channel.SLACK.word()) ? Channel.SLACK : Channel.WEBHOOK;
        var url = channels.url(channel);
        var path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        request.setPath(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery());
        if (!channels.token(channel).isEmpty()) {
            request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + channels.token(channel));
        }
        return chain.proceed(request, scope);
    }

    @Lazy
    @Bean
    JavaMailSender mailbox(AlertProperties properties) {
        var mail = properties.mail();
        var protocol = mail.encryption() == Encryption.TLS ? "smtps" : "smtp";
        var settings = new Properties();
        set(settings, protocol, "host", mail.host().strip());
        set(settings, protocol, "port", mail.port());
        set(settings, protocol, "connectiontimeout", TIMEOUT.toMillis());
        set(settings, protocol, "timeout", TIMEOUT.toMillis());
        set(settings, protocol, "writetimeout", TIMEOUT.toMillis());
        set(settings, protocol, "auth", !mail.password().isEmpty());
        set(settings, protocol, "starttls.enable", mail.encryption() == Encryption.STARTTLS);
        set(settings, protocol, "starttls.required", mail.encryption() == Encryption.STARTTLS);
        set(settings, protocol, "ssl.checkserveridentity", true);
        var sender = new DefaultJavaMailSender();
        sender.setProtocol(protocol);
        sender.setHost(mail.host().strip());
        sender.setPort(mail.port());
        sender.setJavaMailProperties(settings);
        var account = mail.password().isEmpty() ? null : new DefaultAuthenticator(mail.username(), mail.password());
        sender.setAuthenticator(account);
        sender.setSession(Session.getInstance(settings, account));
        return sender;
    }

    private static void set(Properties settings, String protocol, String key, Object value) {
        settings.setProperty("mail.%s.%s".formatted(protocol, key), value.toString());
    }
}
