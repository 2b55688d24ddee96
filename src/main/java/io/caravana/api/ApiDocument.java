package io.caravana.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravana.catalog.Catalog;
import io.caravana.catalog.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The API's OpenAPI document: {@code openapi.yaml}, with the configured jobs and tables. */
@Component("apiDocument")
final class ApiDocument {

    private final Catalog catalog;
    private final Api api;
    private final ObjectMapper json;

    ApiDocument(Catalog catalog, Api api, ObjectMapper json) {
        this.catalog = catalog;
        this.api = api;
        this.json = json;
    }

    /** Answers with the document as JSON. */
    public void show(Exchange exchange) throws IOException {
        Query.of(exchange);
        ObjectNode document = json.valueToTree(read());
        enumerate(document, "Job", catalog.jobNames());
        enumerate(
                document, "Table", catalog.tables().stream().map(Table::target).toList());
        api.answer(exchange, document);
    }

    private static Object read() {
        try (var yaml = ApiDocument.class.getResourceAsStream("openapi.yaml")) {
            return new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void enumerate(ObjectNode document, String schema, List<String> values) {
        var names = ((ObjectNode) document.at("/components/schemas/" + schema)).putArray("enum");
        values.forEach(names::add);
    }
}
