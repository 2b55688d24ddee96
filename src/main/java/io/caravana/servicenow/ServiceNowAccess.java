package io.caravana.servicenow;

import java.net.URI;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The instance to read from, and the account to read it with where the sign-in has one.
 *
 * @param url the instance's address without a trailing slash
 * @param simulated whether it is the built-in simulator
 */
public record ServiceNowAccess(URI url, String username, String password, boolean simulated) {

    /**
     * The configured instance.
     *
     * @throws InvalidConfigurationPropertyValueException if its address is not one
     */
    public static ServiceNowAccess to(ServiceNowProperties properties) {
        var url = properties.url().strip().replaceAll("/+$", "");
        if (!url.matches("https?://[^/\\s@?#]+")) {
            throw new InvalidConfigurationPropertyValueException(
                    "caravana.servicenow.url (SERVICENOW_URL)",
                    url.replaceAll("//.*@", "//***@"),
                    "It must have the form https://example.service-now.com, without a path.");
        }
        return new ServiceNowAccess(URI.create(url), properties.username(), properties.password(), false);
    }

    /** What tells this source from others: the simulator's port is any that is free. */
    public String name() {
        return simulated ? "the built-in simulator" : url.toString();
    }

    @Override
    public String toString() {
        return "ServiceNowAccess[url=%s]".formatted(url);
    }
}
