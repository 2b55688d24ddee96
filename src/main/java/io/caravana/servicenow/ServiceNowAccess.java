package io.caravana.servicenow;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The instance to read from and the account to read it with.
 *
 * @param url the instance's address without a trailing slash
 */
public record ServiceNowAccess(URI url, String username, String password) {

    /**
     * The configured instance.
     *
     * @throws IllegalArgumentException if its address is not one
     */
    public static ServiceNowAccess to(ServiceNowProperties properties) {
        var url = properties.url().strip().replaceAll("/+$", "");
        if (!url.matches("https?://[^/\\s@?#]+")) {
            throw new IllegalArgumentException(
                    "SERVICENOW_URL is '%s', which is not an address of the form https://example.service-now.com"
                            .formatted(url.replaceAll("//.*@", "//***@")));
        }
        return new ServiceNowAccess(URI.create(url), properties.username(), properties.password());
    }

    /** The value of the {@code Authorization} header. */
    String authorization() {
        var pair = username + ":" + password;
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "ServiceNowAccess[url=%s]".formatted(url);
    }
}
