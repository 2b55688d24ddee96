package io.caravana.connector;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Locale;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/**
 * Resolves the hosts that somebody else has named, and refuses those with an address that is not public. The connection is made to the
 * addresses that were checked, so a name that resolves differently a moment later gains nothing.
 *
 * @param privateHosts in small letters; they may have any address
 * @param setting where those are named
 */
public record PublicAddresses(Collection<String> privateHosts, String setting) implements DnsResolver {

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        var addresses = SystemDefaultDnsResolver.INSTANCE.resolve(host);
        if (!privateHosts.contains(host.toLowerCase(Locale.ROOT))) {
            for (var address : addresses) {
                if (!isPublic(address)) {
                    throw new UnknownHostException(
                            "the host has an address that is not public; %s allows hosts that may".formatted(setting));
                }
            }
        }
        return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    /** Whether an address is neither this machine's nor of a network that only some can reach. */
    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        var bytes = address.getAddress();
        return bytes.length == 4 ? isPublicV4(bytes) : isPublicV6(bytes);
    }

    /** Not 0/8, 100.64/10 (carriers), 192.0.0/24, 198.18/15 (measurements) and 240/4. */
    private static boolean isPublicV4(byte[] bytes) {
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        return first != 0
                && first < 240
                && !(first == 100 && second >= 64 && second < 128)
                && !(first == 192 && second == 0 && bytes[2] == 0)
                && !(first == 198 && (second == 18 || second == 19));
    }

    /** Only 2000::/3, and nothing that carries an IPv4 address to somewhere else: 6to4, Teredo. */
    private static boolean isPublicV6(byte[] bytes) {
        int first = ((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff);
        int second = ((bytes[2] & 0xff) << 8) | (bytes[3] & 0xff);
        return first >>> 13 == 1 && first != 0x2002 && !(first == 0x2001 && second == 0);
    }
}
