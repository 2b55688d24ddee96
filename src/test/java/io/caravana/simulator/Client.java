package io.caravana.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Asks a simulator over HTTP, as its user. */
final class Client {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Simulator simulator;

    Client(Simulator simulator) {
        this.simulator = simulator;
    }

    HttpResponse<String> get(String path, String... parameters) throws IOException, InterruptedException {
        return send("GET", path + query(parameters), "");
    }

    JsonNode result(String path, String... parameters) throws IOException, InterruptedException {
        return Answer.MAPPER.readTree(get(path, parameters).body()).get("result");
    }

    /** The values of one field in the rows of a list. */
    List<String> column(String field, String table, String query) throws IOException, InterruptedException {
        var rows = result("/api/now/table/" + table, "sysparm_query", query, "sysparm_fields", field);
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> row.get(field).asText())
                .collect(Collectors.toList());
    }

    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        return HTTP.send(
                request(path)
                        .header("Authorization", "Basic " + basic("caravana", "caravana"))
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return HTTP.send(request, BodyHandlers.ofString());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(simulator.url() + path));
    }

    static String basic(String user, String password) {
        return Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static String query(String... parameters) {
        var query = new StringBuilder();
        for (var i = 0; i < parameters.length; i += 2) {
            query.append(i == 0 ? '?' : '&')
                    .append(parameters[i])
                    .append('=')
                    .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
        }
        return query.toString();
    }
}
