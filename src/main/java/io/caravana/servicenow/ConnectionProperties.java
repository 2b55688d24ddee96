package io.caravana.servicenow;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What lies between Caravana and ServiceNow.
 *
 * @param sslBundle name of a {@code spring.ssl.bundle} with the certificates to trust, and the one to show; empty: the JVM's
 * @param proxy the proxy on the way to the instance
 */
@Validated
@ConfigurationProperties("caravana.servicenow")
record ConnectionProperties(
        @DefaultValue("") String sslBundle,
        @DefaultValue @Valid Proxy proxy) {

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
}
