package io.caravana.action;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Processes that reach nothing: bubblewrap gives them namespaces of their own, in which there is {@code /usr} to read and nothing to
 * write, no network and no environment, and a seccomp filter refuses what they might get out by.
 */
@Component
class Sandbox {

    private static final Path BUBBLEWRAP = Path.of("/usr/bin/bwrap");
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final String NOBODY = "65534";

    /** The filter is opened here, as a process gets no file of ours; the frames of a program come on what is our standard output. */
    private static final String WITH_FILTER = "f=$1; shift; exec \"$@\" 3<\"$f\"";

    private static final String WITH_FRAMES = "exec \"$@\" 3>&1 1>&2";

    /** bubblewrap dies with the thread that started it, so that is one that lives as long as the process. */
    private final ExecutorService starter = Executors.newSingleThreadExecutor(task -> {
        var thread = new Thread(task, "action-starter");
        thread.setDaemon(true);
        return thread;
    });

    private final ActionProperties properties;
    private final Path folder;
    private final boolean isRoot;
    private Path filter;

    @Autowired
    Sandbox(ActionProperties properties, @Value("${caravana.data-dir}") Path folder) {
        this(properties, folder, "root".equals(System.getProperty("user.name")));
    }

    Sandbox(ActionProperties properties, Path folder, boolean isRoot) {
        this.properties = properties;
        this.folder = folder;
        this.isRoot = isRoot;
    }

    /** How much the kernel allows here. */
    enum Level {
        /** All of it: a process sees only its own processes in /proc, and nothing can make namespaces. */
        ONE,
        /** In a container whose /proc may not be mounted anew: there is no /proc. */
        TWO
    }

    /** What is missing on this machine, in a sentence; empty where nothing is. */
    Optional<String> missing() {
        if (!Files.isExecutable(BUBBLEWRAP)) {
            return Optional.of("bubblewrap is missing: install Debian's packages bubblewrap, python3 and nodejs");
        }
        if (isRoot && !Files.isExecutable(SETPRIV)) {
            return Optional.of(
                    "setpriv is missing, and as root no limit of processes holds: install Debian's package util-linux");
        }
        return SeccompFilter.of(System.getProperty("os.arch")).isEmpty()
                ? Optional.of(
                        "there is no seccomp filter for the processor %s".formatted(System.getProperty("os.arch")))
                : Optional.empty();
    }

    /** Starts a command in a sandbox; its frames come on the standard output, whatever else it writes on the error output. */
    Process start(Level level, List<String> command) throws IOException {
        var whole = new ArrayList<String>(List.of("/bin/sh", "-c", WITH_FILTER, "sh", filter().toString()));
        if (isRoot) {
            whole.addAll(List.of(SETPRIV.toString(), "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
        }
        whole.addAll(bubblewrap(level));
        whole.addAll(limits());
        whole.addAll(List.of("/bin/sh", "-c", WITH_FRAMES, "sh"));
        whole.addAll(command);
        var builder = new ProcessBuilder(whole).directory(Path.of("/").toFile());
        builder.environment().clear();
        try {
            return starter.submit(builder::start).get();
        } catch (ExecutionException e) {
            throw new IOException("bubblewrap could not be started", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private List<String> bubblewrap(Level level) {
        var options = new ArrayList<String>(List.of(
                BUBBLEWRAP.toString(),
                "--unshare-all",
                "--unshare-user",
                "--die-with-parent",
                "--new-session",
                "--cap-drop",
                "ALL"));
        options.addAll(List.of("--clearenv", "--setenv", "PATH", "/usr/bin", "--setenv", "LANG", "C.UTF-8"));
        options.addAll(List.of("--setenv", "NODE_PATH", "/libraries", "--setenv", "MALLOC_ARENA_MAX", "2"));
        options.addAll(List.of("--ro-bind", "/usr", "/usr"));
        for (var link : List.of("bin", "sbin", "lib", "lib64")) {
            options.addAll(List.of("--symlink", "usr/" + link, "/" + link));
        }
        if (!properties.libraries().isEmpty()) {
            options.addAll(List.of("--ro-bind", properties.libraries(), "/libraries"));
        }
        options.addAll(List.of("--dir", "/tmp", "--dev", "/dev"));
        if (level == Level.ONE) {
            options.addAll(List.of("--proc", "/proc", "--disable-userns"));
        }
        options.addAll(List.of("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--seccomp", "3", "--"));
        return options;
    }

    private List<String> limits() {
        return List.of(
                "/usr/bin/prlimit",
                "--cpu=" + (properties.cpu().toSeconds() + 1),
                "--data=" + properties.memory().toBytes(),
                "--nproc=" + properties.processes(),
                "--nofile=" + properties.files(),
                "--core=0",
                "--");
    }

    private synchronized Path filter() throws IOException {
        if (filter == null || !Files.exists(filter)) {
            Files.createDirectories(folder);
            var written = Files.createTempFile(folder, "action", ".bpf");
            Files.write(written, SeccompFilter.of(System.getProperty("os.arch")).orElseThrow());
            written.toFile().deleteOnExit();
            filter = written.toAbsolutePath();
        }
        return filter;
    }

    /** What a process and all that it has begun use now, and have used: memory in KiB, processor time in milliseconds. */
    record Usage(long kib, long cpuMillis) {
        static Usage of(Process process) {
            return of(process.pid());
        }

        private static Usage of(long pid) {
            try {
                var stat = Files.readString(Path.of("/proc/%d/stat".formatted(pid)));
                var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                long ticks = 0;
                for (int index = 11; index <= 14; index++) {
                    ticks += Long.parseLong(fields[index]);
                }
                // 100 ticks a second: the kernel's interface has no others on these processors
                var usage = new Usage(memory(pid), ticks * 10);
                var children = Files.readString(Path.of("/proc/%1$d/task/%1$d/children".formatted(pid)));
                for (var child :
                        children.isBlank() ? new String[0] : children.strip().split(" ")) {
                    usage = usage.plus(of(Long.parseLong(child)));
                }
                return usage;
            } catch (IOException | RuntimeException gone) {
                return new Usage(0, 0);
            }
        }

        /** Its own and what it shares with others of the run; not the files that it has read in, which everybody shares. */
        private static long memory(long pid) throws IOException {
            long kib = 0;
            for (var line : Files.readAllLines(Path.of("/proc/%d/status".formatted(pid)))) {
                if (line.startsWith("RssAnon:") || line.startsWith("RssShmem:")) {
                    kib += Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            return kib;
        }

        private Usage plus(Usage other) {
            return new Usage(kib + other.kib, cpuMillis + other.cpuMillis);
        }
    }
}
