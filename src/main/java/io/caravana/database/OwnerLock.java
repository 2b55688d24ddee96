package io.caravana.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Held by the one process that may start and stop the embedded server; the system frees it when that process dies. */
final class OwnerLock implements AutoCloseable {

    // Closing any channel on the file frees this JVM's lock on POSIX systems, so a held file is not even opened again.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private OwnerLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Empty when another process, or another part of this one, holds it. */
    static Optional<OwnerLock> tryAcquire(Path file) {
        if (!HELD.add(file)) {
            return Optional.empty();
        }
        Optional<OwnerLock> lock = Optional.empty();
        try {
            lock = tryLock(file);
            return lock;
        } catch (IOException e) {
            throw new DatabaseStartException(
                    "The lock file " + file + " cannot be used: " + e,
                    "Start Caravana as the user who owns the data directory,"
                            + " or set CARAVANA_DATA_DIR to another directory on a local disk.",
                    e);
        } finally {
            if (lock.isEmpty()) {
                HELD.remove(file);
            }
        }
    }

    private static Optional<OwnerLock> tryLock(Path file) throws IOException {
        var channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                DataDirectory.permissions("rw-------"));
        if (channel.tryLock() == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(new OwnerLock(file, channel));
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
