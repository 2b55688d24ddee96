package io.caravana.desk;

import java.io.IOException;
import java.io.InputStream;
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

    private static final int LONGEST_FORM = 20_000;

    static Address of(Exchange exchange) {
        return of(exchange.getMessage().getHeader(Exchange.HTTP_QUERY, String.class));
    }

    /**
     * What a form has sent: in the body, or where the container has read that already, as headers.
     *
     * @param names the fields of the form
     */
    static Address ofForm(Exchange exchange, String... names) throws IOException {
        var message = exchange.getMessage();
        var body = message.getBody(InputStream.class);
        var bytes = body == null ? new byte[0] : body.readNBytes(LONGEST_FORM);
        var form = of(new String(bytes, StandardCharsets.UTF_8));
        var all = new LinkedHashMap<String, List<String>>();
        for (var name : names) {
            var value = form.parameters.containsKey(name) ? form.one(name) : message.getHeader(name, "", String.class);
            if (!value.isBlank()) {
                all.put(name, List.of(value));
            }
        }
        return new Address(all);
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
