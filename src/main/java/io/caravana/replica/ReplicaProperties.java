package io.caravana.replica;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How replica tables are written.
 *
 * @param schema the schema they live in
 * @param batchSize records written by one statement
 */
@Validated
@ConfigurationProperties("caravana.replica")
public record ReplicaProperties(
        @DefaultValue("servicenow")
        @Pattern(
                regexp = "[a-z_][a-z0-9_]{0,62}",
                message = "a name of small letters, digits and underscores that does not begin with a digit")
        String schema,

        @DefaultValue("1000") @Min(1) @Max(10_000) int batchSize) {}
