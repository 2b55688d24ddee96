package io.caravana.console;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.boot.autoconfigure.web.ServerProperties;

/** From where the server can be reached; loopback stands in for a sign-in on pages that change nothing secret. */
record Reach(boolean loopbackOnly, List<String> furtherHosts) {

    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

    static Reach of(ServerProperties server, ConsoleProperties console) {
        InetAddress address = server.getAddress();
        return new Reach(address != null && address.isLoopbackAddress(), console.allowedHosts());
    }

    /** A foreign name that resolves to this machine is how a web page gets around the same-origin rule. */
    boolean allowsHost(String name) {
        return !loopbackOnly || LOOPBACK_NAMES.contains(name.toLowerCase(Locale.ROOT)) || isFurther(name);
    }

    private boolean isFurther(String name) {
        return furtherHosts.stream().anyMatch(name::equalsIgnoreCase);
    }
}
