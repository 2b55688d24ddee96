package io.caravana;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the files under {@code routes/} to the rules of the house. */
class RoutesLintTest {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final JsonSchema SCHEMA = schema("camelYamlDsl.json");
    private static final JsonSchema CANONICAL = schema("camelYamlDsl-canonical.json");
    private static final int LONGEST_FILE = 80;
    private static final Set<String> TOUCH_THE_OUTSIDE = Set.of("http:", "https:", "sql:");

    static Stream<Path> files() throws IOException {
        try (var paths = Files.walk(Path.of("routes"))) {
            return paths.filter(path -> path.toString().endsWith(".yaml")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void a_file_follows_camels_own_schema(Path file) throws IOException {
        var tree = placeholdersAsNumbers(Files.readString(file));
        assertThat(SCHEMA.validate(YAML.readTree(tree))).isEmpty();
    }

    /** Camel 4.22 warns of the compact forms, and 4.23 deprecates them. Its schema comes with the property {@code camel-next.version}. */
    @ParameterizedTest
    @MethodSource("files")
    void a_file_is_written_in_the_canonical_form_of_the_next_camel(Path file) throws IOException {
        var tree = placeholdersAsNumbers(Files.readString(file));
        assertThat(CANONICAL.validate(YAML.readTree(tree))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void a_file_can_be_read_at_a_glance_and_says_what_it_is_for(Path file) throws IOException {
        var lines = Files.readAllLines(file);
        assertThat(lines).hasSizeLessThanOrEqualTo(LONGEST_FILE);
        assertThat(lines.get(0)).startsWith("# ");
        assertThat(file.getFileName().toString()).endsWith(".camel.yaml");
    }

    @ParameterizedTest
    @MethodSource("files")
    void a_route_has_id_description_and_group(Path file) throws IOException {
        for (var route : routes(file)) {
            assertThat(route.path("id").asText()).as("id").matches("[a-z]+(-[a-z]+)+");
            assertThat(route.path("description").asText())
                    .as(route.path("id").asText())
                    .isNotEmpty();
            assertThat(route.path("group").asText())
                    .as(route.path("id").asText())
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void the_main_route_of_a_file_has_its_name(Path file) throws IOException {
        var ids = routes(file).stream().map(route -> route.path("id").asText()).toList();
        var name = file.getFileName().toString();
        // rest-* tells a process without a web server what to leave out
        if (ids.size() == 1 && !name.startsWith("rest-")) {
            assertThat(name).isEqualTo(ids.get(0) + ".camel.yaml");
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void a_direct_endpoint_is_named_as_its_route(Path file) throws IOException {
        for (var route : routes(file)) {
            var uri = route.path("from").path("uri").asText();
            if (uri.startsWith("direct:")) {
                assertThat(uri).isEqualTo("direct:" + route.path("id").asText());
            }
        }
    }

    /** Camel starts none of them otherwise. */
    @Test
    void no_two_routes_or_steps_have_the_same_id() throws IOException {
        var ids = new ArrayList<String>();
        for (var file : files().toList()) {
            for (var route : routes(file)) {
                values(route, "id").forEach(id -> ids.add(id.asText()));
            }
        }
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void every_direct_call_has_a_route() throws IOException {
        var called = new HashSet<String>();
        var routes = new HashSet<String>();
        for (var file : files().toList()) {
            routes(file)
                    .forEach(route -> routes.add(route.path("from").path("uri").asText()));
            values(YAML.readTree(file.toFile()), "uri").forEach(uri -> called.add(uri.asText()));
        }
        called.removeIf(uri -> !uri.startsWith("direct:") || uri.contains("${"));
        assertThat(routes).containsAll(called);
    }

    @ParameterizedTest
    @MethodSource("files")
    void a_step_that_touches_the_outside_has_an_id(Path file) throws IOException {
        for (var step : steps(YAML.readTree(file.toFile()))) {
            var uri = step.path("uri").asText();
            if (TOUCH_THE_OUTSIDE.stream().anyMatch(uri::startsWith)) {
                assertThat(step.path("id").asText()).as(uri).startsWith("to-");
            }
        }
    }

    @Test
    void every_error_configuration_that_a_route_names_is_there() throws IOException {
        var known = new HashSet<String>();
        for (var configuration :
                values(YAML.readTree(Path.of("routes/errors.camel.yaml").toFile()), "routeConfiguration")) {
            known.add(configuration.path("id").asText());
        }
        for (var file : files().toList()) {
            for (var route : routes(file)) {
                assertThat(known).contains(route.path("routeConfigurationId").asText());
            }
        }
    }

    /** Hawtio draws it as a step before the first one, and from then on no diagram at all. */
    @ParameterizedTest
    @MethodSource("files")
    void no_route_has_an_error_handler_of_its_own(Path file) throws IOException {
        assertThat(routes(file)).allMatch(route -> !route.has("errorHandler"));
    }

    @Test
    void every_parameter_of_a_template_is_used() throws IOException {
        for (var file : files().toList()) {
            for (var template : values(YAML.readTree(file.toFile()), "routeTemplate")) {
                var route = template.path("route").toString();
                template.path("parameters")
                        .forEach(parameter -> assertThat(route)
                                .contains("{{" + parameter.path("name").asText() + "}}"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void no_throttle_uses_the_mode_that_breaks_diagrams(Path file) throws IOException {
        assertThat(Files.readString(file)).doesNotContain("ConcurrentRequests");
    }

    /** Where the schema wants a number, a placeholder for one is as good. */
    private static String placeholdersAsNumbers(String yaml) {
        return yaml.replaceAll("(maximumRedeliveries): \"\\{\\{[^}]*}}\"", "$1: 1");
    }

    private static JsonSchema schema(String name) {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
                .getSchema(RoutesLintTest.class.getResourceAsStream("/schema/" + name));
    }

    private static List<JsonNode> routes(Path file) throws IOException {
        var routes = new ArrayList<>(values(YAML.readTree(file.toFile()), "route"));
        for (var template : values(YAML.readTree(file.toFile()), "routeTemplate")) {
            routes.removeIf(route -> route.equals(template.path("route")));
        }
        return routes;
    }

    private static List<JsonNode> steps(JsonNode tree) {
        return values(tree, "to").stream().filter(JsonNode::isObject).toList();
    }

    /** Every value of that name, at any depth. */
    private static List<JsonNode> values(JsonNode tree, String name) {
        var found = new ArrayList<JsonNode>();
        if (tree.isObject() && tree.has(name)) {
            found.add(tree.get(name));
        }
        StreamSupport.stream(tree.spliterator(), false).forEach(child -> found.addAll(values(child, name)));
        return found;
    }
}
