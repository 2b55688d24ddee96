package io.caravana.connector;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Locale;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** What answers over HTTP have in common, whatever they answer. */
public final class HttpAnswers {

    /** A proxy wants to know who asks. */
    public static final int PROXY_AUTHENTICATION = 407;

    /** What to do about that. */
    public static final String PROXY_REFUSED =
            "The proxy refused the sign-in: check SERVICENOW_PROXY_USERNAME and SERVICENOW_PROXY_PASSWORD";

    private HttpAnswers() {}

    /** Why a connection would fail again; empty when it may well come about later. */
    public static String lasting(IOException failure) {
        if (failure instanceof SSLHandshakeException || failure instanceof SSLPeerUnverifiedException) {
            return "the connection is not trusted. Check SERVICENOW_URL and caravana.servicenow.ssl-bundle";
        }
        return "";
    }

    /** Whether an answer is called JSON. */
    public static boolean isJson(String contentType) {
        return contentType != null && contentType.toLowerCase(Locale.ROOT).contains("json");
    }

    /** An answer for people. Others that are not called JSON may be JSON: gateways rewrite headers. */
    public static boolean isPageOfHtml(String contentType) {
        return contentType != null && contentType.toLowerCase(Locale.ROOT).contains("html");
    }

    /** Whether the same request may be answered otherwise later. */
    public static boolean isRetryable(int status) {
        return switch (status) {
            case 202, 408, 425, 429 -> true;
            case 501, 505 -> false;
            default -> status >= 500 || status >= 300 && status < 400;
        };
    }

    /** ServiceNow's own words in the body of an answer that is an error; empty when it has none. */
    public static String errorOf(String body) {
        try {
            var error = new ObjectMapper().readTree(body).path("error");
            return join(error.path("message").asText(""), error.path("detail").asText(""));
        } catch (IOException notJson) {
            return "";
        }
    }

    private static String join(String message, String detail) {
        return detail.isEmpty() || detail.equals("null") || detail.equals(message) ? message : message + ": " + detail;
    }
}
