package io.caravana.table;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The configured jobs and tables, in the order of the configuration.
 *
 * @param timeZone the zone in which a day of {@code data_inicio}..{@code data_fim} begins and ends
 * @param jobs every job
 * @param tables every table; each belongs to one job that reads periods, and no two share a target
 */
@Validated
@ConfigurationProperties("caravana")
public record Catalog(
        @DefaultValue("UTC") ZoneId timeZone,
        @NotEmpty List<@Valid Job> jobs,
        @NotEmpty List<@Valid Table> tables) {

    public Catalog {
        jobs = List.copyOf(jobs == null ? List.of() : jobs);
        tables = List.copyOf(tables == null ? List.of() : tables);
        var names = new HashSet<String>();
        for (var job : jobs) {
            require(names.add(job.name()), "caravana.jobs: the job '%s' is there twice".formatted(job.name()));
        }
        var targets = new HashSet<String>();
        for (var table : tables) {
            var periods = jobs.stream()
                    .filter(job -> job.reads() == Job.Reads.PERIOD)
                    .map(Job::name)
                    .toList();
            require(
                    periods.contains(table.job()),
                    "caravana.tables: '%s' belongs to job '%s', which is not one of %s"
                            .formatted(table.source(), table.job(), periods));
            require(
                    targets.add(table.target()),
                    "caravana.tables: two tables have the target '%s'".formatted(table.target()));
        }
        for (var job : jobs) {
            require(
                    job.reads() != Job.Reads.PERIOD
                            || tables.stream().anyMatch(table -> table.job().equals(job.name())),
                    "caravana.jobs: the job '%s' has no table in caravana.tables".formatted(job.name()));
        }
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** The job of that name, if one is configured. */
    public Optional<Job> job(String name) {
        return jobs.stream().filter(job -> job.name().equals(name)).findFirst();
    }

    /** The names of all jobs. */
    public List<String> jobNames() {
        return jobs.stream().map(Job::name).toList();
    }

    /** The tables that a job carries, in the order of the configuration. */
    public List<Table> tablesOf(Job job) {
        return tables.stream()
                .filter(table -> job.reads() == Job.Reads.PERIOD ? table.job().equals(job.name()) : table.live())
                .toList();
    }
}
