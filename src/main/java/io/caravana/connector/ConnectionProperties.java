package io.caravana.connector;

import io.caravana.settings.Mistake;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.Validated;

/**
 * What lies between Caravana and ServiceNow, and how to sign in other than with a user name and a password. Secrets only ever
 * come from the environment or from a file outside the project.
 *
 * @param sslBundle name of a {@code spring.ssl.bundle} with the certificates to trust, and the one to show; empty: the JVM's
 * @param proxy the proxy on the way to the instance
 * @param headers what a gateway in front of the instance wants to see with every request
 * @param apiKey the key for the header {@code x-sn-apikey}
 * @param oauth a token from the instance itself
 * @param broker a service of the house that hands out the cookies or headers of a session
 */
@Validated
@ConfigurationProperties("caravana.servicenow")
record ConnectionProperties(
        @DefaultValue("") String sslBundle,
        @DefaultValue @Valid Proxy proxy,
        @DefaultValue List<@Valid Header> headers,
        @DefaultValue("") String apiKey,
        @DefaultValue OAuthClient oauth,
        @DefaultValue Broker broker)
        implements Validator {

    /**
     * @param name the header's name, such as {@code Ocp-Apim-Subscription-Key}
     * @param value what is sent, a secret: only ever from the environment or a file outside the project
     */
    record Header(@NotBlank String name, @NotBlank String value) {

        @Override
        public String toString() {
            return "Header[name=%s]".formatted(name);
        }
    }

    @Override
    public boolean supports(Class<?> type) {
        return type == ConnectionProperties.class;
    }

    @Override
    public void validate(Object target, Errors errors) {
        var names = new HashSet<String>();
        for (int index = 0; index < headers.size(); index++) {
            var header = headers.get(index);
            var key = "headers[%d].".formatted(index);
            if (header.name() == null || header.value() == null) {
                continue;
            }
            if (!Headers.isFree(header.name())) {
                Mistake.note(errors, key + "name", "it takes a header that neither HTTP nor the sign-in sets");
            } else if (!names.add(header.name().toLowerCase(Locale.ROOT))) {
                Mistake.note(errors, key + "name", "another entry is for this header");
            }
            if (!Headers.isValue(header.value())) {
                Mistake.note(errors, key + "value", "it takes characters that an HTTP header can carry");
            }
        }
    }

    /**
     * @param host the proxy's host; empty: none is used
     * @param port its port
     * @param username the user it wants; may be empty
     * @param password the user's password
     * @param bypass hosts that are reached without it
     */
    record Proxy(
            @DefaultValue("") String host,
            @DefaultValue("0") @Min(0) @Max(65_535) int port,
            @DefaultValue("") String username,
            @DefaultValue("") String password,
            @DefaultValue List<String> bypass) {

        boolean isConfigured() {
            return !host.isBlank();
        }

        @Override
        public String toString() {
            return "Proxy[host=%s, port=%d]".formatted(host, port);
        }
    }

    /**
     * @param clientId the client as it is registered with the instance
     * @param clientSecret its secret
     * @param grant {@code client_credentials}, {@code password} or {@code refresh_token}
     * @param refreshToken the first refresh token, for the grant of that name
     * @param scope what to ask for; empty: what the client has
     */
    record OAuthClient(
            @DefaultValue("") String clientId,
            @DefaultValue("") String clientSecret,
            @DefaultValue("") String grant,
            @DefaultValue("") String refreshToken,
            @DefaultValue("") String scope) {

        boolean isConfigured() {
            return !(clientId + clientSecret + grant + refreshToken + scope).isBlank();
        }

        @Override
        public String toString() {
            return "OAuthClient[grant=%s]".formatted(grant);
        }
    }

    /**
     * @param url where a session is asked for
     * @param token the bearer token that the broker wants; may be empty
     */
    record Broker(
            @DefaultValue("") String url, @DefaultValue("") String token) {

        boolean isConfigured() {
            return !(url + token).isBlank();
        }

        @Override
        public String toString() {
            return "Broker[]";
        }
    }

    @Override
    public String toString() {
        return "ConnectionProperties[oauth=%s, proxy=%s]".formatted(oauth, proxy);
    }
}
