package io.caravana.connector;

import io.caravana.connector.ConnectionProperties.OAuthClient;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Decides from what is configured how to sign in. The simulator is always signed in to with its own account.
 *
 * <p>No name of a property is given alone to an exception: Boot would look up its value and print it.
 */
record SignInChoice(ServiceNowAccess access, ConnectionProperties properties, boolean allowHttp) {

    private static final String SIGN_IN = "caravana.servicenow (SERVICENOW_…)";

    /**
     * The one kind of sign-in that is configured.
     *
     * @throws InvalidConfigurationPropertyValueException if that is none, several, or a part of one
     */
    SignIn make(Connections connections, Clock clock) {
        if (access.simulated()) {
            return basic();
        }
        var kinds = kinds();
        if (kinds.size() > 1) {
            throw wrong(
                    SIGN_IN, String.join(" and ", kinds), "Only one kind of sign-in can be used: unset the others.");
        }
        if (properties.broker().isConfigured()) {
            return broker(connections, clock);
        }
        if (properties.oauth().isConfigured()) {
            return oauth(connections, clock);
        }
        if (!properties.apiKey().isBlank()) {
            return new SignIn.ApiKey(inHeader("api-key (SERVICENOW_API_KEY)", properties.apiKey()));
        }
        return kinds.isEmpty() ? certificate() : basic();
    }

    private List<String> kinds() {
        var kinds = new ArrayList<String>();
        if (properties.broker().isConfigured()) {
            kinds.add("SERVICENOW_BROKER_URL");
        }
        if (properties.oauth().isConfigured()) {
            kinds.add("SERVICENOW_OAUTH_CLIENT_ID");
        }
        if (!properties.apiKey().isBlank()) {
            kinds.add("SERVICENOW_API_KEY");
        }
        if (hasAccount() && !properties.oauth().grant().equals(OAuth.PASSWORD)) {
            kinds.add("SERVICENOW_USERNAME");
        }
        return kinds;
    }

    private boolean hasAccount() {
        return !(access.username() + access.password()).isBlank();
    }

    private SignIn basic() {
        needed("username (SERVICENOW_USERNAME)", access.username(), "a user name and a password belong together");
        needed("password (SERVICENOW_PASSWORD)", access.password(), "a user name and a password belong together");
        return new SignIn.Basic(access.username(), access.password());
    }

    private SignIn certificate() {
        if (properties.sslBundle().isBlank()) {
            throw wrong(
                    SIGN_IN,
                    "",
                    "No sign-in is configured: set SERVICENOW_USERNAME and SERVICENOW_PASSWORD, SERVICENOW_OAUTH_CLIENT_ID,"
                            + " SERVICENOW_API_KEY, SERVICENOW_BROKER_URL, or a client certificate.");
        }
        return new SignIn.Certificate();
    }

    private SignIn broker(Connections connections, Clock clock) {
        var url = properties.broker().url().strip();
        if (!url.matches("https?://[^/\\s@?#]+(/[^\\s#]*)?")) {
            throw wrong(
                    "caravana.servicenow.broker.url (SERVICENOW_BROKER_URL)",
                    url.replaceAll("//.*@", "//***@").replaceFirst("[?#].*", ""),
                    "It must have the form https://host/path, without a user or a password.");
        }
        if (ServiceNowAccess.isInTheClear(url) && !allowHttp) {
            throw wrong(
                    "caravana.servicenow.broker.url (SERVICENOW_BROKER_URL)",
                    SignInClient.shown(URI.create(url)),
                    ServiceNowAccess.HTTPS);
        }
        var token = inHeader(
                "broker.token (SERVICENOW_BROKER_TOKEN)", properties.broker().token());
        return new SessionBroker(URI.create(url), token, connections.forSignIn(), clock);
    }

    private SignIn oauth(Connections connections, Clock clock) {
        var client = properties.oauth();
        if (!OAuth.GRANTS.contains(client.grant())) {
            throw wrong(
                    "caravana.servicenow.oauth.grant (SERVICENOW_OAUTH_GRANT)",
                    client.grant(),
                    "It must be one of %s.".formatted(String.join(", ", OAuth.GRANTS)));
        }
        needed("oauth.client-id (SERVICENOW_OAUTH_CLIENT_ID)", client.clientId(), "OAuth needs a client");
        needed("oauth.client-secret (SERVICENOW_OAUTH_CLIENT_SECRET)", client.clientSecret(), "OAuth needs its secret");
        checkGrant(client);
        return new OAuth(client, access, connections.forSignIn(), clock);
    }

    private void checkGrant(OAuthClient client) {
        var isRefresh = client.grant().equals(OAuth.REFRESH_TOKEN);
        if (isRefresh) {
            needed(
                    "oauth.refresh-token (SERVICENOW_OAUTH_REFRESH_TOKEN)",
                    client.refreshToken(),
                    "the grant needs one");
        } else if (!client.refreshToken().isBlank()) {
            throw wrong(
                    "caravana.servicenow.oauth.grant (SERVICENOW_OAUTH_GRANT)",
                    client.grant(),
                    "With SERVICENOW_OAUTH_REFRESH_TOKEN it must be refresh_token.");
        }
        if (client.grant().equals(OAuth.PASSWORD)) {
            needed("username (SERVICENOW_USERNAME)", access.username(), "the grant needs an account");
            needed("password (SERVICENOW_PASSWORD)", access.password(), "the grant needs an account");
        }
    }

    /** A header has no blanks around its value. */
    private static String inHeader(String name, String value) {
        if (!Headers.isValue(value.strip())) {
            throw wrong("caravana.servicenow." + name, "", "It holds a character that no HTTP header can carry.");
        }
        return value.strip();
    }

    private static void needed(String name, String value, String why) {
        if (value.isBlank()) {
            throw wrong("caravana.servicenow." + name, "", "It is missing: %s.".formatted(why));
        }
    }

    private static InvalidConfigurationPropertyValueException wrong(String name, String value, String reason) {
        return new InvalidConfigurationPropertyValueException(name, value, reason);
    }
}
