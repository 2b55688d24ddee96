package io.caravana.settings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.boot.origin.SystemEnvironmentOrigin;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.Resource;

/** What has been set, and where. */
final class Configured {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)(:.*)?}");

    private final ConfigurableEnvironment environment;

    Configured(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    /** A key as it is written somewhere. */
    record Written(ConfigurationPropertyName key, Object value, Origin origin, boolean inFile) {

        /** The place, in words. */
        String where() {
            return Configured.where(origin);
        }
    }

    /**
     * Every key that is written anywhere but in environment variables: the names of those are too free to tell a mistake
     * from another program's variable.
     */
    Stream<Written> written() {
        return environment.getPropertySources().stream()
                .filter(source -> !(source instanceof SystemEnvironmentPropertySource))
                .filter(EnumerablePropertySource.class::isInstance)
                .map(source -> (EnumerablePropertySource<?>) source)
                .flatMap(source -> Stream.of(source.getPropertyNames())
                        .map(key -> new Written(
                                ConfigurationPropertyName.adapt(key, '.'),
                                source.getProperty(key),
                                PropertySourceOrigin.get(source, key),
                                source instanceof OriginTrackedMapPropertySource)))
                .filter(written -> !written.key().isEmpty());
    }

    /** The value that holds, with its placeholders replaced; empty where none is set. */
    Optional<String> value(ConfigurationPropertyName key) {
        return property(key)
                .map(property ->
                        environment.resolvePlaceholders(property.getValue().toString()));
    }

    /** The place that a value comes from, or of the entry that it is missing in. */
    String where(ConfigurationPropertyName key) {
        return property(key)
                .map(property -> {
                    var variable = VARIABLE.matcher(property.getValue().toString());
                    return variable.matches() && environment.containsProperty(variable.group(1))
                            ? variable.group(1)
                            : where(property.getOrigin());
                })
                .or(() -> firstBelow(key.getParent()))
                .orElse("configuration");
    }

    private Optional<ConfigurationProperty> property(ConfigurationPropertyName key) {
        return StreamSupport.stream(
                        ConfigurationPropertySources.get(environment).spliterator(), false)
                .map(source -> source.getConfigurationProperty(key))
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** The first line of an entry; other parents are spread over several files. */
    private Optional<String> firstBelow(ConfigurationPropertyName parent) {
        if (!parent.isLastElementIndexed()) {
            return Optional.empty();
        }
        return StreamSupport.stream(
                        ConfigurationPropertySources.get(environment).spliterator(), false)
                .filter(IterableConfigurationPropertySource.class::isInstance)
                .flatMap(source -> ((IterableConfigurationPropertySource) source)
                        .stream().filter(parent::isAncestorOf).map(source::getConfigurationProperty))
                .map(property -> plain(property.getOrigin()))
                .filter(TextResourceOrigin.class::isInstance)
                .map(TextResourceOrigin.class::cast)
                .min(Comparator.comparingInt(origin -> origin.getLocation().getLine()))
                .map(Configured::where);
    }

    private static String where(Origin origin) {
        var plain = plain(origin);
        if (plain instanceof TextResourceOrigin text && text.getLocation() != null) {
            return "%s, line %d"
                    .formatted(file(text.getResource()), text.getLocation().getLine() + 1);
        }
        if (plain instanceof SystemEnvironmentOrigin variable) {
            return variable.getProperty();
        }
        if (plain instanceof PropertySourceOrigin source) {
            var name = source.getPropertySource().getName();
            return switch (name) {
                case StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME -> "-D" + source.getPropertyName();
                case CommandLinePropertySource.COMMAND_LINE_PROPERTY_SOURCE_NAME -> "--" + source.getPropertyName();
                default -> name;
            };
        }
        return String.valueOf(plain);
    }

    private static Origin plain(Origin origin) {
        return origin instanceof PropertySourceOrigin source && source.getOrigin() != null
                ? plain(source.getOrigin())
                : origin;
    }

    private static String file(Resource resource) {
        try {
            var here = Path.of("").toAbsolutePath();
            var file = resource.getFile().toPath().toAbsolutePath().normalize();
            return (file.startsWith(here) ? here.relativize(file) : file).toString();
        } catch (IOException e) {
            return resource.getDescription();
        }
    }
}
