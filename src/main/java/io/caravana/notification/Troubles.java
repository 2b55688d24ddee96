package io.caravana.notification;

import io.caravana.catalog.Catalog;
import io.caravana.execution.log.ExecutionView;
import io.caravana.execution.log.Executions;
import io.caravana.execution.log.TableLoadView;
import io.caravana.execution.run.Verdict;
import io.caravana.notification.Notice.Event;
import io.caravana.notification.Notice.TableTrouble;
import io.caravana.notification.NotificationProperties.Late;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What is wrong with each job, in {@code caravana.trouble}: made out of the execution log, so also of what other processes
 * did and of what happened while none looked. A trouble is told when it begins, after a while again, and when it is over.
 */
@Component("troubles")
public class Troubles {

    /** What ended longer ago without anybody looking is history. */
    private static final Duration NEWS = Duration.ofDays(1);

    private static final int MANY = 100;
    private static final int LONGEST_PROBLEM = 1_000;

    private static final String UNSEEN = """
            SELECT execution_id FROM caravana.servicenow_execution_log
            WHERE status <> 'running' AND end_seen IS DISTINCT FROM ended_at
              AND ended_at > clock_timestamp() - make_interval(secs => ?)
            ORDER BY ended_at LIMIT ?""";

    /** An execution that has gone on meanwhile will end again. */
    private static final String SEEN = """
            UPDATE caravana.servicenow_execution_log SET end_seen = ended_at
            WHERE execution_id = ? AND status = ? AND ended_at = ?""";

    /** What a trouble is about. */
    private enum Watch {
        END,
        LATE,
        RUNNING;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private record Trouble(String watch, String fingerprint, OffsetDateTime since, long times, OffsetDateTime toldAt) {}

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Executions executions;
    private final Outbox outbox;
    private final NotificationProperties properties;
    private final Clock clock;

    Troubles(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            Executions executions,
            Outbox outbox,
            NotificationProperties properties,
            Catalog catalog,
            Clock clock) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.executions = executions;
        this.outbox = outbox;
        this.properties = properties;
        this.clock = clock;
        properties.late().forEach(late -> check(late.job(), catalog));
    }

    private static void check(String job, Catalog catalog) {
        if (catalog.job(job).isEmpty()) {
            throw new InvalidConfigurationPropertyValueException(
                    "caravana.notifications.late.job",
                    job,
                    "It takes one of the jobs " + String.join(", ", catalog.jobNames()) + ".");
        }
    }

    /** Notes what has to be told of the executions that have ended, and of the jobs that are late. */
    public void note() {
        transaction.executeWithoutResult(status -> {
            // one worker at a time: the next one sees what this one has noted
            jdbc.sql("LOCK TABLE caravana.trouble IN EXCLUSIVE MODE").update();
            jdbc.sql(UNSEEN)
                    .params(NEWS.toSeconds(), MANY)
                    .query(String.class)
                    .list()
                    .forEach(this::look);
            properties.late().forEach(this::look);
        });
    }

    private void look(String executionId) {
        var execution = executions.find(executionId).orElseThrow();
        var seen = jdbc.sql(SEEN)
                .params(executionId, execution.status(), execution.endedAt())
                .update();
        if (seen == 1) {
            judge(execution);
        }
    }

    private void judge(ExecutionView execution) {
        var job = execution.executionType();
        var isIncomplete = !troubled(execution).isEmpty();
        switch (execution.status()) {
            case "success" -> {
                if (isIncomplete) {
                    forget(job, Watch.LATE);
                    forget(job, Watch.RUNNING);
                    raise(Watch.END, Event.INCOMPLETE, execution);
                } else {
                    recover(execution);
                }
            }
            case "error" -> {
                forget(job, Watch.RUNNING);
                raise(Watch.END, Event.FAILED, execution);
            }
            case "interrupted" -> {
                forget(job, Watch.RUNNING);
                if (properties.interrupted()) {
                    raise(Watch.END, Event.INTERRUPTED, execution);
                }
            }
            default -> forget(job, Watch.RUNNING);
        }
    }

    private void look(Late late) {
        if (!late.noSuccessFor().isZero()) {
            var since = lastSuccess(late.job());
            if (since.plus(late.noSuccessFor()).isBefore(now())) {
                raise(Watch.LATE, late.job(), "late", since, notice(Event.LATE, late.job(), since));
            }
        }
        if (!late.runningFor().isZero()) {
            executions.list(late.job(), "running", 1).stream()
                    .filter(running ->
                            running.startedAt().plus(late.runningFor()).isBefore(now()))
                    .forEach(running -> raise(Watch.RUNNING, Event.RUNNING_LONG, running));
        }
    }

    /** When the job succeeded last; when it never has, since when that is waited for. */
    private OffsetDateTime lastSuccess(String job) {
        return jdbc.sql("""
                SELECT ended_at FROM caravana.servicenow_execution_log
                WHERE execution_type = ? AND status = 'success' ORDER BY started_at DESC LIMIT 1""").param(job).query(OffsetDateTime.class).optional().orElseGet(() -> waitedFor(job));
    }

    private OffsetDateTime waitedFor(String job) {
        jdbc.sql("INSERT INTO caravana.trouble (job, watch, since) VALUES (?, 'late', ?) ON CONFLICT DO NOTHING")
                .params(job, now())
                .update();
        return find(job, Watch.LATE).orElseThrow().since();
    }

