package io.caravana.settings;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Secrets with characters that mean something to Spring, Camel, YAML, URLs, shells, SQL or regular expressions. */
public final class Awkward {

    private static final List<String> SECRETS = List.of(
            "x${SERVICENOW_USERNAME}y",
            "a:b\\\\${b}",
            "a\\${b}",
            "\\\\\\${b}c${d",
            "${",
            "${}",
            "${:}",
            "${SERVICENOW_PASSWORD}",
            "${a:${b}}",
            "${a\\:b}",
            "$$",
            "$1\\1",
            "${x\\}",
            "#{1}",
            "#{systemProperties['user.name']}",
            "{{x}}",
            "{noop}x",
            "{bcrypt",
            "%41",
            "%s%n",
            "a=b&c=d#e?f+g h",
            "trailing blanks  ",
            "  leading blanks",
            "a\ttab",
            "'single'",
            "\"double\"",
            "back\\slash\\",
            "RAW(x)",
            "@x@",
            "a,b;c",
            "null",
            "0x10",
            "~",
            "&amp;<x>",
            "pa:ss:word");

    private static final List<String> BEYOND_ASCII = List.of("größe", "senha-ção", "€", "漢字", "😀", "e\u0301");

    private Awkward() {}

    public static Stream<String> secrets() {
        return Stream.concat(SECRETS.stream(), BEYOND_ASCII.stream());
    }

    /** Those that can stand in a header of HTTP: no more than ASCII, no tabs, and no blanks around. */
    public static Stream<String> headerValues() {
        return SECRETS.stream().filter(secret -> secret.equals(secret.strip()) && !secret.contains("\t"));
    }

    /** Makes it the environment of a process with these variables. */
    public static void variables(ConfigurableEnvironment environment, Map<String, String> variables) {
        var name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
        environment
                .getPropertySources()
                .replace(name, new SystemEnvironmentPropertySource(name, new HashMap<>(variables)));
        new TakenAsItIs().postProcessEnvironment(environment, new SpringApplication());
    }
}
