package io.caravana.simulator;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Lets in who has the password, the API key, or a token or session that has not expired, and hands out tokens at {@code /oauth_token.do}. */
final class Gate {
    private static final int EXPIRES_IN = 1_799;

    private final String username;
    private final String password;
    private final String apiKey;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Instant> accessTokens = new ConcurrentHashMap<>();
    private final Map<String, Instant> sessions = new ConcurrentHashMap<>();
    private final Map<String, Instant> refreshTokens = new ConcurrentHashMap<>();

    Gate(SimulatorProperties properties, Clock clock) {
        this.username = properties.username();
        this.password = properties.password();
        this.apiKey = properties.apiKey();
        this.clock = clock;
    }

    boolean letsIn(Call call) {
        var authorization = call.authorization();
        if (authorization == null) {
            return hasKey(call) || hasSession(call);
        }
        if (authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            var expected =
                    Base64.getEncoder().encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
            return authorization.substring(6).strip().equals(expected);
        }
        return authorization.regionMatches(true, 0, "Bearer ", 0, 7)
                && (isValid(accessTokens, authorization.substring(7).strip()) || isKeyOfEngine(call));
    }

    /** The workload engine and the model take the API key as a bearer token. */
    private boolean isKeyOfEngine(Call call) {
        return (call.path().startsWith("/twsd/") || call.path().startsWith("/v1/"))
                && !apiKey.isEmpty()
                && apiKey.equals(call.authorization().substring(7).strip());
    }

    private boolean hasKey(Call call) {
        return !apiKey.isEmpty() && apiKey.equals(call.apiKey());
    }

    private boolean hasSession(Call call) {
        return Arrays.stream(call.cookies().split("; "))
                .filter(cookie -> cookie.startsWith("JSESSIONID="))
                .anyMatch(cookie -> isValid(sessions, cookie.substring("JSESSIONID=".length())));
    }

    String openSession() {
        return issue(sessions, EXPIRES_IN);
    }

    Answer refusal() {
        return Answer.error(401, "User Not Authenticated", "Required to provide Auth information")
                .with("WWW-Authenticate", "BASIC realm=\"Service-now\"");
    }

    void expireTokens() {
        accessTokens.clear();
        sessions.clear();
    }

    Answer token(Call call) {
        var form = Call.parameters(call.text());
        var isGranted = !form.getOrDefault("client_id", "").isEmpty()
                && !form.getOrDefault("client_secret", "").isEmpty()
                && switch (form.getOrDefault("grant_type", "")) {
                    case "password" -> isAccount(form.get("username"), form.get("password"));
                    case "client_credentials" -> isAccount(form.get("client_id"), form.get("client_secret"));
                    case "refresh_token" -> isValid(refreshTokens, form.getOrDefault("refresh_token", ""));
                    default -> false;
                };
        if (!isGranted) {
            return Answer.value(401, Map.of("error", "server_error", "error_description", "access_denied"));
        }
        var answer = new LinkedHashMap<String, Object>();
        answer.put("scope", "useraccount");
        answer.put("token_type", "Bearer");
        answer.put("expires_in", EXPIRES_IN);
        answer.put("refresh_token", issue(refreshTokens, 8_639_999));
        answer.put("access_token", issue(accessTokens, EXPIRES_IN));
        return Answer.value(200, answer);
    }

    private boolean isAccount(String name, String secret) {
        return username.equals(name) && password.equals(secret);
    }

    private boolean isValid(Map<String, Instant> tokens, String token) {
        var expiry = tokens.get(token);
        return expiry != null && clock.instant().isBefore(expiry);
    }

    private String issue(Map<String, Instant> tokens, long seconds) {
        var bytes = new byte[64];
        random.nextBytes(bytes);
        var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        tokens.put(token, clock.instant().plusSeconds(seconds));
        return token;
    }
}
