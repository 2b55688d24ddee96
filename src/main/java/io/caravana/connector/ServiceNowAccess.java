package io.caravana.connector;

import java.net.URI;
import java.util.Locale;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The instance to read from, and the account to read it with where the sign-in has one.
 *
 * @param url the instance's address without a trailing slash
 * @param simulated whether it is the built-in simulator
 */
public record ServiceNowAccess(URI url, String username, String password, boolean simulated) {

    static final String HTTPS =
            "It must begin with https://, as credentials are sent there; SERVICENOW_ALLOW_HTTP=true allows"
                    + " them to be sent in the clear.";

    private static final String SETTING = "caravana.servicenow.url (SERVICENOW_URL)";
    private static final String FORM = "https?://[^/\\s@?#%]+(/[\\w.~-]+)*";
    private static final String IN_THE_CLEAR = "http://(?!(localhost|127(\\.\\d+){3}|\\[::1])([:/]|$)).*";

    /**
     * The configured instance.
     *
     * @throws InvalidConfigurationPropertyValueException if its address is not one
     */
    public static ServiceNowAccess to(ServiceNowProperties properties) {
        var url = properties.url().strip().replaceAll("/+$", "");
        if (!url.matches(FORM) || url.matches(".*/\\.{1,2}(/.*)?")) {
            throw new InvalidConfigurationPropertyValueException(
                    SETTING,
                    url.replaceAll("//.*@", "//***@").replaceFirst("[?#].*", ""),
                    "It must have the form https://example.service-now.com; a gateway's may have a path.");
        }
        if (isInTheClear(url) && !properties.allowHttp()) {
            throw new InvalidConfigurationPropertyValueException(SETTING, url, HTTPS);
        }
        return new ServiceNowAccess(URI.create(url), properties.username(), properties.password(), false);
    }

    /** Whether whoever is between this machine and the address could read what is sent there. */
    static boolean isInTheClear(String url) {
        return url.toLowerCase(Locale.ROOT).matches(IN_THE_CLEAR);
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
