package io.caravana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jars of the tests' own class path, read with the index and as Java reads them. */
class JarIndexTest {

    private static final URLClassLoader PLAIN = new URLClassLoader(
            Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(path -> path.endsWith(".jar"))
                    .map(JarIndexTest::url)
                    .toArray(URL[]::new),
            ClassLoader.getPlatformClassLoader());

    private final JarIndex index = new JarIndex(PLAIN);

    private static URL url(String jar) {
        try {
            return new URL("jar:" + Path.of(jar).toUri() + "!/");
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "META-INF/spring.factories",
                "META-INF/MANIFEST.MF",
                "META-INF/services/java.sql.Driver",
                "META-INF/services",
                "META-INF/",
                "META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports",
                "META-INF/services/org/apache/camel/TypeConverterLoader",
                "org/springframework/core",
                "org/springframework/core/",
                "org/springframework/core/Ordered.class",
                "org",
                "nothing/of/this/kind.txt",
                "nothing"
            })
    void the_same_resources_are_found_in_the_same_order(String name) throws Exception {
        assertThat(Collections.list(index.getResources(name)).stream().map(JarIndexTest::jar))
                .containsExactlyElementsOf(Collections.list(PLAIN.getResources(name)).stream()
                        .map(JarIndexTest::jar)
                        .toList());
        if (PLAIN.getResource(name) == null) {
            assertThat(index.getResource(name)).isNull();
        } else {
            assertThat(jar(index.getResource(name))).isEqualTo(jar(PLAIN.getResource(name)));
        }
    }

    @Test
    void a_resource_has_the_content_of_the_first_jar_that_has_it() throws Exception {
        var name = "META-INF/services/java.sql.Driver";
        try (var found = index.getResourceAsStream(name)) {
            assertThat(new String(found.readAllBytes(), StandardCharsets.UTF_8)).contains("org.postgresql.Driver");
        }
    }

    private static String jar(URL resource) {
        return resource.toString().replaceFirst("!.*", "").replaceFirst(".*/", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.core.Ordered",
                "org.postgresql.Driver",
                "com.fasterxml.jackson.databind.ObjectMapper",
                "org.apache.camel.CamelContext"
            })
    void a_class_comes_from_the_same_place_with_the_same_version(String name) throws Exception {
        var found = index.loadClass(name);
        var expected = PLAIN.loadClass(name);
        assertThat(found.getClassLoader()).isSameAs(index);
        assertThat(jar(found.getProtectionDomain().getCodeSource().getLocation()))
                .isEqualTo(jar(expected.getProtectionDomain().getCodeSource().getLocation()));
        assertThat(found.getPackage().getImplementationVersion())
                .isEqualTo(expected.getPackage().getImplementationVersion());
    }

    @Test
    void a_class_that_no_jar_has_is_not_found() {
        assertThatThrownBy(() -> index.loadClass("org.springframework.core.Nothing"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void a_loader_that_is_not_spring_boots_stays() {
        assertThat(JarIndex.inPlaceOf(PLAIN)).isSameAs(PLAIN);
    }
}
