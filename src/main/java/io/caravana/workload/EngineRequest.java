package io.caravana.workload;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A request to the engine.
 *
 * @param path below the address of the engine, beginning with a slash
 * @param parameters what stands in the query, not encoded
 * @param headers further headers
 */
record EngineRequest(String method, String path, Map<String, String> parameters, Map<String, String> headers) {

    private static final String V2 = "/api/v2";

    EngineRequest {
        parameters = new LinkedHashMap<>(parameters);
        headers = new LinkedHashMap<>(headers);
    }

    /** A request that reads. */
    static EngineRequest of(String path) {
        return new EngineRequest("GET", V2 + path, Map.of(), Map.of());
    }

    /** A request that writes; its body is an empty object, which the engine demands. */
    static EngineRequest put(String path) {
        return new EngineRequest("PUT", V2 + path, Map.of(), Map.of());
    }

    boolean isWrite() {
        return method.equals("PUT");
    }

    EngineRequest with(String name, Object value) {
        var more = new EngineRequest(method, path, parameters, headers);
        more.parameters.put(name, value.toString());
        return more;
    }

    EngineRequest header(String name, String value) {
        var more = new EngineRequest(method, path, parameters, headers);
        more.headers.put(name, value);
        return more;
    }

    String query() {
        return parameters.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** A text as OQL has it. How a quote would be escaped is documented nowhere, so there must be none. */
    static String quoted(String value) {
        if (value.indexOf('\'') >= 0 || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("A value for the engine's query language must have no quote: " + value);
        }
        return "'" + value + "'";
    }
}
