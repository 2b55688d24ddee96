package io.caravana.table;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A list of tables that are carried together.
 *
 * @param name the name used in the API ({@code load-<name>}), on the command line and in the execution log
 * @param description one sentence for people, shown in the API's document
 * @param threads how many of its tables are loaded side by side
 * @param cron when it starts by itself, as a Quartz expression in {@code caravana.time-zone}; empty: never
 */
public record Job(
        @NotBlank
        @Pattern(
                regexp = "[a-z][a-z0-9-]{0,39}",
                message = "a name of small letters, digits and hyphens that begins with a letter")
        String name,

        @DefaultValue("") String description,
        @DefaultValue("4") @Min(1) @Max(64) int threads,
        @DefaultValue("") String cron) {}
