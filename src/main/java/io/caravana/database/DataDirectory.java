package io.caravana.database;

import io.caravana.error.StartException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The files of the embedded server.
 *
 * @param root Caravana's data directory
 * @param cluster PostgreSQL's own data directory
 * @param program where PostgreSQL's program files are unpacked
 */
record DataDirectory(Path root, Path cluster, Path program) {

    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    static DataDirectory at(Path root) {
        Path absolute = root.toAbsolutePath().normalize();
        return new DataDirectory(absolute, absolute.resolve("postgres"), absolute.resolve("postgres-program"));
    }

    Path lock() {
        return root.resolve("caravana.lock");
    }

    /** Empty when another process, or another part of this one, owns it. */
    Optional<ProcessLock> tryOwn() {
        return ProcessLock.tryAcquire(
                lock(),
                "Start Caravana as the user who owns the data directory,"
                        + " or set CARAVANA_DATA_DIR to another directory on a local disk.");
    }

    Path log() {
        return root.resolve("postgres.log");
    }

    /** Makes what is missing, readable by nobody else. */
    void prepare() {
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root, permissions("rwx------"));
            }
            makePrivate(cluster);
            // the unpacking leaves a world-writable directory inside: nobody else may reach it
            makePrivate(program);
            createPrivateFile(log());
        } catch (IOException e) {
            throw new StartException(
                    "The data directory " + root + " cannot be used: " + e,
                    "Make it writable for the user " + System.getProperty("user.name")
                            + ", or set CARAVANA_DATA_DIR to a directory that is.",
                    e);
        }
    }

    /** The server's last words, for an error message. */
    String lastLogLines() {
        try {
            List<String> lines = Files.readAllLines(log());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
        } catch (IOException e) {
            return "(" + log() + " cannot be read: " + e + ")";
        }
    }

    static FileAttribute<?>[] permissions(String mode) {
        return POSIX
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }

    private static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(directory, permissions("rwx------"));
        if (POSIX) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private static void createPrivateFile(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, permissions("rw-------"));
        }
    }
}
