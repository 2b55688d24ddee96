package io.caravana.servicenow;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One request for rows of a table.
 *
 * @param table the table's name in ServiceNow
 * @param query the encoded query, with its order
 * @param fields the fields wanted; empty: all
 * @param displayValues whether display values are wanted beside the raw ones
 * @param limit rows wanted at most; ServiceNow applies it before its access rules hide rows; {@link #COUNT_ONLY}: none,
 *     just their number, from ServiceNow's statistics
 * @param offset rows of the query to pass over; 0 except inside a stretch of hidden rows
 * @param count whether the number of all matching rows is wanted with the answer
 * @param number this is the n-th page of its read, from 1; for messages
 */
public record PageRequest(
        String table,
        String query,
        List<String> fields,
        boolean displayValues,
        int limit,
        int offset,
        boolean count,
        int number) {

    static final int COUNT_ONLY = 0;

    public boolean isCountOnly() {
        return limit == COUNT_ONLY;
    }

    public String path() {
        return (isCountOnly() ? "/api/now/stats/" : "/api/now/table/") + table;
    }

    /** The characters of path and query, which servers and gateways limit. */
    int length() {
        return path().length() + 1 + queryString().length();
    }

    /** Whether the same fields come without naming them, among others: no field of another table is asked for. */
    boolean canDoWithoutList() {
        return !fields.isEmpty() && fields.stream().noneMatch(field -> field.contains("."));
    }

    /** The URL's query string, encoded. */
    public String queryString() {
        var text = new StringBuilder(256).append("sysparm_query=").append(encode(query));
        if (isCountOnly()) {
            return text.append("&sysparm_count=true").toString();
        }
        if (!fields.isEmpty()) {
            text.append("&sysparm_fields=").append(encode(String.join(",", fields)));
        }
        text.append("&sysparm_display_value=").append(displayValues ? "all" : "false");
        text.append("&sysparm_exclude_reference_link=true&sysparm_suppress_pagination_header=true");
        text.append("&sysparm_limit=").append(limit);
        if (offset > 0) {
            text.append("&sysparm_offset=").append(offset);
        }
        if (!count) {
            text.append("&sysparm_no_count=true");
        }
        return text.toString();
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** Where a failure happened, for its message. */
    String place() {
        return "table %s, page %d, query %s".formatted(table, number, query);
    }
}
