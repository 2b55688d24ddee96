package io.caravana.assistant;

import io.caravana.knowledge.Similarity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The runbooks: Markdown files of a folder, by their headings. A file that changes is read again. */
@Component
class Runbooks {

    private static final int MOST = 3;
    private static final int LONGEST = 1_500;

    private final Path folder;
    private final Map<Path, Read> read = new ConcurrentHashMap<>();

    Runbooks(AssistantProperties properties, @Value("${CARAVANA_CONFIG_DIR:./config}") String configuration) {
        this.folder =
                properties.runbooks().isEmpty() ? Path.of(configuration, "runbooks") : Path.of(properties.runbooks());
    }

    /** What stands below one heading. */
    record Part(String file, String heading, String text) {}

    private record Read(long modified, List<Part> parts) {}

    private record Scored(Part part, double score) {}

    /** The parts that are about something, the best first. */
    List<Part> find(String topic) {
        return parts().stream()
                .map(part ->
                        new Scored(part, Similarity.of(topic, part.heading + " " + part.heading + " " + part.text)))
                .filter(one -> one.score >= 0.3)
                .sorted(Comparator.comparingDouble(Scored::score).reversed())
                .limit(MOST)
                .map(Scored::part)
                .toList();
    }

    private List<Part> parts() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.walk(folder, 2)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .flatMap(file -> parts(file).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Part> parts(Path file) {
        try {
            var modified = Files.getLastModifiedTime(file).toMillis();
            var known = read.get(file);
            if (known == null || known.modified != modified) {
                known = new Read(modified, parse(folder.relativize(file).toString(), Files.readString(file)));
                read.put(file, known);
            }
            return known.parts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Part> parse(String file, String text) {
        var parts = new ArrayList<Part>();
        var title = "";
        for (var part : text.split("(?m)^(?=#{1,3} )")) {
            var lines = part.strip().split("\n", 2);
            if (!lines[0].startsWith("#")) {
                continue;
            }
            var heading = lines[0].replaceFirst("^#+ *", "");
            title = lines[0].startsWith("# ") ? heading : title;
            var body = lines.length == 1 ? "" : lines[1].strip();
            if (!body.isEmpty()) {
                parts.add(new Part(
                        file,
                        heading.equals(title) ? heading : title + ": " + heading,
                        body.substring(0, Math.min(LONGEST, body.length()))));
            }
        }
        return parts;
    }
}
