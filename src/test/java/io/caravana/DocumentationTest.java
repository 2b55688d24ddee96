package io.caravana;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a reader of the documentation follows exists. */
class DocumentationTest {

    private static final Path ROOT = Path.of("").toAbsolutePath();
    private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+)$");
    private static final Pattern ROUTE_ID = Pattern.compile("(?m)^ +id: ([a-z-]+)$");
    private static final Pattern PICTURE = Pattern.compile("(?s)```mermaid\n(.*?)```");
    private static final Pattern ROUTE_IN_PICTURE = Pattern.compile("\\[\"([a-z]+(?:-[a-z]+)+)[\"<]");
    private static final Pattern INDEXED = Pattern.compile("\\]\\(([a-z-]+\\.md)\\)");

    @Test
    void every_link_leads_to_a_file_or_a_heading() {
        var pages = pages();
        assertThat(pages).hasSizeGreaterThan(20);
        assertThat(pages)
                .allSatisfy(page -> assertThat(links(page))
                        .allSatisfy(link -> assertThat(leadsSomewhere(page, link))
                                .as("%s links to %s", ROOT.relativize(page), link)
                                .isTrue()));
    }

    @Test
    void the_index_has_every_page() throws IOException {
        var indexed = INDEXED.matcher(read(ROOT.resolve("docs/README.md")))
                .results()
                .map(found -> found.group(1))
                .collect(toSet());
        try (var files = Files.list(ROOT.resolve("docs"))) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".md") && !name.equals("README.md")))
                    .allSatisfy(name -> assertThat(indexed).contains(name));
        }
    }

    @Test
    void the_readme_is_short_and_its_picture_has_routes_that_exist() throws IOException {
        var readme = read(ROOT.resolve("README.md"));
        assertThat(readme.lines()).hasSizeLessThanOrEqualTo(150);
        var picture = PICTURE.matcher(readme);
        assertThat(picture.find()).isTrue();
        var shown = ROUTE_IN_PICTURE
                .matcher(picture.group(1))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(shown).hasSizeGreaterThan(5);
        assertThat(routes()).containsAll(shown);
    }

    private static Set<String> routes() throws IOException {
        try (var files = Files.walk(ROOT.resolve("routes"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .flatMap(file -> ROUTE_ID.matcher(read(file)).results().map(found -> found.group(1)))
                    .collect(toSet());
        }
    }

    private static List<Path> pages() {
        return Stream.of(".", "docs", "docs/decisions")
                .map(ROOT::resolve)
                .flatMap(folder -> {
                    try (var files = Files.list(folder)) {
                        return files.filter(file -> file.toString().endsWith(".md")).toList().stream();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .map(Path::normalize)
                .toList();
    }

    private static List<String> links(Path page) {
        return LINK.matcher(prose(page))
                .results()
                .map(found -> found.group(1))
                .filter(link -> !link.matches("[a-z]+:.*"))
                .toList();
    }

    private static boolean leadsSomewhere(Path page, String link) {
        var parts = link.split("#", 2);
        var target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
    }

    /** As GitHub makes them: small letters, without punctuation, hyphens for blanks, numbered where they repeat. */
    private static Set<String> anchors(Path page) {
        var anchors = new HashSet<String>();
        HEADING.matcher(prose(page)).results().map(DocumentationTest::anchor).forEach(anchor -> {
            var name = anchor;
            for (int number = 1; !anchors.add(name); number++) {
                name = anchor + "-" + number;
            }
        });
        return anchors;
    }

    private static String anchor(MatchResult heading) {
        return heading.group(1)
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    private static String prose(Path page) {
        return FENCED.matcher(read(page)).replaceAll("");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
