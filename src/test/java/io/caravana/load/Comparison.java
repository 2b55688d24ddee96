package io.caravana.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.connector.ServiceNowAccess;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Compares a replica table with its source, row by row and value by value. The source is read by a client of its own,
 * and the replica's values are turned back into ServiceNow's texts by PostgreSQL.
 */
final class Comparison {

    private static final Set<String> OWN =
            Set.of("etl_created_at", "etl_updated_at", "etl_execution_id", "etl_fingerprint");

    private static final String MARK = "etl_deleted_at";

    /** What a replica must not have. */
    private static final Set<String> SECRETS = Set.of("user_password", "dv_user_password");

    private final JdbcClient jdbc;
    private final ServiceNowAccess access;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    Comparison(JdbcClient jdbc, ServiceNowAccess access) {
        this.jdbc = jdbc;
        this.access = access;
    }

    /** Asserts that the replica has just the rows of the source's window, and every value of each. */
    int assertEqual(Table table, Window window) {
        var columns = columns(table.target());
        var source = source(table, window, columns.keySet());
        var replica = replica(table, columns);
        assertThat(replica.keySet()).as("keys of %s", table.target()).isEqualTo(source.keySet());
        source.forEach((key, values) ->
                assertThat(replica.get(key)).as("%s %s", table.target(), key).isEqualTo(values));
        return source.size();
    }

    private Map<String, Map<String, String>> source(Table table, Window window, Set<String> columns) {
        var rows = new TreeMap<String, Map<String, String>>();
        var query = (table.filter().isEmpty() ? "" : table.filter() + "^")
                + (table.hasWindow()
                        ? window.on(table.windowColumn(), Window.Unit.MOMENT) + "^ORDERBYsys_id"
                        : "ORDERBYsys_id");
        for (int offset = 0; ; offset += 1_000) {
            var page = get(table.source(), query, offset);
            page.forEach(row -> rows.put(row.path("sys_id").path("value").asText(), values(table, row, columns)));
            if (page.size() < 1_000) {
                return rows;
            }
        }
    }

    private JsonNode get(String table, String query, int offset) {
        var uri =
                "%s/api/now/table/%s?sysparm_display_value=all&sysparm_exclude_reference_link=true&sysparm_limit=1000&sysparm_offset=%d&sysparm_query=%s"
                        .formatted(access.url(), table, offset, URLEncoder.encode(query, StandardCharsets.UTF_8));
        var credentials = Base64.getEncoder()
                .encodeToString((access.username() + ":" + access.password()).getBytes(StandardCharsets.UTF_8));
        var request = HttpRequest.newBuilder(URI.create(uri))
                .header("Authorization", "Basic " + credentials)
                .header("Accept", "application/json")
                .build();
        try {
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return json.readTree(answer.body()).path("result");
        } catch (IOException e) {
            throw new IllegalStateException("the source cannot be read for the comparison", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading the source", e);
        }
    }

    /** Of the display values only those that the table has, where it is to have labels alone. */
    private static Map<String, String> values(Table table, JsonNode row, Set<String> columns) {
        var values = new LinkedHashMap<String, String>();
        row.properties().forEach(field -> {
            values.put(field.getKey(), field.getValue().path("value").asText(""));
            var name = "dv_" + field.getKey();
            var isShown = table.displayValues() == Table.DisplayValues.ALL
                    || table.displayValues() == Table.DisplayValues.LABELS && columns.contains(name);
            if (isShown && !field.getKey().equals("sys_id")) {
                var display = field.getValue().path("display_value");
                values.put(name, display.isNull() ? "" : display.asText());
            }
        });
        values.keySet().removeAll(SECRETS);
        values.replaceAll((name, value) -> isNumber(value) ? plain(value) : value);
        return new TreeMap<>(values);
    }

    private Map<String, Map<String, String>> replica(Table table, Map<String, String> columns) {
        var rows = new TreeMap<String, Map<String, String>>();
        var select = new StringBuilder("SELECT ");
        columns.forEach((name, type) -> select.append(raw(type).formatted('"' + name + '"'))
                .append(" AS \"")
                .append(name)
                .append("\", "));
        select.setLength(select.length() - 2);
        var live = table.onDelete() == Table.OnDelete.SOFT ? " WHERE " + MARK + " IS NULL" : "";
        jdbc.sql(select + " FROM servicenow.\"" + table.target() + '"' + live).query(result -> {
            var row = new TreeMap<String, String>();
            for (var column : columns.keySet()) {
                var value = result.getString(column);
                row.put(column, value == null ? "" : isNumber(value) ? plain(value) : value);
            }
            rows.put(result.getString("sys_id"), row);
        });
        return rows;
    }

    private Map<String, String> columns(String table) {
        var columns = new LinkedHashMap<String, String>();
        jdbc.sql(
                        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'servicenow' AND table_name = ?")
                .param(table)
                .query(result -> {
                    columns.put(result.getString(1), result.getString(2));
                });
        assertThat(columns.keySet()).containsAll(OWN);
        columns.keySet().removeAll(new HashSet<>(OWN));
        columns.remove(MARK);
        return columns;
    }

    /** An expression that turns a value back into ServiceNow's text. */
    private static String raw(String type) {
        return switch (type) {
            case "timestamp with time zone" -> "to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')";
            case "interval" -> "to_char(TIMESTAMP '1970-01-01' + %s, 'YYYY-MM-DD HH24:MI:SS')";
            case "date" -> "to_char(%s, 'YYYY-MM-DD')";
            case "boolean", "integer", "bigint", "numeric" -> "CAST(%s AS text)";
            default -> "%s";
        };
    }

    private static boolean isNumber(String value) {
        return value.matches("-?\\d{1,30}(\\.\\d{1,20})?");
    }

    private static String plain(String value) {
        return new BigDecimal(value).stripTrailingZeros().toPlainString();
    }
}
