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
