package io.caravana.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/** The hashes that stand in the configuration in place of passwords and tokens. */
public final class Secrets {

    private static final int LONGEST_PASSWORD = 72;
    private static final int SHORTEST_TOKEN = 32;
    private static final String BCRYPT = "{bcrypt}";
    private static final String SHA_256 = "{sha256}";

    private Secrets() {}

    /**
     * The hash of a password, salted and slow to guess.
     *
     * @throws IllegalArgumentException if there is none, or it is longer than bcrypt looks at
     */
    public static String hashPassword(String password) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("there is no password on standard input");
        }
        if (password.getBytes(StandardCharsets.UTF_8).length > LONGEST_PASSWORD) {
            throw new IllegalArgumentException("the password is longer than %d bytes".formatted(LONGEST_PASSWORD));
        }
        return BCRYPT + new BCryptPasswordEncoder().encode(password);
    }

    /**
     * The hash of a token; quick, as a token is too long to be guessed.
     *
     * @throws IllegalArgumentException if it is not that long
     */
    public static String hashToken(String token) {
        if (token.length() < SHORTEST_TOKEN) {
            throw new IllegalArgumentException(
                    "the token has to be random and of %d characters or more, such as 'openssl rand -hex 32' makes"
                            .formatted(SHORTEST_TOKEN));
        }
        return SHA_256 + HexFormat.of().formatHex(sha256(token));
    }

    /** Whether a hash is that of a token. It takes the same time wherever they differ. */
    static boolean isOf(String hash, String token) {
        return MessageDigest.isEqual(HexFormat.of().parseHex(hash.substring(SHA_256.length())), sha256(token));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
