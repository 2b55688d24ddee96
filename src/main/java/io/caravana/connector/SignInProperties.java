package io.caravana.connector;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The kinds of sign-in beside user name and password. Secrets only ever come from the environment or from a file outside
 * the project.
 *
 * @param apiKey the key for the header {@code x-sn-apikey}
 * @param oauth a token from the instance itself
 * @param broker a service of the house that hands out the cookies or headers of a session
 */
@ConfigurationProperties("caravana.servicenow")
record SignInProperties(
        @DefaultValue("") String apiKey,
        @DefaultValue OAuthClient oauth,
        @DefaultValue Broker broker) {

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
        return "SignInProperties[oauth=%s]".formatted(oauth);
    }
}
