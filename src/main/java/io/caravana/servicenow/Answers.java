package io.caravana.servicenow;

import io.caravana.connector.HttpAnswers;
import io.caravana.servicenow.PageParser.BrokenAnswer;
import io.caravana.servicenow.ServiceNowException.Permanent;
import io.caravana.servicenow.ServiceNowException.Remedy;
import io.caravana.servicenow.ServiceNowException.Retryable;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.ZipException;
import org.apache.hc.client5.http.ConnectTimeoutException;

/** The one place that decides whether a request that gave no page may be tried again. */
public final class Answers {

    private static final String SAYS = "%s: ServiceNow answered %d%s. %s";

    /** Characters of a request that everybody takes. */
    private static final int SHORT = 1_000;

    private Answers() {}

    /**
     * Classifies an answer that is not a page.
     *
     * @param contentType its header; null when it has none
     * @param body the beginning of its body
     * @param retryAfter what ServiceNow asked to wait; null when it said nothing
     */
    public static ServiceNowException of(
            PageRequest request, int status, String contentType, String body, Duration retryAfter) {
        var words = HttpAnswers.errorOf(body);
        if (isTooLong(request, status, contentType)) {
            return tooLong(request, status);
        }
        var said = words.isEmpty() ? "" : " (" + words + ")";
        var message = SAYS.formatted(request.place(), status, said, advice(status, request));
        return HttpAnswers.isRetryable(status)
                ? new Retryable(message, remedy(status, retryAfter), retryAfter, null)
                : new Permanent(message, status, null);
    }

    /** Whether the way did not take the request: 400 of a servlet container comes with a page for people. */
    private static boolean isTooLong(PageRequest request, int status, String contentType) {
        return status == 414
                || status == 431
                || status == 400 && HttpAnswers.isPageOfHtml(contentType) && request.length() > SHORT;
    }

    private static ServiceNowException tooLong(PageRequest request, int status) {
        var message =
                "%s: the answer was %d, as the request's line of %,d characters is longer than the instance or a gateway before it takes"
                        .formatted(request.place(), status, request.length());
        return request.canDoWithoutList()
                ? new Retryable(
                        message
                                + ". Asking without the list of %d fields"
                                        .formatted(request.fields().size()),
                        Remedy.SHORTER_REQUEST,
                        null,
                        null)
                : new Permanent(
                        message
                                + ". Name fewer or no 'fields', or shorten the 'filter', in the table's entry in tables.yaml",
                        status,
                        null);
    }

    /** A request that is not made, as ServiceNow is not to be asked now. */
    public static ServiceNowException leftAlone(PageRequest request, Instant until) {
        return new Retryable(
                "%s: ServiceNow is left alone until %s, as it has asked for that or has failed several times"
                        .formatted(request.place(), until),
                Remedy.TIME,
                null,
                null);
    }

    /** Classifies a page that did not arrive. */
    public static ServiceNowException of(PageRequest request, IOException failure) {
        var lasting = HttpAnswers.lasting(failure);
        if (!lasting.isEmpty()) {
            return new Permanent("%s: %s".formatted(request.place(), lasting), failure);
        }
        var what = failure instanceof BrokenAnswer || failure instanceof com.fasterxml.jackson.core.JacksonException
                ? "the answer is not a whole page"
                : "no answer";
        var remedy = Remedy.TIME;
        if (failure instanceof SocketTimeoutException && !(failure instanceof ConnectTimeoutException)) {
            remedy = Remedy.TIME_AND_SMALLER_PAGE;
        } else if (isPart(failure)) {
            remedy = Remedy.SMALLER_PAGE;
        }
        return new Retryable(
                "%s: %s: %s".formatted(request.place(), what, failure.getMessage()), remedy, null, failure);
    }

    /** An answer that is a page of HTML, or that leads to one. */
    public static ServiceNowException notJson(PageRequest request, int status, String contentType) {
        return new Retryable(
                "%s: ServiceNow answered %d with %s where JSON was asked for. Is the instance asleep, the address wrong, or sign-in by a browser page?"
                        .formatted(request.place(), status, contentType),
                Remedy.TIME,
                null,
                null);
    }

    /** A 429 with a wait is an hourly rule's; one without means too many requests at once. */
    private static Remedy remedy(int status, Duration retryAfter) {
        if (retryAfter != null) {
            return Remedy.ASKED_WAIT;
        }
        return status == 429 ? Remedy.FEWER_AT_ONCE : Remedy.TIME;
    }

    /**
     * Whether the answer had begun: fewer rows may come through where these did not. A connection that breaks before
     * says nothing of the rows.
     */
    private static boolean isPart(IOException failure) {
        return failure instanceof BrokenAnswer
                || failure instanceof com.fasterxml.jackson.core.JacksonException
                || failure instanceof ZipException
                || failure instanceof EOFException;
    }

    /** Whether the connection broke while the answer came, as it does where something is going down. */
    public static boolean isCutOnTheWay(Retryable failure) {
        return failure.getCause() instanceof BrokenAnswer broken && broken.getCause() != null;
    }

    private static String advice(int status, PageRequest request) {
        return switch (status) {
            case 400 -> "Check that the table and the query are right";
            case 401 -> "The sign-in was refused";
            case 403 -> "The account needs a role that can read " + request.table();
            case 404 -> "Check SERVICENOW_URL and the table's name";
            case HttpAnswers.PROXY_AUTHENTICATION -> HttpAnswers.PROXY_REFUSED;
            case 429 -> "The instance limits requests: lower caravana.servicenow.rate-limit or max-concurrent";
            default ->
                status >= 300 && status < 400
                        ? "It leads to another address, which is not followed: check SERVICENOW_URL"
                        : "The instance may be busy";
        };
    }
}
