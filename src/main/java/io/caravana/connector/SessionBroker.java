package io.caravana.connector;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/**
 * A service of the house that signs in to ServiceNow, however that may be done there, and hands out the session:
 *
 * <pre>{"cookies": {"JSESSIONID": "…"}, "headers": {"X-UserToken": "…"}, "expires_in": 1800}</pre>
 *
 * Cookies may also be a list of {@code {"name", "value"}}; {@code expires_in} is in seconds and may be missing.
 */
final class SessionBroker implements SignIn {

    private final URI url;
    private final String token;
    private final SignInClient http;
    private final Clock clock;

    SessionBroker(URI url, String token, SignInClient http, Clock clock) {
        this.url = url;
        this.token = token;
        this.http = http;
        this.clock = clock;
    }

    @Override
    public Credentials obtain() {
        var answer = http.get(url, token, what(), advice());
        var headers = new LinkedHashMap<String, String>();
        answer.path("headers").properties().forEach(header -> add(headers, header.getKey(), text(header.getValue())));
        var cookies = cookies(answer.path("cookies"));
        if (!cookies.isEmpty()) {
            headers.put("Cookie", cookies);
        }
        if (headers.isEmpty()) {
            throw unusable("neither cookies nor headers");
        }
        return Credentials.expiring(
                headers, clock.instant(), answer.path("expires_in").asLong(0));
    }

    private void add(Map<String, String> headers, String name, String value) {
        if (!Headers.isName(name) || !Headers.isValue(value)) {
            throw unusable("a header that cannot be sent");
        }
        headers.put(name, value);
    }

    private String cookies(JsonNode cookies) {
        var pairs = new StringJoiner("; ");
        if (cookies.isArray()) {
            cookies.forEach(cookie -> pairs.add(pair(text(cookie.path("name")), text(cookie.path("value")))));
        } else {
            cookies.properties().forEach(cookie -> pairs.add(pair(cookie.getKey(), text(cookie.getValue()))));
        }
        return pairs.toString();
    }

    private String pair(String name, String value) {
        if (!Headers.isCookie(name, value)) {
            throw unusable("a cookie that cannot be sent");
        }
        return name + "=" + value;
    }

    private static String text(JsonNode value) {
        return value.asText("");
    }

    private SignInFailure unusable(String answer) {
        return SignInFailure.permanent("%s: it gave %s. %s".formatted(what(), answer, advice()), null);
    }

    private String what() {
        return "session broker at %s".formatted(SignInClient.shown(url));
    }

    @Override
    public boolean isRenewable() {
        return true;
    }

    /** A session that has ended is often told by the page where a person would sign in. */
    @Override
    public boolean isRefusal(int status, String contentType) {
        return status == 401
                || status >= 300 && status < 400
                || status == 200 && contentType != null && contentType.contains("html");
    }

    @Override
    public String advice() {
        return "Check SERVICENOW_BROKER_URL, SERVICENOW_BROKER_TOKEN and the broker's own account";
    }

    @Override
    public String toString() {
        return "SessionBroker[url=%s]".formatted(SignInClient.shown(url));
    }
}
