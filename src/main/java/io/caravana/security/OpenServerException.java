package io.caravana.security;

/** The server would be open to others than this machine. */
final class OpenServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OpenServerException(Access access) {
        super("The server would listen on %s, where other machines can reach it, and no sign-in is configured."
                .formatted(access.address()));
    }
}
