package io.caravana.servicenow;

import io.caravana.servicenow.PageParser.BrokenAnswer;
import io.caravana.servicenow.ServiceNowException.Permanent;
import io.caravana.servicenow.ServiceNowException.Remedy;
import io.caravana.servicenow.ServiceNowException.Retryable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.NoHttpResponseException;

/** The one place that decides whether a request that gave no page may be tried again. */
final class Answers {

    private static final String SAYS = "%s: ServiceNow answered %d%s. %s";

    private static final int PROXY_AUTHENTICATION = 407;
    static final String PROXY_REFUSED =
            "The proxy refused the sign-in: check SERVICENOW_PROXY_USERNAME and SERVICENOW_PROXY_PASSWORD";

    private Answers() {}

    /**
     * Classifies an answer that is not a page.
     *
     * @param body the beginning of its body
     * @param retryAfter what ServiceNow asked to wait; null when it said nothing
     */
    static ServiceNowException of(PageRequest request, int status, String body, Duration retryAfter) {
        var words = PageParser.errorOf(body);
        var said = words.isEmpty() ? "" : " (" + words + ")";
        var message = SAYS.formatted(request.place(), status, said, advice(status, request));
        return isRetryable(status)
                ? new Retryable(message, remedy(status, retryAfter), retryAfter, null)
                : new Permanent(message, status, null);
    }

    /** Classifies a page that did not arrive. */
    static ServiceNowException of(PageRequest request, IOException failure) {
        var lasting = lasting(failure);
        if (!lasting.isEmpty()) {
            return new Permanent("%s: %s".formatted(request.place(), lasting), failure);
        }
        var what = failure instanceof BrokenAnswer || failure instanceof com.fasterxml.jackson.core.JacksonException
                ? "the answer is not a whole page"
                : "no answer";
        var remedy = isTooMuch(failure) ? Remedy.SMALLER_PAGE : Remedy.TIME;
        return new Retryable(
                "%s: %s: %s".formatted(request.place(), what, failure.getMessage()), remedy, null, failure);
    }

    /** Why a connection would fail again; empty when it may well come about later. */
    static String lasting(IOException failure) {
        if (failure instanceof SSLHandshakeException || failure instanceof SSLPeerUnverifiedException) {
            return "the connection is not trusted. Check SERVICENOW_URL and caravana.servicenow.ssl-bundle";
        }
        return "";
    }

    /** An answer that is a page of HTML, or that leads to one. */
    static ServiceNowException notJson(PageRequest request, int status, String contentType) {
        return new Retryable(
                "%s: ServiceNow answered %d with %s where JSON was asked for. Is the instance asleep, the address wrong, or sign-in by a browser page?"
                        .formatted(request.place(), status, contentType),
                Remedy.TIME,
                null,
                null);
    }

    /** A 429 with a wait is an hourly rule's; one without means too many requests at once. */
    private static Remedy remedy(int status, Duration retryAfter) {
        if (status != 429) {
            return Remedy.TIME;
        }
        return retryAfter == null ? Remedy.FEWER_AT_ONCE : Remedy.ASKED_WAIT;
    }

    /** Whether the answer had begun, or did not begin in time: fewer rows may come through where these did not. */
    private static boolean isTooMuch(IOException failure) {
        return !(failure instanceof ConnectException || failure instanceof UnknownHostException)
                && !(failure instanceof NoHttpResponseException || failure instanceof ConnectTimeoutException);
    }

    static boolean isJson(String contentType) {
        return contentType != null && contentType.toLowerCase(Locale.ROOT).contains("json");
    }

    static boolean isRetryable(int status) {
        return switch (status) {
            case 202, 408, 425, 429 -> true;
            case 501, 505 -> false;
            default -> status >= 500 || status >= 300 && status < 400;
        };
    }

    private static String advice(int status, PageRequest request) {
        return switch (status) {
            case 400 -> "Check that the table and the query are right";
            case 401 -> "The sign-in was refused";
            case 403 -> "The account needs a role that can read " + request.table();
            case 404 -> "Check SERVICENOW_URL and the table's name";
            case PROXY_AUTHENTICATION -> PROXY_REFUSED;
            case 429 -> "The instance limits requests: lower caravana.servicenow.rate-limit or max-concurrent";
            default ->
                status >= 300 && status < 400
                        ? "It leads to another address, which is not followed: check SERVICENOW_URL"
                        : "The instance may be busy";
        };
    }
}
