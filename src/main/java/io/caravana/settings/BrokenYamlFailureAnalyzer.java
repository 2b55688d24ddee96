package io.caravana.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.StandardEnvironment;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/** Says which file cannot be read as YAML: the parser only knows the line. */
class BrokenYamlFailureAnalyzer extends AbstractFailureAnalyzer<MarkedYAMLException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, MarkedYAMLException cause) {
        var mark = cause.getProblemMark();
        var folder = Path.of(new StandardEnvironment().resolvePlaceholders("${CARAVANA_CONFIG_DIR:./config}"));
        var file = Stream.of("application.yaml", "tables.yaml")
                .map(folder::resolve)
                .filter(BrokenYamlFailureAnalyzer::isBroken)
                .findFirst()
                .map(path -> path.normalize().toString())
                .orElse("A configuration file");
        return new FailureAnalysis(
                "%s, line %d: %s%n%n%s"
                        .formatted(
                                file,
                                mark.getLine() + 1,
                                cause.getProblem(),
                                mark.get_snippet().stripTrailing()),
                "Correct the line, or the one before it: the file is not YAML.",
                cause);
    }

    private static boolean isBroken(Path file) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try (var reader = Files.newBufferedReader(file)) {
            new Yaml(new SafeConstructor(options)).loadAll(reader).forEach(document -> {});
            return false;
        } catch (YAMLException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
