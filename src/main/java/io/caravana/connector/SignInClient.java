package io.caravana.connector;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;

/** Asks for credentials over HTTP. What fails is a {@link SignInFailure} that holds none of the secrets. */
final class SignInClient {

    private static final int LONGEST_ANSWER = 256 * 1024;
    private static final int LONGEST_WORDS = 300;
    private static final Set<String> SECRET = Set.of("client_secret", "password", "refresh_token");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http;

    SignInClient(HttpClient http) {
        this.http = http;
    }

    private record Answered(int status, String contentType, Duration retryAfter, String body) {}

    /**
     * Sends a form.
     *
     * @param what who is asked for what, for the message of a failure
     * @param advice what to check when it is refused
     */
    JsonNode post(URI url, Map<String, String> form, String what, String advice) {
        var request = ClassicRequestBuilder.post(url)
                .setHeader("Accept", "application/json")
                .setCharset(StandardCharsets.UTF_8);
        form.forEach(request::addParameter);
        var secrets = form.entrySet().stream()
                .filter(field -> SECRET.contains(field.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        return ask(request.build(), secrets, what, advice);
    }

    /** Asks an address that may want a bearer token; see {@link #post}. */
    JsonNode get(URI url, String token, String what, String advice) {
        var request = ClassicRequestBuilder.get(url)
                .setHeader("Accept", "application/json")
                .setHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        if (!token.isEmpty()) {
            request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token);
        }
        return ask(request.build(), List.of(token), what, advice);
    }

    /** An address without what could be a secret in it. */
    static String shown(URI url) {
        return url.toString().replaceFirst("[?#].*", "");
    }

    private JsonNode ask(ClassicHttpRequest request, Collection<String> secrets, String what, String advice) {
        Answered answer;
        try {
            answer = http.execute(request, SignInClient::answered);
        } catch (IOException failure) {
            var lasting = HttpAnswers.lasting(failure);
            throw lasting.isEmpty()
                    ? SignInFailure.retryable(what + ": no answer: " + failure.getMessage(), null, failure)
                    : SignInFailure.permanent(what + ": " + lasting, failure);
        }
        if (answer.status != 200) {
            var words = words(answer.body, secrets);
            var message = "%s was answered with %d%s".formatted(what, answer.status, words);
            throw HttpAnswers.isRetryable(answer.status)
                    ? SignInFailure.retryable(message, answer.retryAfter, null)
                    : SignInFailure.permanent(
                            message + ". "
                                    + (answer.status == HttpAnswers.PROXY_AUTHENTICATION
                                            ? HttpAnswers.PROXY_REFUSED
                                            : advice),
                            null);
        }
        return parsed(answer, what);
    }

    private static Answered answered(ClassicHttpResponse response) throws IOException, ParseException {
        var body = response.getEntity() == null ? "" : EntityUtils.toString(response.getEntity(), LONGEST_ANSWER);
        var type = response.getFirstHeader(HttpHeaders.CONTENT_TYPE);
        return new Answered(
                response.getCode(),
                type == null ? null : type.getValue(),
                RetryAfter.of(value(response, HttpHeaders.RETRY_AFTER), value(response, HttpHeaders.DATE)),
                body);
    }

    private static String value(ClassicHttpResponse response, String header) {
        var first = response.getFirstHeader(header);
        return first == null ? null : first.getValue().strip();
    }

    /** Neither the body nor the parser's words about it are passed on: there are secrets in it. */
    private static JsonNode parsed(Answered answer, String what) {
        try {
            var json = JSON.readTree(answer.body);
            if (json.isObject()) {
                return json;
            }
        } catch (JacksonException notJson) {
            // said below
        }
        throw SignInFailure.retryable(
                "%s was answered with 200 and %s where a JSON object was asked for".formatted(what, answer.contentType),
                null,
                null);
    }

    /** The server's own words; it may repeat what it was sent. */
    private static String words(String body, Collection<String> secrets) {
        var said = said(body);
        for (var secret : secrets) {
            said = secret.isEmpty() ? said : said.replace(secret, "***");
        }
        said = said.replaceAll("\\p{Cntrl}+", " ").strip();
        said = said.length() > LONGEST_WORDS ? said.substring(0, LONGEST_WORDS) + "…" : said;
        return said.isEmpty() ? "" : " (" + said + ")";
    }

    private static String said(String body) {
        try {
            var json = JSON.readTree(body);
            var error = json.path("error");
            if (error.isObject()) {
                return HttpAnswers.errorOf(body);
            }
            var description = json.path("error_description").asText("");
            return description.isEmpty() ? error.asText("") : error.asText("") + ": " + description;
        } catch (JacksonException notJson) {
            return "";
        }
    }
}