    private void raise(Watch watch, Event event, ExecutionView execution) {
        var tables = execution.tables() == null ? List.<TableTrouble>of() : troubled(execution);
        var moment = execution.endedAt() == null ? execution.startedAt() : execution.endedAt();
        var notice = new Notice(
                event,
                properties.name(),
                execution.executionType(),
                execution.executionId(),
                execution.startDate(),
                execution.endDate(),
                execution.startedAt(),
                execution.endedAt(),
                moment,
                1,
                tables,
                link(execution.executionId()));
        var fingerprint = watch == Watch.RUNNING ? execution.executionId() : event.word() + "\n" + kindOf(tables);
        raise(watch, execution.executionType(), fingerprint, moment, notice);
    }

    private void raise(Watch watch, String job, String fingerprint, OffsetDateTime since, Notice notice) {
        var before = find(job, watch)
                .filter(trouble -> fingerprint.equals(trouble.fingerprint))
                .orElse(null);
        if (before == null) {
            outbox.add(notice);
            keep(job, watch, new Trouble(watch.word(), fingerprint, since, 1, now()));
            return;
        }
        // only an end that comes again is one more
        var times = before.times + (watch == Watch.END ? 1 : 0);
        var isDue = !before.toldAt.plus(properties.repeatAfter()).isAfter(now());
        if (isDue) {
            outbox.add(notice.repeated(before.since, times));
        }
        if (isDue || times > before.times) {
            keep(
                    job,
                    watch,
                    new Trouble(before.watch, fingerprint, before.since, times, isDue ? now() : before.toldAt));
        }
    }

    /** A success ends whatever was wrong with the job. */
    private void recover(ExecutionView execution) {
        var job = execution.executionType();
        var over = jdbc.sql("""
                WITH over AS (DELETE FROM caravana.trouble WHERE job = ? RETURNING fingerprint, since, times)
                SELECT '' AS watch, max(fingerprint) AS fingerprint, min(since) AS since, max(times) AS times, NULL AS told_at
                FROM over WHERE fingerprint IS NOT NULL HAVING count(*) > 0""").param(job).query(Trouble.class).optional();
        over.ifPresent(trouble -> outbox.add(new Notice(
                Event.RECOVERED,
                properties.name(),
                job,
                execution.executionId(),
                execution.startDate(),
                execution.endDate(),
                execution.startedAt(),
                execution.endedAt(),
                trouble.since,
                trouble.times,
                List.of(),
                link(execution.executionId()))));
    }

    private Notice notice(Event event, String job, OffsetDateTime since) {
        return new Notice(event, properties.name(), job, null, null, null, null, null, since, 1, List.of(), null);
    }

    private Optional<Trouble> find(String job, Watch watch) {
        return jdbc.sql("""
                SELECT watch, fingerprint, since, times, told_at FROM caravana.trouble WHERE job = ? AND watch = ?""").params(job, watch.word()).query(Trouble.class).optional();
    }

    private void keep(String job, Watch watch, Trouble trouble) {
        jdbc.sql("""
                INSERT INTO caravana.trouble (job, watch, fingerprint, since, times, told_at) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (job, watch) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, since = EXCLUDED.since,
                  times = EXCLUDED.times, told_at = EXCLUDED.told_at""")
                .params(job, watch.word(), trouble.fingerprint, trouble.since, trouble.times, trouble.toldAt)
                .update();
    }

    private void forget(String job, Watch watch) {
        jdbc.sql("DELETE FROM caravana.trouble WHERE job = ? AND watch = ?")
                .params(job, watch.word())
                .update();
    }

    private static boolean isIncomplete(TableLoadView table) {
        return "incomplete".equals(table.verdict()) || Verdict.NOT_COUNTED.equals(table.verdict());
    }

    private static List<TableTrouble> troubled(ExecutionView execution) {
        return execution.tables().stream()
                .filter(table -> table.error() != null || isIncomplete(table))
                .map(table -> new TableTrouble(table.table(), problem(table)))
                .toList();
    }

    private static String problem(TableLoadView table) {
        if (table.error() == null && Verdict.NOT_COUNTED.equals(table.verdict())) {
            return "not proven complete, as ServiceNow did not say how many rows there are";
        }
        if (table.error() == null) {
            return "incomplete, %,d rows are hidden from the account or came without a key".formatted(table.hidden());
        }
        var error = table.error().replaceAll("\\s*\\R\\s*", " ");
        return error.length() <= LONGEST_PROBLEM ? error : error.substring(0, LONGEST_PROBLEM) + "…";
    }

    /** The same for the same trouble: what changes from one time to the next, such as pages and keys, is left out. */
    private static String kindOf(List<TableTrouble> tables) {
        return tables.stream()
                .map(table -> table.table() + ": "
                        + table.problem().replaceAll("\\b(?![45]\\d\\d\\b)[\\w.,:-]*\\d[\\w.,:-]*", "#"))
                .collect(Collectors.joining("\n"));
    }

    private String link(String executionId) {
        return properties.baseUrl().isBlank()
                ? null
                : properties.baseUrl().strip().replaceFirst("/+$", "") + "/api/executions/" + executionId;
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
