package io.caravana.catalog;

import io.caravana.settings.Mistake;
import io.caravana.settings.Similar;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import java.text.ParseException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.quartz.CronExpression;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.Validated;

/**
 * The configured jobs and tables, in the order of the configuration.
 *
 * @param timeZone the zone in which a day of {@code data_inicio}..{@code data_fim} begins and ends
 * @param jobs every job
 * @param tables every table that is enabled; each belongs to one job that reads periods, and no two share a target
 */
@Validated
@ConfigurationProperties("caravana")
public record Catalog(
        @DefaultValue("UTC") ZoneId timeZone,
        @NotEmpty List<@Valid Job> jobs,
        @NotEmpty List<@Valid Table> tables) implements Validator {

    private static final int LONGEST_NAME = 63;

    public Catalog {
        jobs = jobs == null ? List.of() : List.copyOf(jobs);
        tables = tables == null ? List.of() : List.copyOf(tables);
    }

    /** Every table that is enabled; the others are entries that only wait to be. */
    @Override
    public List<Table> tables() {
        return tables.stream().filter(Table::enabled).toList();
    }

    @Override
    public boolean supports(Class<?> type) {
        return type == Catalog.class;
    }

    /** Looks for what no entry can tell alone: names that are there twice, or belong together and do not. */
    @Override
    public void validate(Object target, Errors errors) {
        var names = new LinkedHashSet<String>();
        for (int index = 0; index < jobs.size(); index++) {
            var job = jobs.get(index);
            var key = "jobs[%d]".formatted(index);
            if (!names.add(job.name())) {
                Mistake.note(errors, key + ".name", "another job has this name");
            }
            if (job.name() != null && !tables.isEmpty() && tablesOf(job).isEmpty()) {
                Mistake.note(
                        errors,
                        key + ".name",
                        "no table has this job: it takes one that an enabled table in tables.yaml names");
            }
            checkCron(job.cron(), key + ".cron", errors);
        }
        jobs.stream()
                .filter(job -> job.syncMode() != SyncMode.WINDOW)
                .map(Job::name)
                .forEach(names::remove);
        var targets = new HashMap<String, Integer>();
        for (int index = 0; index < tables.size(); index++) {
            var table = tables.get(index);
            var key = "tables[%d]".formatted(index);
            if (table.job() != null && !names.isEmpty() && !names.contains(table.job())) {
                Mistake.note(errors, key + ".job", "it takes one of the jobs " + oneOf(names, table.job()));
            }
            var other = table.enabled() ? targets.putIfAbsent(table.target(), index) : null;
            if (table.target() != null && other != null) {
                Mistake.note(
                        errors,
                        key + ".target",
                        "caravana.tables[%d] has this target already: give one of them another".formatted(other));
            }
            if (table.history()) {
                checkHistory(table.target(), key + ".history", errors);
            }
        }
    }

    private void checkHistory(String target, String key, Errors errors) {
        var name = target + Table.HISTORY;
        if (name.length() > LONGEST_NAME) {
            Mistake.note(
                    errors,
                    key,
                    "the name %s is longer than PostgreSQL's %d characters: give the table a shorter target"
                            .formatted(name, LONGEST_NAME));
        }
        if (tables().stream().anyMatch(table -> name.equals(table.target()))) {
            Mistake.note(errors, key, "another table has the target %s: give that one another".formatted(name));
        }
    }

    private static String oneOf(Set<String> names, String wrong) {
        var meant = Similar.nearest(wrong, names).map(". Did you mean '%s'?"::formatted);
        return String.join(", ", names) + meant.orElse("");
    }

    private static void checkCron(String cron, String key, Errors errors) {
        if (!cron.isEmpty()) {
            try {
                CronExpression.validateExpression(cron);
            } catch (ParseException e) {
                Mistake.note(
                        errors,
                        key,
                        "it takes a Quartz expression such as '0 30 5 * * ?' (%s)".formatted(e.getMessage()));
            }
        }
    }

    /** The job of that name, if one is configured. */
    public Optional<Job> job(String name) {
        return jobs.stream().filter(job -> job.name().equals(name)).findFirst();
    }

    /** The first job of that mode, if one is configured. */
    public Optional<Job> jobThat(SyncMode mode) {
        return jobs.stream().filter(job -> job.syncMode() == mode).findFirst();
    }

    /** The names of all jobs. */
    public List<String> jobNames() {
        return jobs.stream().map(Job::name).toList();
    }

    /** Whether a job's period makes a difference: whether one of its tables has a window column. */
    public boolean takesPeriod(Job job) {
        return job.syncMode() == SyncMode.WINDOW && tablesOf(job).stream().anyMatch(Table::hasWindow);
    }

    /** The tables that a job carries, in the order of the configuration. */
    public List<Table> tablesOf(Job job) {
        return tables().stream()
                .filter(table -> switch (job.syncMode()) {
                    case WINDOW -> job.name().equals(table.job());
                    case INCREMENTAL, KEY_DIFF -> table.live();
                    case RETRY_REJECTED -> true;
                })
                .toList();
    }
}
