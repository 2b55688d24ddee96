package io.caravana.desk;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/** The parameters of a page's address. */
public record Address(Map<String, List<String>> parameters) {

    static Address of(Exchange exchange) {
        return of(exchange.getMessage().getHeader(Exchange.HTTP_QUERY, String.class));
    }

    static Address of(String query) {
        var parameters = new LinkedHashMap<String, List<String>>();
        for (var pair : query == null || query.isEmpty() ? new String[0] : query.split("&")) {
            var parts = pair.split("=", 2);
            var value = parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
            if (!value.isBlank()) {
                parameters
                        .computeIfAbsent(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), name -> new ArrayList<>())
                        .add(value);
            }
        }
        return new Address(parameters);
    }

    public String one(String name) {
        return parameters.getOrDefault(name, List.of("")).get(0);
    }

    /** The same parameters with another value; null: without it. */
    Address with(String name, String value) {
        var changed = new LinkedHashMap<>(parameters);
        changed.remove(name);
        if (value != null) {
            changed.put(name, List.of(value));
        }
        return new Address(changed);
    }

    /** As it stands after the question mark of an address. */
    public String query() {
        return parameters.entrySet().stream()
                .flatMap(one -> one.getValue().stream()
                        .map(value -> one.getKey() + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)))
                .collect(Collectors.joining("&"));
    }
}
