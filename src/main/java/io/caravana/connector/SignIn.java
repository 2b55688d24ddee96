package io.caravana.connector;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** How Caravana shows ServiceNow who it is. */
public sealed interface SignIn permits SignIn.Basic, SignIn.ApiKey, SignIn.Certificate, OAuth, SessionBroker {

    /**
     * New credentials. May take a request, and be called by one thread at a time only.
     *
     * @throws SignInFailure if there are none to be had
     */
    Credentials obtain();

    /** Whether credentials that were refused can be replaced by others. */
    default boolean isRenewable() {
        return false;
    }

    /** Whether an answer means that the credentials are not, or no longer, good. */
    default boolean isRefusal(int status, String contentType) {
        return status == 401;
    }

    /** What to check when the credentials are refused. */
    String advice();

    /** User name and password. */
    record Basic(String username, String password) implements SignIn {

        @Override
        public Credentials obtain() {
            var pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
            return Credentials.lasting(
                    Map.of("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair)));
        }

        @Override
        public String advice() {
            return "Check SERVICENOW_USERNAME and SERVICENOW_PASSWORD";
        }

        @Override
        public String toString() {
            return "Basic[]";
        }
    }

    /** A key that was made in the instance. */
    record ApiKey(String key) implements SignIn {

        @Override
        public Credentials obtain() {
            return Credentials.lasting(Map.of("x-sn-apikey", key));
        }

        @Override
        public String advice() {
            return "Check SERVICENOW_API_KEY, and that the instance has an authentication policy for API keys";
        }

        @Override
        public String toString() {
            return "ApiKey[]";
        }
    }

    /** The client certificate of the connection, and nothing beside it. */
    record Certificate() implements SignIn {

        @Override
        public Credentials obtain() {
            return Credentials.lasting(Map.of());
        }

        @Override
        public String advice() {
            return "Check the key store of caravana.servicenow.ssl-bundle and that the instance maps its certificate to a user;"
                    + " or configure another kind of sign-in";
        }
    }
}
