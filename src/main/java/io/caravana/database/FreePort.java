package io.caravana.database;

import io.caravana.error.StartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks for a port that nobody listens on, on any address that "localhost" can mean. */
public final class FreePort {

    private static final int TRIES = 100;

    /** Held until the process ends. */
    private static final List<Claim> CLAIMS = new ArrayList<>();

    private FreePort() {}

    /**
     * A port that no other Caravana of this user takes before it is closed.
     *
     * @param lock of a file that is named after the port
     */
    record Claim(int port, ProcessLock lock) implements AutoCloseable {
        @Override
        public void close() {
            lock.close();
        }
    }

    /**
     * The wished one, or the first one after it, that nobody listens on and no other Caravana of this user is about to: two
     * that look at the same time find two. It is claimed until the process ends.
     */
    public static synchronized int claim(int wished) {
        var claim = reserve(wished);
        CLAIMS.add(claim);
        return claim.port();
    }

    /** The same, claimed until it is closed: once its new owner listens on it, it needs no claim. */
    static synchronized Claim reserve(int wished) {
        for (int port = from(wished); ; port = from(port + 1)) {
            var claim = tryClaim(port);
            if (claim.isPresent() && isFree(port)) {
                return claim.get();
            }
            // its owner may have begun to listen between the look and the claim
            claim.ifPresent(Claim::close);
        }
    }

    private static Optional<Claim> tryClaim(int port) {
        var file = Path.of(
                System.getProperty("java.io.tmpdir"),
                "caravana-%s-port-%d.lock".formatted(System.getProperty("user.name"), port));
        return ProcessLock.tryAcquire(
                        file, "Make it writable for the user who starts Caravana, or set -Djava.io.tmpdir.")
                .map(lock -> new Claim(port, lock));
    }

    /** The wished one, or the first free one after it. */
    static int from(int wished) {
        for (int port = wished; port < wished + TRIES && port <= 65_535; port++) {
            if (isFree(port)) {
                return port;
            }
        }
        throw new StartException(
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
