package io.caravana;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.CodeSource;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The class path of Spring Boot's jar, with an index of the folders in each nested jar. Boot's own loader asks all 180 jars for
 * every class and resource until one has it, which takes more than half of a start (docs/performance.md).
 */
final class JarIndex extends URLClassLoader {

    private static final Pattern OF_A_VERSION = Pattern.compile("META-INF/versions/\\d+/?");

    static {
        registerAsParallelCapable();
    }

    private record Jar(URL url, JarFile file) {

        static Jar at(URL url) {
            try {
                return new Jar(url, ((JarURLConnection) url.openConnection()).getJarFile());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        URL find(String name) {
            try {
                return name.isEmpty() || file.getEntry(name) != null ? new URL(url, name) : null;
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    /** The jars that have something in a folder, in the order of the class path. */
    private final Map<String, List<Jar>> jars = new HashMap<>();

    JarIndex(URLClassLoader boot) {
        super(boot.getURLs(), boot.getParent());
        Stream.of(getURLs()).map(Jar::at).forEach(this::add);
    }

    /** The loader in place of the one that Spring Boot's launcher has made; empty where it has made none. */
    static ClassLoader inPlaceOf(ClassLoader loader) {
        var isLaunched = loader.getClass().getName().startsWith("org.springframework.boot.loader.launch.");
        return isLaunched && loader instanceof URLClassLoader boot ? new JarIndex(boot) : loader;
    }

    private void add(Jar jar) {
        add("", jar);
        var last = "";
        for (var entries = jar.file.entries(); entries.hasMoreElements(); ) {
            var folder = folder(entries.nextElement().getName());
            if (!folder.equals(last)) {
                addWithParents(folder, jar);
                addWithParents(OF_A_VERSION.matcher(folder).replaceFirst(""), jar);
                last = folder;
            }
        }
    }

    private void addWithParents(String folder, Jar jar) {
        for (var parent = folder; !parent.isEmpty(); parent = folder(parent)) {
            add(parent, jar);
        }
    }

    private void add(String folder, Jar jar) {
        var found = jars.computeIfAbsent(folder, name -> new ArrayList<>());
        if (found.isEmpty() || found.get(found.size() - 1) != jar) {
            found.add(jar);
        }
    }

    /** What a file or a folder is in. */
    private static String folder(String name) {
        var end = name.lastIndexOf('/', name.length() - 2);
        return end < 0 ? "" : name.substring(0, end);
    }

    private List<Jar> thatMayHave(String name) {
        return jars.getOrDefault(folder(name), List.of());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        var path = name.replace('.', '/') + ".class";
        for (var jar : thatMayHave(path)) {
            var entry = jar.file.getJarEntry(path);
            if (entry != null) {
                try (var content = jar.file.getInputStream(entry)) {
                    definePackage(name, jar);
                    var bytes = content.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length, new CodeSource(jar.url, (Certificate[]) null));
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        }
        throw new ClassNotFoundException(name);
    }

    private void definePackage(String className, Jar jar) throws IOException {
        var end = className.lastIndexOf('.');
        if (end > 0 && getDefinedPackage(className.substring(0, end)) == null) {
            var manifest = Objects.requireNonNullElseGet(jar.file.getManifest(), Manifest::new);
            try {
                definePackage(className.substring(0, end), manifest, jar.url);
            } catch (IllegalArgumentException e) {
                // another thread was first, which comes to the same
            }
        }
    }

    @Override
    public URL findResource(String name) {
        return found(name).findFirst().orElse(null);
    }

    @Override
    public Enumeration<URL> findResources(String name) {
        return Collections.enumeration(found(name).toList());
    }

    private Stream<URL> found(String name) {
        return thatMayHave(name).stream().map(jar -> jar.find(name)).filter(Objects::nonNull);
    }
}
