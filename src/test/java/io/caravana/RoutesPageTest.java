package io.caravana;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Keeps the page with the pictures of a load's routes equal to the files below {@code routes/load}. The page is written
 * anew with {@code -Dupdate.reference=true}, the pictures by {@code bench/pictures.sh}.
 */
class RoutesPageTest {

    private static final Path PAGE = Path.of("docs/routes.md");
    private static final Path PICTURES = Path.of("docs/pictures");
    private static final long LARGEST_PICTURE = 60_000;
    private static final String DIRECT = "direct:";
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private final Map<String, Found> routes = routes();

    @Test
    void the_page_shows_each_route_of_a_load() throws IOException {
        var page = page();
        if (Boolean.getBoolean("update.reference")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as("./mvnw test -Dtest=RoutesPageTest -Dupdate.reference=true")
                .hasContent(page);
    }

    @Test
    void each_route_has_a_small_picture_and_no_picture_is_of_none() throws IOException {
        try (var pictures = Files.list(PICTURES)) {
            var sizes = pictures.collect(Collectors.toMap(
                    picture -> picture.getFileName().toString(),
                    picture -> picture.toFile().length()));
            assertThat(sizes.keySet())
                    .as("bench/pictures.sh")
                    .containsExactlyInAnyOrderElementsOf(
                            routes.keySet().stream().map(id -> id + ".png").toList());
            assertThat(sizes)
                    .allSatisfy((name, size) -> assertThat(size).as(name).isLessThan(LARGEST_PICTURE));
        }
    }

    private String page() {
        return """
                # The routes of a load

                The routes that load a table, in the order in which one calls the next. The pictures are Hawtio's, after one load of the job `incidents`
                from the simulator: the black number at a step is how often it had ended, the blue one how often it was running.
                [Operations](operations.md) explains how to open it. `bench/pictures.sh` takes the pictures and writes this page.
                """ + inOrder().stream().map(this::section).collect(Collectors.joining());
    }

    private String section(String id) {
        var route = routes.get(id);
        var calls = route.calls().isEmpty()
                ? ""
                : route.calls().stream()
                        .map(call -> "[%s](#%s)".formatted(call, call))
                        .collect(Collectors.joining(", ", " Calls ", "."));
        return """

                ## %1$s

                %2$s ([file](../%3$s)).%4$s

                ![The steps of %1$s](pictures/%1$s.png)
                """.formatted(id, route.description(), route.file(), calls);
    }

    /** A route before those that it calls; first of all the one for a table. */
    private Set<String> inOrder() {
        var called = routes.values().stream()
                .flatMap(route -> route.calls().stream())
                .collect(Collectors.toSet());
        var order = new LinkedHashSet<String>();
        visit("load-table", order);
        routes.keySet().stream().filter(id -> !called.contains(id)).forEach(id -> visit(id, order));
        routes.keySet().forEach(id -> visit(id, order));
        return order;
    }

    private void visit(String id, Set<String> order) {
        if (routes.containsKey(id) && order.add(id)) {
            routes.get(id).calls().forEach(call -> visit(call, order));
        }
    }

    private static Map<String, Found> routes() {
        try (var paths = Files.walk(Path.of("routes/load"))) {
            var found = new TreeMap<String, Found>();
            for (var file :
                    paths.filter(path -> path.toString().endsWith(".yaml")).toList()) {
                for (var entry : YAML.readTree(file.toFile())) {
                    var route = entry.path("route");
                    if (!route.isMissingNode()) {
                        found.put(
                                route.path("id").asText(),
                                new Found(file, route.path("description").asText(), route.path("from")));
                    }
                }
            }
            found.replaceAll((id, route) -> route.callingOnly(found.keySet()));
            return found;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Found(Path file, String description, List<String> calls) {

        Found(Path file, String description, JsonNode from) {
            this(
                    file,
                    description,
                    from.path("steps").findValuesAsText("uri").stream()
                            .filter(uri -> uri.startsWith(DIRECT))
                            .map(uri -> uri.substring(DIRECT.length()))
                            .distinct()
                            .toList());
        }

        Found callingOnly(Set<String> known) {
            return new Found(
                    file, description, calls.stream().filter(known::contains).toList());
        }
    }
}
