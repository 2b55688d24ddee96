package io.caravana.connector;

import io.caravana.connector.ConnectionProperties.OAuthClient;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** OAuth 2: a token from the instance's own {@code /oauth_token.do}. It is kept in memory only. */
final class OAuth implements SignIn {

    static final String CLIENT_CREDENTIALS = "client_credentials";
    static final String PASSWORD = "password";
    static final String REFRESH_TOKEN = "refresh_token";
    static final List<String> GRANTS = List.of(CLIENT_CREDENTIALS, PASSWORD, REFRESH_TOKEN);

    private final URI url;
    private final OAuthClient client;
    private final ServiceNowAccess account;
    private final SignInClient http;
    private final Clock clock;
    private String refreshToken;

    /** @param account the instance, and the user of the grant {@code password} */
    OAuth(OAuthClient client, ServiceNowAccess account, SignInClient http, Clock clock) {
        this.url = URI.create(account.url() + "/oauth_token.do");
        this.client = client;
        this.account = account;
        this.http = http;
        this.clock = clock;
        this.refreshToken = client.grant().equals(REFRESH_TOKEN) ? client.refreshToken() : "";
    }

    @Override
    public Credentials obtain() {
        if (refreshToken.isEmpty() || client.grant().equals(CLIENT_CREDENTIALS)) {
            return granted(client.grant());
        }
        try {
            return granted(REFRESH_TOKEN);
        } catch (SignInFailure refused) {
            if (refused.isRetryable() || client.grant().equals(REFRESH_TOKEN)) {
                throw refused;
            }
            refreshToken = "";
            return granted(client.grant());
        }
    }

    private Credentials granted(String grant) {
        var what = "OAuth sign-in (%s) at %s".formatted(grant, url);
        var answer = http.post(url, form(grant), what, advice());
        var token = answer.path("access_token").asText("");
        if (!Headers.isValue(token) || token.isBlank()) {
            throw SignInFailure.permanent(what + ": the answer holds no access token. " + advice(), null);
        }
        if (answer.hasNonNull(REFRESH_TOKEN)) {
            refreshToken = answer.path(REFRESH_TOKEN).asText();
        }
        return Credentials.expiring(
                Map.of("Authorization", "Bearer " + token),
                clock.instant(),
                answer.path("expires_in").asLong(0));
    }

    private Map<String, String> form(String grant) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", grant);
        form.put("client_id", client.clientId());
        form.put("client_secret", client.clientSecret());
        if (grant.equals(PASSWORD)) {
            form.put("username", account.username());
            form.put("password", account.password());
        }
        if (grant.equals(REFRESH_TOKEN)) {
            form.put(REFRESH_TOKEN, refreshToken);
        }
        if (!client.scope().isBlank()) {
            form.put("scope", client.scope());
        }
        return form;
    }

    @Override
    public boolean isRenewable() {
        return true;
    }

    @Override
    public String advice() {
        return switch (client.grant()) {
            case PASSWORD ->
                "Check SERVICENOW_OAUTH_CLIENT_ID, SERVICENOW_OAUTH_CLIENT_SECRET, SERVICENOW_USERNAME and SERVICENOW_PASSWORD";
            case REFRESH_TOKEN ->
                "Check SERVICENOW_OAUTH_CLIENT_ID, SERVICENOW_OAUTH_CLIENT_SECRET and SERVICENOW_OAUTH_REFRESH_TOKEN, which may have expired";
            default ->
                "Check SERVICENOW_OAUTH_CLIENT_ID and SERVICENOW_OAUTH_CLIENT_SECRET, and that the client may use this grant and has a user";
        };
    }

    @Override
    public String toString() {
        return "OAuth[grant=%s]".formatted(client.grant());
    }
}
