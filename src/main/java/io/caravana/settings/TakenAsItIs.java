package io.caravana.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.ConfigTreePropertySource;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.SystemEnvironmentOrigin;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.InputStreamSource;

/**
 * Takes environment variables, and the files of a {@code configtree:}, as they are. Spring would replace a
 * <code>${…}</code> in a value and drop a backslash before it: a password would arrive changed. In YAML files both mean what
 * they do in Spring.
 */
class TakenAsItIs implements EnvironmentPostProcessor, Ordered {

    /** What Spring would read as the begin of a placeholder, with the backslashes that would escape it. */
    private static final Pattern BEGIN = Pattern.compile("(\\\\*)\\$(?=\\{)");

    // defaults of placeholders that nobody sets: what they become is not looked at again
    private static final String BACKSLASH = "${as-it-is:\\}";
    private static final String DOLLAR = "${as-it-is:$}";

    private static final Pattern OURS = Pattern.compile("(?i)(servicenow|database|caravana|server|spring)[_.].*");
    private static final Pattern ONE_LINE = Pattern.compile("([^\\n]*?)\\r?\\n");
    private static final char UNREADABLE = '\ufffd';

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 1;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        var sources = environment.getPropertySources();
        for (var source : sources.stream().toList()) {
            if (source instanceof SystemEnvironmentPropertySource variables && !(source instanceof Variables)) {
                sources.replace(source.getName(), new Variables(variables));
            } else if (source instanceof ConfigTreePropertySource files) {
                sources.replace(source.getName(), new Files(files));
            }
        }
    }

    private static String literal(String text) {
        return BEGIN.matcher(text)
                .replaceAll(begin ->
                        Matcher.quoteReplacement(BACKSLASH.repeat(begin.group(1).length()) + DOLLAR));
    }

    private static WrongSettingsException unreadable(String name, String advice) {
        return new WrongSettingsException(
                List.of("%s: it holds characters that cannot be read; %s".formatted(name, advice)));
    }

    /** The process's environment. Boot reads its map, so that the values in there have to be the right ones. */
    private static final class Variables extends SystemEnvironmentPropertySource implements OriginLookup<String> {

        Variables(SystemEnvironmentPropertySource variables) {
            super(variables.getName(), literal(variables.getSource()));
        }

        private static Map<String, Object> literal(Map<String, Object> variables) {
            var literal = new HashMap<String, Object>();
            variables.forEach((name, value) -> literal.put(name, literal(name, value.toString())));
            return literal;
        }

        private static String literal(String name, String value) {
            // Java reads variables in the character set of the process, and has lost what is not in it
            if (OURS.matcher(name).matches() && value.indexOf(UNREADABLE) >= 0) {
                throw unreadable(name, "set LC_ALL=C.UTF-8, or put the value into a file (configtree:)");
            }
            // a whole document, whose language is Spring's
            return name.equals("SPRING_APPLICATION_JSON") ? value : TakenAsItIs.literal(value);
        }

        @Override
        public Origin getOrigin(String key) {
            return getSource().containsKey(key) ? new SystemEnvironmentOrigin(key) : null;
        }
    }

    /** A folder with a file for each value, in UTF-8 whatever the character set of the process is. The end of a line does not count. */
    private static final class Files extends EnumerablePropertySource<Map<String, ?>> implements OriginLookup<String> {
        private final ConfigTreePropertySource files;

        Files(ConfigTreePropertySource files) {
            super(files.getName(), Map.of());
            this.files = files;
        }

        @Override
        public String[] getPropertyNames() {
            return files.getPropertyNames();
        }

        @Override
        public Object getProperty(String name) {
            var file = (InputStreamSource) files.getProperty(name);
            if (file == null) {
                return null;
            }
            try (var content = file.getInputStream()) {
                var text = new String(content.readAllBytes(), StandardCharsets.UTF_8);
                if (text.indexOf(UNREADABLE) < 0) {
                    var line = ONE_LINE.matcher(text);
                    return literal(line.matches() ? line.group(1) : text);
                }
                if (OURS.matcher(name).matches()) {
                    throw unreadable("the file " + name, "it has to be text in UTF-8");
                }
                // a key store that lies beside the secrets
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Origin getOrigin(String key) {
            return files.getOrigin(key);
        }
    }
}
