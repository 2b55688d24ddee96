package io.caravana.database;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Looks for a port that nobody listens on, on any address that "localhost" can mean. */
final class FreePort {

    private static final int TRIES = 100;

    private FreePort() {}

    /** The wished one, or the first free one after it. */
    static int from(int wished) {
        for (int port = wished; port < wished + TRIES && port <= 65_535; port++) {
            if (isFree(port)) {
                return port;
            }
        }
        throw new DatabaseStartException(
                "No free port for the embedded PostgreSQL from " + wished + " on.",
                "Set caravana.database.embedded.port to a range that is free.");
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
