package io.caravana.api;

import io.caravana.settings.Similar;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/**
 * The parameters behind a request's question mark. A message's headers would not do: those of HTTP are among them.
 *
 * @param values by name; an empty value is none
 */
record Query(Map<String, String> values) {

    /**
     * The parameters of a request.
     *
     * @param known those that it may have
     * @throws BadRequestException if it has another one, or one twice
     */
    static Query of(Exchange exchange, String... known) {
        return of(exchange.getMessage().getHeader(Exchange.HTTP_QUERY, String.class), known);
    }

    static Query of(String raw, String... known) {
        var values = new LinkedHashMap<String, String>();
        for (var pair : raw == null || raw.isEmpty() ? new String[0] : raw.split("&")) {
            var parts = pair.split("=", 2);
            var name = decoded(parts[0]);
            if (!List.of(known).contains(name)) {
                throw new BadRequestException(unknown(name, List.of(known)));
            }
            if (values.put(name, parts.length == 1 ? "" : decoded(parts[1])) != null) {
                throw new BadRequestException("the parameter '%s' is given twice".formatted(name));
            }
        }
        values.values().removeIf(String::isEmpty);
        return new Query(values);
    }

    /** The parameters of an address whoever reads them: of one that is given more than once the first value. */
    static Map<String, String> first(String raw) {
        var values = new LinkedHashMap<String, String>();
        for (var pair : raw == null || raw.isEmpty() ? new String[0] : raw.split("&")) {
            var parts = pair.split("=", 2);
            values.putIfAbsent(decoded(parts[0]), parts.length == 1 ? "" : decoded(parts[1]));
        }
        return values;
    }

    private static String unknown(String name, List<String> known) {
        var meant = Similar.nearest(name, known).map(" Did you mean '%s'?"::formatted);
        var instead = known.isEmpty() ? "this takes none" : "the parameters are " + String.join(", ", known);
        return "there is no parameter '%s'; %s.%s".formatted(name, instead, meant.orElse(""));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException("'%s' in the address is not encoded as a URL has it".formatted(text));
        }
    }

    /** The parameters as they stand in an address, with another value for one of them. */
    String with(String name, String value) {
        var changed = new LinkedHashMap<>(values);
        changed.put(name, value);
        return changed.entrySet().stream()
                .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** A parameter; null where it is not given. */
    String text(String name) {
        return values.get(name);
    }

    /** A number; null where it is not given. */
    Long number(String name) {
        var text = text(name);
        try {
            return text == null ? null : Long.valueOf(text);
        } catch (NumberFormatException notANumber) {
            throw new BadRequestException("%s is '%s', which is not a number".formatted(name, text));
        }
    }
}
