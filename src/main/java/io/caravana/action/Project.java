package io.caravana.action;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

/**
 * Codes that belong together, and the people who may do something with them.
 *
 * @param hosts those that its codes may ask over HTTP; {@code *.example.com} is every host below that
 * @param authorizations who may do what
 */
public record Project(
        UUID uuid,
        String name,
        String createdBy,
        OffsetDateTime createdAt,
        List<String> hosts,
        List<Permission> authorizations) {

    /** The role of those who may read. */
    public static final int VIEWER = 1;

    /** The role of those who may also write and run codes. */
    public static final int CONTRIBUTOR = 2;

    /** The role of those who may also say who else may. */
    public static final int MODERATOR = 3;

    /** @param role one of the three */
    public record Permission(String userEmail, int role) {}
}
