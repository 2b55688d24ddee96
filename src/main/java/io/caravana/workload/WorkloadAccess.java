package io.caravana.workload;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The engine to read from.
 *
 * @param url its address up to {@code /twsd}, without a slash at the end; null: there is none
 * @param authorization what the header Authorization says, a secret
 * @param every how often what is not final is read
 */
public record WorkloadAccess(URI url, String authorization, Duration every) {

    private static final String SETTING = "caravana.workload.url (WORKLOAD_URL)";
    private static final String FORM = "https?://[^/\\s@?#%]+(/[\\w.~-]+)*";
    private static final String IN_THE_CLEAR = "http://(?!(localhost|127(\\.\\d+){3}|\\[::1])([:/]|$)).*";

    /**
     * The configured engine.
     *
     * @throws InvalidConfigurationPropertyValueException if it is configured wrongly
     */
    public static WorkloadAccess to(WorkloadProperties properties) {
        var url = properties.url().strip().replaceAll("/+$", "");
        if (url.isEmpty()) {
            return new WorkloadAccess(null, "", properties.every());
        }
        if (!url.matches(FORM)) {
            throw new InvalidConfigurationPropertyValueException(
                    SETTING,
                    url.replaceAll("//.*@", "//***@").replaceFirst("[?#].*", ""),
                    "It must have the form https://mdm.example.com:31116/twsd.");
        }
        if (url.matches(IN_THE_CLEAR) && !properties.allowHttp()) {
            throw new InvalidConfigurationPropertyValueException(
                    SETTING,
                    url,
                    "It must begin with https://, as credentials are sent there; WORKLOAD_ALLOW_HTTP=true allows them to be sent in the"
                            + " clear.");
        }
        var hasKey = !properties.apiKey().isBlank();
        if (hasKey != properties.username().isBlank()) {
            throw new InvalidConfigurationPropertyValueException(
                    "caravana.workload.username (WORKLOAD_USERNAME)",
                    "***",
                    "It takes a user with a password, or an API key in WORKLOAD_API_KEY, and not both.");
        }
        return new WorkloadAccess(
                URI.create(url),
                hasKey ? "Bearer " + properties.apiKey().strip() : basic(properties.username(), properties.password()),
                properties.every());
    }

    /** The simulator's. */
    public static WorkloadAccess simulated(URI url, String username, String password, Duration every) {
        return new WorkloadAccess(URI.create(url + "/twsd"), basic(username, password), every);
    }

    private static String basic(String username, String password) {
        return "Basic "
                + Base64.getEncoder().encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    public boolean isOn() {
        return url != null;
    }

    @Override
    public String toString() {
        return "WorkloadAccess[url=%s]".formatted(url);
    }
}
