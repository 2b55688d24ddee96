package io.caravana.action;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a run answers a call with.
 *
 * @param contentType a media type
 */
public record Answer(int status, String contentType, Map<String, String> headers, String body) {

    /** Those of the connection, of sessions, and of what other sites may do: they are not the code's to say. */
    private static final Set<String> REFUSED = Set.of(
            "connection",
            "content-length",
            "content-type",
            "keep-alive",
            "proxy-authenticate",
            "set-cookie",
            "set-cookie2",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "www-authenticate");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
    private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e]{0,4000}");
    private static final Pattern TYPE =
            Pattern.compile("[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}(; *[a-z0-9-]{1,40}=\"?[A-Za-z0-9._-]{1,60}\"?)*");

    /**
     * Reads what an engine hands over.
     *
     * @throws IllegalArgumentException if it is no answer; the message says why
     */
    static Answer of(JsonNode result, long largest) {
        var status = result.path("status");
        if (!status.isIntegralNumber() || status.asLong() < 200 || status.asLong() > 599) {
            throw new IllegalArgumentException(
                    "the status is %s: it takes a whole number from 200 to 599".formatted(status));
        }
        var body = result.path("body").isTextual() ? result.path("body").asText() : "";
        if (body.getBytes(StandardCharsets.UTF_8).length > largest) {
            throw new IllegalArgumentException("the answer is larger than %d bytes".formatted(largest));
        }
        return new Answer(
                status.asInt(),
                mediaType(result.path("content_type").asText("text")),
                headers(result.path("headers")),
                body);
    }

    private static String mediaType(String said) {
        return switch (said.toLowerCase(Locale.ROOT)) {
            case "json" -> "application/json";
            case "html" -> "text/html; charset=utf-8";
            case "text", "" -> "text/plain; charset=utf-8";
            default -> {
                if (!TYPE.matcher(said).matches()) {
                    throw new IllegalArgumentException(
                            "the content type is '%s': it takes json, html, text or a media type such as text/csv"
                                    .formatted(said));
                }
                yield said;
            }
        };
    }

    private static Map<String, String> headers(JsonNode said) {
        var headers = new LinkedHashMap<String, String>();
        said.properties().forEach(header -> {
            var name = header.getKey();
            var value = header.getValue().asText();
            var lower = name.toLowerCase(Locale.ROOT);
            if (REFUSED.contains(lower) || lower.startsWith("access-control-")) {
                throw new IllegalArgumentException("the header %s is not a code's to set".formatted(name));
            }
            if (!NAME.matcher(name).matches() || !VALUE.matcher(value).matches()) {
                throw new IllegalArgumentException("a header has a name or a value that HTTP does not allow");
            }
            headers.put(name, value);
        });
        return headers;
    }
}
