package io.caravana.database;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Looks for a port that nobody listens on, on any address that "localhost" can mean. */
public final class FreePort {

    private static final int TRIES = 100;

    /** Held until the process ends. */
    private static final List<FileLock> CLAIMS = new ArrayList<>();

    private FreePort() {}

    /**
     * The wished one, or the first one after it, that nobody listens on and no other Caravana of this user is about to: two
     * that look at the same time find two.
     */
    public static synchronized int claim(int wished) {
        int port = from(wished);
        while (!isClaimed(port)) {
            port = from(port + 1);
        }
        return port;
    }

    private static boolean isClaimed(int port) {
        var file = Path.of(
                System.getProperty("java.io.tmpdir"),
                "caravana-%s-port-%d.lock".formatted(System.getProperty("user.name"), port));
        try {
            var lock = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .tryLock();
            if (lock != null) {
                CLAIMS.add(lock);
            }
            return lock != null;
        } catch (IOException | OverlappingFileLockException e) {
            return false;
        }
    }

    /** The wished one, or the first free one after it. */
    static int from(int wished) {
        for (int port = wished; port < wished + TRIES && port <= 65_535; port++) {
            if (isFree(port)) {
                return port;
            }
        }
        throw new DatabaseStartException(
                "There is no free port from " + wished + " on.",
                "Set caravana.database.embedded.port, or SERVER_PORT, to one that is free.");
    }

    private static boolean isFree(int port) {
        try {
            for (InetAddress address : InetAddress.getAllByName("localhost")) {
                try (var socket = new ServerSocket()) {
                    socket.bind(new InetSocketAddress(address, port));
                }
            }
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
