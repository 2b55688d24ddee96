package io.caravana.job;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.stereotype.Component;

/** Stops a start without a route from a file: Camel says nothing of a folder that has none, and every load would fail. */
@Component
final class FoundRoutes implements CamelContextConfiguration {

    private final String folder;

    FoundRoutes(@Value("${caravana.routes-dir}") String folder) {
        this.folder = folder;
        if (!Files.isDirectory(Path.of(folder))) {
            throw wrong("There is no such folder.");
        }
    }

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        if (((ModelCamelContext) camel).getRouteDefinitions().stream().noneMatch(FoundRoutes::isOfFile)) {
            throw wrong("No file *.camel.yaml in or below it has a route.");
        }
    }

    private static boolean isOfFile(RouteDefinition route) {
        return route.getResource() != null && route.getResource().getLocation().endsWith(".yaml");
    }

    private InvalidConfigurationPropertyValueException wrong(String why) {
        return new InvalidConfigurationPropertyValueException(
                "caravana.routes-dir (CARAVANA_ROUTES_DIR)",
                folder,
                why
                        + " It takes the folder 'routes' that came with Caravana; a path that is not absolute begins where the process"
                        + " was started.");
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {
        // it was looked at before
    }
}
