package io.caravana.simulator;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.stream.Collectors;

/** The Link header of a list. */
final class Link {
    private Link() {}

    /** The header's value, or empty for a list of a single page. */
    static String header(Call call, int offset, int limit, long total) {
        if (total <= limit && offset == 0) {
            return "";
        }
        var links = new ArrayList<String>();
        links.add(link(call, 0, limit, "first"));
        if (offset > 0) {
            links.add(link(call, Math.max(0, offset - limit), limit, "prev"));
        }
        if ((long) offset + limit < total) {
            links.add(link(call, offset + limit, limit, "next"));
        }
        links.add(link(call, (int) ((total - 1) / limit * limit), limit, "last"));
        return String.join(",", links);
    }

    private static String link(Call call, int offset, int limit, String relation) {
        var kept = call.parameters().entrySet().stream()
                .filter(parameter -> !parameter.getKey().equals("sysparm_offset"))
                .filter(parameter -> !parameter.getKey().equals("sysparm_limit"))
                .map(parameter -> encoded(parameter.getKey()) + "=" + encoded(parameter.getValue()) + "&")
                .collect(Collectors.joining());
        return "<%s%s?%ssysparm_offset=%d&sysparm_limit=%d>;rel=\"%s\""
                .formatted(call.base(), call.path(), kept, offset, limit, relation);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2C", ",");
    }
}
