package io.caravana.action;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.connector.PublicAddresses;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;
import org.springframework.stereotype.Component;

/**
 * Sends the HTTP requests that programs ask for: to the hosts that their project allows and to nothing else, at public addresses, which
 * are checked after the name is resolved, and again after each redirect.
 */
@Component
class ActionHttp {

    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final int LARGEST = 1024 * 1024;
    private static final int MOST_REDIRECTS = 3;
    private static final int MOST_CALLS = 20;
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
    private static final Set<String> OURS =
            Set.of("host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "expect");
    private static final Pattern SECRET = Pattern.compile("\\{\\{secret\\.([A-Za-z0-9_]{1,100})}}");

    private final ActionProperties properties;
    private final ObjectMapper json;
    private final Clock clock;
    private CloseableHttpClient client;

    ActionHttp(ActionProperties properties, ObjectMapper json, Clock clock) {
        this.properties = properties;
        this.json = json;
        this.clock = clock;
    }

    private synchronized CloseableHttpClient client() {
        if (client == null) {
            client = HttpClients.custom()
                    .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                            .setDnsResolver(new PublicAddresses(
                                    properties.privateHosts().stream()
                                            .map(host -> host.toLowerCase(Locale.ROOT))
                                            .toList(),
                                    "caravana.actions.private-hosts"))
                            .setDefaultConnectionConfig(ConnectionConfig.custom()
                                    .setConnectTimeout(Timeout.ofSeconds(5))
                                    .setSocketTimeout(Timeout.of(LONGEST))
                                    .build())
                            .setMaxConnTotal(64)
                            .setMaxConnPerRoute(16)
                            .build())
                    .disableCookieManagement()
                    .disableRedirectHandling()
                    .disableAutomaticRetries()
                    .disableAuthCaching()
                    .build();
        }
        return client;
    }

    @PreDestroy
    synchronized void close() throws IOException {
        if (client != null) {
            client.close();
        }
    }

    /**
     * The requests of one run.
     *
     * @param hosts those that it may ask; {@code *.example.com} is every host below that
     * @param secrets by name: {@code {{secret.NAME}}} in a header is replaced by its value
     * @param end until when
     */
    OfRun of(Collection<String> hosts, Map<String, String> secrets, Instant end) {
        return new OfRun(hosts, secrets, end);
    }

    /** What a run has asked for so far. */
    final class OfRun {
        private final Collection<String> hosts;
        private final Map<String, String> secrets;
        private final Instant end;
        private int calls;

        private OfRun(Collection<String> hosts, Map<String, String> secrets, Instant end) {
            this.hosts = hosts;
            this.secrets = secrets;
            this.end = end;
        }

        /** Sends a request with {@code method}, {@code url}, {@code headers} and {@code body}; answers why it did not as {@code refused}. */
        JsonNode ask(JsonNode asked) {
            try {
                if (++calls > MOST_CALLS) {
                    throw new IOException("a run may send %d requests".formatted(MOST_CALLS));
                }
                return follow(asked);
            } catch (IOException | IllegalArgumentException e) {
                return json.createObjectNode().put("refused", "HTTP: " + e.getMessage());
            }
        }

        private JsonNode follow(JsonNode asked) throws IOException {
            var method = asked.path("method").asText("GET").toUpperCase(Locale.ROOT);
            if (!METHODS.contains(method)) {
                throw new IOException("the method %s is none of %s".formatted(method, METHODS));
            }
            var url = allowed(asked.path("url").asText());
            var first = url.getHost();
            for (int redirects = 0; ; redirects++) {
                var answer = send(method, url, asked, url.getHost().equals(first));
                var next = answer.path("headers").path("location").asText("");
                if (!List.of(301, 302, 303, 307, 308)
                                .contains(answer.path("status").asInt())
                        || next.isEmpty()
                        || !List.of("GET", "HEAD").contains(method)) {
                    return answer;
                }
                if (redirects == MOST_REDIRECTS) {
                    throw new IOException("more than %d redirects".formatted(MOST_REDIRECTS));
                }
                url = allowed(url.resolve(next).toString());
            }
        }

        private URI allowed(String text) throws IOException {
            var url = URI.create(text);
            var host = url.getHost() == null ? "" : url.getHost().toLowerCase(Locale.ROOT);
            var isPrivate = properties.privateHosts().stream().anyMatch(host::equalsIgnoreCase);
            if (!"https".equals(url.getScheme()) && !("http".equals(url.getScheme()) && isPrivate)
                    || url.getUserInfo() != null) {
                throw new IOException("a url begins with https:// and has no user in it");
            }
            if (hosts.stream()
                    .noneMatch(one -> one.equals(host) || one.startsWith("*.") && host.endsWith(one.substring(1)))) {
                throw new IOException("the host '%s' is none that the project allows".formatted(host));
            }
            return url;
        }

        private JsonNode send(String method, URI url, JsonNode asked, boolean isFirstHost) throws IOException {
            var left = Duration.between(clock.instant(), end);
            if (left.isNegative() || left.isZero()) {
                throw new IOException("the run has no time left");
            }
            var request = new HttpUriRequestBase(method, url);
            var most = left.compareTo(LONGEST) < 0 ? left : LONGEST;
            request.setConfig(RequestConfig.custom()
                    .setResponseTimeout(Timeout.of(most))
                    .setConnectionRequestTimeout(Timeout.of(most))
                    .build());
            for (var header : asked.path("headers").properties()) {
                var name = header.getKey().toLowerCase(Locale.ROOT);
                var isCredential = name.equals("authorization")
                        || name.equals("cookie")
                        || SECRET.matcher(header.getValue().asText()).find();
                if (!OURS.contains(name) && (isFirstHost || !isCredential)) {
                    request.setHeader(header.getKey(), insert(header.getValue().asText()));
                }
            }
            if (asked.path("body").isTextual()) {
                var type = request.getFirstHeader("Content-Type");
                request.setEntity(new StringEntity(
                        asked.path("body").asText(),
                        type == null
                                ? ContentType.APPLICATION_JSON
                                : ContentType.parseLenient(type.getValue()).withCharset(StandardCharsets.UTF_8)));
            }
            return client().execute(
                            request, response -> read(response, clock.instant().plus(most)));
        }

        /** Puts secrets in their places: the program itself does not have to see them. */
        private String insert(String text) {
            var value = SECRET.matcher(text).replaceAll(found -> {
                var secret = secrets.get(found.group(1));
                if (secret == null) {
                    throw new IllegalArgumentException("the project has no secret '%s'".formatted(found.group(1)));
                }
                return java.util.regex.Matcher.quoteReplacement(secret);
            });
            if (value.chars().anyMatch(one -> one < 32 && one != '\t' || one == 127)) {
                throw new IllegalArgumentException("a header has a character that HTTP does not allow");
            }
            return value;
        }
    }

    private JsonNode read(ClassicHttpResponse response, Instant until) throws IOException {
        var answer = json.createObjectNode().put("status", response.getCode());
        var headers = answer.putObject("headers");
        for (var header : response.getHeaders()) {
            headers.put(header.getName().toLowerCase(Locale.ROOT), header.getValue());
        }
        var body = new java.io.ByteArrayOutputStream();
        if (response.getEntity() != null) {
            var stream = response.getEntity().getContent();
            var chunk = new byte[8192];
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
                body.write(chunk, 0, count);
                if (body.size() > LARGEST) {
                    throw new IOException("the answer is larger than 1 MB");
                }
                if (clock.instant().isAfter(until)) {
                    throw new IOException("the answer took too long");
                }
            }
        }
        return answer.put("body", body.toString(StandardCharsets.UTF_8));
    }
}
