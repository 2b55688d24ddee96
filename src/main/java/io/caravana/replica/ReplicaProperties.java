package io.caravana.replica;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How replica tables are written.
 *
 * @param deleteShare the share of the rows of a period or a table, if they are over 100, that one load may delete or mark;
 *     with more it fails. A table may have its own
 * @param reports whether Caravana maintains the views for analysts in the schema {@code reports}
 */
@Validated
@ConfigurationProperties("caravana.replica")
public record ReplicaProperties(
        @DefaultValue("0.5") @DecimalMin("0") @DecimalMax("1")
        double deleteShare,

        @DefaultValue("true") boolean reports) {

    /** The schema that replica tables live in. */
    public static final String SCHEMA = "servicenow";
}
