package io.caravana.database;

import io.caravana.error.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A file that one process holds at a time; the system frees it when that process dies. */
final class ProcessLock implements AutoCloseable {

    // Closing any channel on the file frees this JVM's lock on POSIX systems, so a held file is not even opened again.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private ProcessLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Empty when another process, or another part of this one, holds it.
     *
     * @param file in a directory that exists
     * @param action what helps if the file cannot be used
     */
    static Optional<ProcessLock> tryAcquire(Path file, String action) {
        try {
            return tryAcquire(file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName()));
        } catch (IOException e) {
            throw new StartException("The lock file " + file + " cannot be used: " + e, action, e);
        }
    }

    /** @param file as the one name that this JVM knows it by, whatever links lead to it */
    private static Optional<ProcessLock> tryAcquire(Path file) throws IOException {
        if (!HELD.add(file)) {
            return Optional.empty();
        }
        Optional<ProcessLock> lock = Optional.empty();
        try {
            lock = tryLock(file);
            return lock;
        } finally {
            if (lock.isEmpty()) {
                HELD.remove(file);
            }
        }
    }

    private static Optional<ProcessLock> tryLock(Path file) throws IOException {
        var channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                DataDirectory.permissions("rw-------"));
        if (channel.tryLock() == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(new ProcessLock(file, channel));
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not free " + file, e);
        } finally {
            HELD.remove(file);
        }
    }
}
