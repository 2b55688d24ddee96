package io.caravana.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/** Every secret that can be set, given in every way, with nothing started. */
class TakenAsItIsTest {

    private static final List<String> OF_SPRING = List.of(
            "spring.security.user.password",
            "spring.ssl.bundle.jks.instance.truststore.password",
            "spring.ssl.bundle.jks.instance.keystore.password",
            "spring.security.oauth2.client.registration.house.client-secret");

    private static final Map<String, String> DOCUMENTED = documented();

    static class Nothing {}

    @TempDir
    Path folder;

    static Stream<String> secrets() {
        return Awkward.secrets();
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void a_secret_in_a_variable_arrives_as_it_is(String secret) {
        var variables = new HashMap<String, String>();
        keys().forEach(key -> variables.put(variable(key), secret));
        assertArrived(started(variables), keys(), secret);
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void a_secret_in_a_variable_of_the_documentation_arrives_as_it_is(String secret) {
        var keys = DOCUMENTED;
        var variables = new HashMap<String, String>();
        keys.values().forEach(name -> variables.put(name, secret));
        assertThat(keys).hasSizeGreaterThan(8);
        assertArrived(started(variables), keys.keySet().stream().toList(), secret);
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void a_secret_in_a_file_arrives_as_it_is(String secret) throws IOException {
        for (var key : keys()) {
            Files.writeString(folder.resolve(DOCUMENTED.getOrDefault(key, key)), secret + "\n");
        }
        assertArrived(started(Map.of("SPRING_CONFIG_IMPORT", "configtree:" + folder + "/")), keys(), secret);
    }

    @Test
    void the_lines_of_a_certificate_stay_and_only_the_end_of_a_single_line_goes() throws IOException {
        var certificate = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n";
        Files.writeString(folder.resolve("SERVICENOW_USERNAME"), certificate);
        Files.writeString(folder.resolve("SERVICENOW_PASSWORD"), "x \r\n");
        var environment = started(Map.of("SPRING_CONFIG_IMPORT", "configtree:" + folder + "/"));
        assertThat(environment.getProperty("SERVICENOW_USERNAME")).isEqualTo(certificate);
        assertThat(environment.getProperty("SERVICENOW_PASSWORD")).isEqualTo("x ");
    }

    @Test
    void a_variable_that_java_could_not_read_stops_the_start_and_a_foreign_one_does_not() {
        // what LC_ALL=C makes of anything beyond ASCII
        assertThatThrownBy(() -> started(Map.of("SERVICENOW_PASSWORD", "gr\ufffd\ufffd\ufffd")))
                .isInstanceOf(WrongSettingsException.class)
                .hasMessage(
                        "SERVICENOW_PASSWORD: it holds characters that cannot be read; set LC_ALL=C.UTF-8, or put the value into a file (configtree:)");
        started(Map.of("EDITOR", "\ufffd"));
    }

    @Test
    void a_secret_in_another_character_set_stops_the_start_and_a_key_store_beside_it_does_not() throws IOException {
        Files.write(folder.resolve("trust.p12"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        var tree = Map.of("SPRING_CONFIG_IMPORT", "configtree:" + folder + "/");
        started(tree);
        Files.write(folder.resolve("DATABASE_PASSWORD"), "größe".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> started(tree).getProperty("DATABASE_PASSWORD"))
                .isInstanceOf(WrongSettingsException.class)
                .hasMessage(
                        "the file DATABASE_PASSWORD: it holds characters that cannot be read; it has to be text in UTF-8");
    }

    private static ConfigurableEnvironment started(Map<String, String> variables) {
        var environment = new StandardEnvironment();
        var name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
        environment
                .getPropertySources()
                .replace(name, new SystemEnvironmentPropertySource(name, new HashMap<>(variables)));
        try (var application = new SpringApplicationBuilder(Nothing.class)
                .web(WebApplicationType.NONE)
                .properties("spring.config.location=classpath:/", "logging.level.root=off")
                .environment(environment)
                .run()) {
            return application.getEnvironment();
        }
    }

    private static void assertArrived(ConfigurableEnvironment environment, List<String> keys, String secret) {
        assertThat(keys).allSatisfy(key -> {
            assertThat(environment.getProperty(key)).as(key).isEqualTo(secret);
            assertThat(Binder.get(environment).bind(key, String.class).get())
                    .as(key)
                    .isEqualTo(secret);
        });
    }

    private static String variable(String key) {
        return key.replace("[", "_")
                .replace("]", "")
                .replace(".", "_")
                .replace("-", "")
                .toUpperCase();
    }

    /** Every key of ours that is a secret, and those of Spring that the documentation names. */
    private static List<String> keys() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        var ours = scanner.findCandidateComponents("io.caravana").stream()
                .map(bean -> ClassUtils.resolveClassName(bean.getBeanClassName(), null))
                .flatMap(type -> Setting.of(type).stream())
                .filter(Setting::isSecret)
                .map(Setting::key)
                .filter(key -> !key.startsWith("caravana.simulator."))
                .distinct();
        return Stream.concat(ours, OF_SPRING.stream()).toList();
    }

    /** The variables that application.yaml names, by the key that they are for. */
    private static Map<String, String> documented() {
        var named = new HashMap<String, String>();
        var bare = new SpringApplicationBuilder(Nothing.class).web(WebApplicationType.NONE);
        try (var application = bare.properties("spring.config.location=classpath:/", "logging.level.root=off")
                .run()) {
            for (var key : keys()) {
                application.getEnvironment().getPropertySources().stream()
                        .map(source -> source.getProperty(key))
                        .filter(value -> value != null)
                        .map(value -> Pattern.compile("\\$\\{([A-Z_]+):}").matcher(value.toString()))
                        .filter(variable -> variable.matches())
                        .findFirst()
                        .ifPresent(variable -> named.put(key, variable.group(1)));
            }
        }
        return named;
    }
}
