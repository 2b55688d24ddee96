package io.caravana.connector;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What may stand in a header that somebody else has made up: nothing that begins another header or another request. */
final class Headers {

    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    /** The client sends a question mark for any other character. */
    private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e\\xa0-\\xff]*");

    private static final Pattern COOKIE = Pattern.compile("[\\x21-\\x7e&&[^;,]]*");
    /** They are about the connection, which is none of a broker's business. */
    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "host",
            "connection",
            "content-length",
            "transfer-encoding",
            "te",
            "upgrade",
            "proxy-authorization",
            "cookie");

    /** They are about the request itself, or about who sends it. */
    private static final Set<String> OF_THE_REQUEST =
            Set.of("accept", "accept-encoding", "authorization", "content-type", "content-encoding", "x-sn-apikey");

    private Headers() {}

    /** Whether a header can be sent beside those of HTTP and of the sign-in. */
    static boolean isFree(String name) {
        return isName(name) && !OF_THE_REQUEST.contains(name.toLowerCase(Locale.ROOT));
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches() && !OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT));
    }

    static boolean isValue(String value) {
        return VALUE.matcher(value).matches();
    }

    static boolean isCookie(String name, String value) {
        return NAME.matcher(name).matches() && COOKIE.matcher(value).matches();
    }
}
