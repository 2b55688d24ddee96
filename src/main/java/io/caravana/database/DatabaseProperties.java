package io.caravana.database;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Which PostgreSQL to use.
 *
 * @param url JDBC URL of a PostgreSQL 14 or newer; empty starts the embedded one
 * @param username user for {@code url}; not used by the embedded server
 * @param password password for {@code url}; not used by the embedded server
 * @param poolSize the most connections that Caravana holds
 * @param embedded the server of our own
 */
@Validated
@ConfigurationProperties("caravana.database")
record DatabaseProperties(
        @DefaultValue("") String url,
        @DefaultValue("") String username,
        @DefaultValue("") String password,
        @DefaultValue("16") @Min(1) @Max(200) int poolSize,
        @DefaultValue @Valid Embedded embedded) {

    /** @param port the port wished for; a taken one makes the server use the next free one */
    record Embedded(
            @DefaultValue("15432") @Min(1024) @Max(65535) int port) {}

    boolean usesEmbedded() {
        return url.isBlank();
    }

    /** Without the password and without the URL's parameters, which can hold one too. */
    @Override
    public String toString() {
        return "DatabaseProperties[url=%s, username=%s, poolSize=%d, embedded=%s]"
                .formatted(url.replaceFirst("[?].*", ""), username, poolSize, embedded);
    }
}
