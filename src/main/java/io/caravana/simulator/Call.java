package io.caravana.simulator;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One request as the interfaces see it.
 *
 * @param base scheme and host as the client wrote them
 * @param parameters decoded query parameters, the last one winning
 * @param contentType of the body; null when the client gave none
 * @param headers by their names in small letters, the first of a name
 */
record Call(
        String method,
        String base,
        String path,
        Map<String, String> parameters,
        String authorization,
        String apiKey,
        String cookies,
        String contentType,
        Map<String, String> headers,
        boolean acceptsGzip,
        byte[] body) {

    static Call of(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        var encoding = headers.getFirst("Accept-Encoding");
        var host = headers.getFirst("Host");
        var address = exchange.getLocalAddress();
        return new Call(
                exchange.getRequestMethod(),
                "http://" + (host == null ? "127.0.0.1:" + address.getPort() : host),
                exchange.getRequestURI().getPath(),
                parameters(exchange.getRequestURI().getRawQuery()),
                headers.getFirst("Authorization"),
                headers.getFirst("x-sn-apikey"),
                String.join("; ", headers.getOrDefault("Cookie", List.of())),
                headers.getFirst("Content-Type"),
                named(headers),
                encoding != null && encoding.contains("gzip"),
                exchange.getRequestBody().readAllBytes());
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /** The same with a parameter set. */
    Call with(String parameter, String value) {
        var more = new LinkedHashMap<>(parameters);
        more.put(parameter, value);
        return new Call(
                method, base, path, more, authorization, apiKey, cookies, contentType, headers, acceptsGzip, body);
    }

    /** A header by its name in small letters; empty when there is none. */
    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    boolean flag(String name) {
        return parameter(name).equals("true");
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    private static Map<String, String> named(Headers headers) {
        var named = new HashMap<String, String>();
        headers.forEach((name, values) -> named.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        return named;
    }

    static Map<String, String> parameters(String encoded) {
        if (encoded == null || encoded.isEmpty()) {
            return Map.of();
        }
        var parameters = new LinkedHashMap<String, String>();
        for (var pair : encoded.split("&")) {
            var equals = pair.indexOf('=');
            var name = equals < 0 ? pair : pair.substring(0, equals);
            var value = equals < 0 ? "" : pair.substring(equals + 1);
            parameters.put(decoded(name), decoded(value));
        }
        return Collections.unmodifiableMap(parameters);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
