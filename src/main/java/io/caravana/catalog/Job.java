package io.caravana.catalog;

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
 * @param syncMode what it reads of its tables: {@code window}, the period of an execution, or the whole table if that has
 *     no window column; {@code incremental}, what has changed since the last time; {@code key-diff}, only the keys, to find
 *     deletions; {@code retry-rejected}, the rejected records again. The last three load every table, whatever job it
 *     belongs to
 * @param followChanges whether an execution without dates, such as one started by a timer, also follows what has
 *     changed since the last one in its tables with a window column
 * @param threads how many of its tables are loaded at the same time
 * @param cron when it starts by itself, as a Quartz expression in {@code caravana.time-zone}; empty: never
 * @param timer whether the cron is on
 * @param verify whether an execution that the cron starts compares every value that it reads with the replica, and so
 *     finds rows that were changed there; otherwise a row is compared only if its record is another one than the last time
 */
public record Job(
        @NotBlank
        @Pattern(
                regexp = "[a-z][a-z0-9-]{0,39}",
                message = "a name of small letters, digits and hyphens that begins with a letter")
        String name,

        @DefaultValue("") String description,
        @DefaultValue("window") SyncMode syncMode,
        @DefaultValue("true") boolean followChanges,
        @DefaultValue("4") @Min(1) @Max(64) int threads,
        @DefaultValue("") String cron,
        @DefaultValue("true") boolean timer,
        @DefaultValue("false") boolean verify) {

    /** Whether it starts by itself. */
    public boolean isTimed() {
        return timer && !cron.isEmpty();
    }
}
