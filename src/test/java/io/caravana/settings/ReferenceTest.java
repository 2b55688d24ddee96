package io.caravana.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.config.YamlProcessor.MatchStatus;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * Keeps the page of all settings, and the schema that editors read, equal to what the records say of themselves. Both are
 * written anew with {@code -Dupdate.reference=true}.
 */
class ReferenceTest {

    private static final Path PAGE = Path.of("docs/configuration.md");
    private static final java.util.regex.Pattern VARIABLE =
            java.util.regex.Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*):([^}]*)}");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private final Properties shipped = shipped();

    /** A file with one list, whose entries editors complete by a schema. */
    enum Entries {
        TABLES("The tables that Caravana carries"),
        EVENTS("Which changes are events of which type");

        private final String title;

        Entries(String title) {
            this.title = title;
        }

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        Path file() {
            return Path.of("config", key() + ".yaml");
        }

        Path schema() {
            return Path.of("config", key() + ".schema.json");
        }
    }

    @Test
    void the_page_is_what_the_code_says() throws IOException {
        assertCurrent(PAGE, page());
    }

    @ParameterizedTest
    @EnumSource
    void the_schema_is_what_the_code_says(Entries entries) throws IOException {
        assertCurrent(entries.schema(), JSON.writeValueAsString(schema(entries)) + "\n");
    }

    @Test
    void a_default_that_the_application_repeats_is_the_same() {
        assertThat(settings()).allSatisfy(setting -> {
            var repeated = shipped.getProperty(setting.key());
            if (repeated != null && !VARIABLE.matcher(repeated).matches()) {
                assertThat(repeated).as(setting.key()).isEqualTo(setting.defaultValue());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void the_shipped_entries_follow_the_schema(Entries entries) throws IOException {
        var shippedEntries = Files.readString(entries.file());
        assertThat(shippedEntries)
                .startsWith(
                        "# yaml-language-server: $schema=" + entries.schema().getFileName());
        assertThat(problems(entries, shippedEntries)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{source: incident, job: incidents, widow-column: opened_at}",
                "{source: incident, job: incidents, display-values: al}",
                "{source: incident, job: incidents, page-size: 20000}",
                "{source: incident, job: incidents, enabled: maybe}",
                "{source: Incident, job: incidents}",
                "{source: incident, job: incidents, fields: number}",
                "{job: incidents}",
                "{source: incident}"
            })
    void a_mistake_in_an_entry_does_not_follow_the_schema(String entry) throws IOException {
        assertThat(problems(Entries.TABLES, "caravana: {tables: [%s]}".formatted(entry)))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{type: done, tables: [incident], column: [state]}",
                "{type: done, tables: []}",
                "{type: Done, tables: [incident]}",
                "{type: done, tables: [incident], columns: state}",
                "{type: done, tables: [incident], reaches: many}",
                "{tables: [incident]}"
            })
    void a_mistake_in_an_event_does_not_follow_the_schema(String entry) throws IOException {
        assertThat(problems(Entries.EVENTS, "caravana: {events: [%s]}".formatted(entry)))
                .hasSize(1);
    }

    private static Set<ValidationMessage> problems(Entries entries, String yaml) throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                .getSchema(Files.readString(entries.schema()))
                .validate(YAML.readTree(yaml));
    }

    private static void assertCurrent(Path file, String current) throws IOException {
        if (Boolean.getBoolean("update.reference")) {
            Files.writeString(file, current);
        }
        assertThat(Files.readString(file))
                .as("%s; ./mvnw test -Dtest=ReferenceTest -Dupdate.reference=true writes it anew", file)
                .isEqualTo(current);
    }

    private String page() throws IOException {
        var sections = new LinkedHashMap<String, List<Setting>>();
        for (var setting : settings()) {
            if (!setting.hasEntries()) {
                sections.computeIfAbsent(section(setting), key -> new ArrayList<>())
                        .add(setting);
            }
        }
        var page = new StringBuilder("""
                # Configuration

                Every setting. The code contains these descriptions; `./mvnw test -Dtest=ReferenceTest -Dupdate.reference=true` writes this page.

                Put your settings into `application.yaml`, `tables.yaml`, `events.yaml` and `sla-rules.yaml`, in the folder `config` or
                `CARAVANA_CONFIG_DIR`. `application.yaml` may also contain any key of Spring Boot or Camel. If the last column has a variable, it sets the key unless a file does: use it
                for secrets. A variable can set every other key too, in capital letters, with `_` for a dot and without hyphens, such as
                `CARAVANA_SERVICENOW_RATELIMIT`; it wins over the files.

                An unknown key below `caravana`, or a wrong value, stops the start. The message names the file, the line, the key and what would
                be right. Only misspelt names of variables go unnoticed. Editors that support JSON Schema complete `tables.yaml`
                and `events.yaml` with the schemas beside them.
                """);
        for (var section : sections.entrySet()) {
            page.append("\n## `%s`\n\n| key | meaning | takes | default | variable |\n|---|---|---|---|---|\n"
                    .formatted(section.getKey()));
            for (var setting : section.getValue()) {
                page.append(row(setting));
            }
        }
        page.append("\n## Beside `caravana`\n\n| variable | sets | default |\n|---|---|---|\n");
        shipped.stringPropertyNames().stream()
                .filter(key -> !key.startsWith("caravana."))
                .sorted()
                .flatMap(key -> VARIABLE.matcher(shipped.getProperty(key))
                        .results()
                        .map(found -> "| `%s` | `%s` | `%s` |\n"
                                .formatted(found.group(1), key.replaceFirst("\\[\\d+]$", ""), found.group(2))))
                .distinct()
                .forEach(page::append);
        return page.toString();
    }

    private static String section(Setting setting) {
        return setting.key().substring(0, setting.key().lastIndexOf('.')).replace("[0]", "[]");
    }

    private String row(Setting setting) throws IOException {
        var variable = variable(setting);
        var standard = variable.map(found -> found.group(2)).orElse(setting.defaultValue());
        return "| `%s` | %s | %s | %s | %s |\n"
                .formatted(
                        setting.key().substring(setting.key().lastIndexOf('.') + 1),
                        description(setting),
                        setting.takes(),
                        setting.isRequired() ? "required" : standard.isEmpty() ? "" : "`" + standard + "`",
                        variable.map(found -> "`" + found.group(1) + "`").orElse(""));
    }

    private Optional<MatchResult> variable(Setting setting) {
        return VARIABLE.matcher(shipped.getProperty(setting.key(), ""))
                .results()
                .findFirst();
    }

    /** The sentence in the source: javadoc is not there any more at run time. */
    private static String description(Setting setting) throws IOException {
        var owner = setting.component().getDeclaringRecord();
        var file = ClassUtils.getUserClass(owner)
                        .getName()
                        .replaceFirst("\\$.*", "")
                        .replace('.', '/') + ".java";
        var source = Files.readString(Path.of("src/main/java", file));
        var declared = source.indexOf("record " + owner.getSimpleName() + "(");
        var comment = source.substring(source.lastIndexOf("/**", declared), declared);
        var sentence = java.util.regex.Pattern.compile(
                        "@param " + setting.component().getName() + "\\b(.*?)(?=@param|\\*/)",
                        java.util.regex.Pattern.DOTALL)
                .matcher(comment)
                .results()
                .findFirst()
                .map(found -> found.group(1)
                        .replaceAll("\\s*\\n\\s*\\*\\s*", " ")
                        .replaceAll("\\{@code ([^}]*)}", "`$1`")
                        .strip())
                .orElse("");
        assertThat(sentence).as("the sentence for " + setting.key()).isNotEmpty();
        return sentence;
    }

    private ObjectNode schema(Entries entries) throws IOException {
        var entry = JSON.createObjectNode().put("type", "object").put("additionalProperties", false);
        var properties = entry.putObject("properties");
        var required = entry.putArray("required");
        for (var setting : settings()) {
            var prefix = "caravana.%s[0].".formatted(entries.key());
            if (setting.key().startsWith(prefix)) {
                var name = setting.key().substring(prefix.length());
                properties.set(name, schema(setting));
                if (setting.isRequired()) {
                    required.add(name);
                }
            }
        }
        var list = JSON.createObjectNode().put("type", "array").put("minItems", 1);
        list.set("items", entry);
        return object("$schema", "http://json-schema.org/draft-07/schema#")
                .put("title", entries.title)
                .setAll(below("caravana", below(entries.key(), list)));
    }

    private static ObjectNode below(String key, ObjectNode value) {
        var object = object("type", "object").put("additionalProperties", false);
        object.putObject("properties").set(key, value);
        object.putArray("required").add(key);
        return object;
    }

    private static ObjectNode schema(Setting setting) throws IOException {
        var schema = object("description", description(setting).replace("`", ""));
        if (setting.isList()) {
            schema.put("type", "array")
                    .putObject("items")
                    .put("type", "string")
                    .put("description", setting.entryTakes());
        } else if (setting.takes().equals("true or false")) {
            schema.put("type", "boolean");
        } else if (setting.isWhole()) {
            schema.put("type", "integer");
        } else if (setting.isDecimal()) {
            schema.put("type", "number");
            setting.annotation(DecimalMin.class)
                    .ifPresent(least -> schema.put("minimum", new BigDecimal(least.value())));
            setting.annotation(DecimalMax.class).ifPresent(most -> schema.put("maximum", new BigDecimal(most.value())));
        } else {
            schema.put("type", "string");
        }
        if (!setting.choices().isEmpty()) {
            var choices = schema.putArray("enum");
            setting.choices().forEach(choices::add);
        }
        setting.annotation(Min.class).ifPresent(least -> schema.put("minimum", least.value()));
        setting.annotation(Max.class).ifPresent(most -> schema.put("maximum", most.value()));
        setting.annotation(NotEmpty.class).ifPresent(any -> schema.put("minItems", 1));
        setting.annotation(Pattern.class).ifPresent(pattern -> schema.put("pattern", "^(" + pattern.regexp() + ")$"));
        return schema;
    }

    private static ObjectNode object(String key, String value) {
        return JSON.createObjectNode().put(key, value);
    }

    private static List<Setting> settings() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        return scanner.findCandidateComponents("io.caravana").stream()
                .map(found -> ClassUtils.resolveClassName(found.getBeanClassName(), null))
                .<Class<?>>map(type -> type)
                .filter(Class::isRecord)
                .sorted(Comparator.comparing((Class<?> type) -> type.getAnnotation(ConfigurationProperties.class)
                                .value())
                        .thenComparing(Class::getSimpleName))
                .flatMap(type -> Setting.of(type).stream())
                .toList();
    }

    private static Properties shipped() {
        var yaml = new YamlPropertiesFactoryBean();
        yaml.setResources(new FileSystemResource("src/main/resources/application.yaml"));
        yaml.setDocumentMatchers(document ->
                document.containsKey("spring.config.activate.on-profile") ? MatchStatus.NOT_FOUND : MatchStatus.FOUND);
        return yaml.getObject();
    }
}
