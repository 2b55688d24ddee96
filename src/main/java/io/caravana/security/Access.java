package io.caravana.security;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * From where the server can be reached, and whether it knows anybody. Loopback stands in for a sign-in as long as nobody
 * can sign in.
 *
 * @param loopbackOnly whether only this machine can reach it
 * @param configured whether a user, a token or a provider is configured
 * @param address what it listens on, in words
 * @param furtherHosts names besides those of loopback that a request may ask for
 */
public record Access(boolean loopbackOnly, boolean configured, String address, List<String> furtherHosts) {

    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

    /** Reads it from the environment, as it is needed before any bean is made. */
    public static Access of(Environment environment) {
        var binder = Binder.get(environment);
        var hosts = binder.bind("caravana.console.allowed-hosts", Bindable.listOf(String.class))
                .orElse(List.of());
        var server = address(binder, "server.address");
        var management = environment.containsProperty("management.server.port")
                ? address(binder, "management.server.address")
                : server;
        var elsewhere = isLoopback(server) ? management : server;
        return new Access(
                isLoopback(elsewhere),
                isConfigured(environment, binder),
                elsewhere == null ? "all addresses" : elsewhere.getHostAddress(),
                hosts);
    }

    private static InetAddress address(Binder binder, String key) {
        return binder.bind(key, InetAddress.class).orElse(null);
    }

    private static boolean isLoopback(InetAddress address) {
        return address != null && address.isLoopbackAddress();
    }

    private static boolean isConfigured(Environment environment, Binder binder) {
        var values = Stream.of(
                        "spring.security.user.password",
                        "spring.security.oauth2.resourceserver.jwt.issuer-uri",
                        "spring.security.oauth2.resourceserver.jwt.jwk-set-uri",
                        "spring.security.oauth2.resourceserver.jwt.public-key-location")
                .anyMatch(key -> StringUtils.hasText(environment.getProperty(key)));
        var entries = Stream.of(
                        "caravana.security.users[0]",
                        "caravana.security.tokens[0]",
                        "spring.security.oauth2.client.registration")
                .anyMatch(key -> binder.bind(key, Bindable.mapOf(String.class, Object.class))
                        .isBound());
        return values || entries;
    }

    /** Whether the API needs no sign-in. */
    public boolean isOpen() {
        return loopbackOnly && !configured;
    }

    /** A foreign name that resolves to this machine is how a web page gets around the same-origin rule. */
    boolean allowsHost(String name) {
        return !loopbackOnly
                || LOOPBACK_NAMES.contains(name.toLowerCase(Locale.ROOT))
                || furtherHosts.stream().anyMatch(name::equalsIgnoreCase);
    }
}
