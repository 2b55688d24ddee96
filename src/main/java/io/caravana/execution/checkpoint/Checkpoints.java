package io.caravana.execution.checkpoint;

import io.caravana.execution.lease.FencedException;
import io.caravana.execution.lease.Leases;
import io.caravana.execution.run.PageCounts;
import io.caravana.execution.run.TableLoad;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** How far table loads have come: {@code caravana.checkpoint}. */
@Component("checkpoints")
public class Checkpoints {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final String OF_LOAD = " WHERE execution_id = :execution AND table_name = :table";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Leases leases;

    Checkpoints(JdbcClient jdbc, TransactionTemplate transaction, Leases leases) {
        this.leases = leases;
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /**
     * Where an interrupted load resumes, by part; nothing where it begins. What was read by another configuration of the
     * table is forgotten: its rows may not be those that are asked for now.
     */
    public List<Checkpoint> find(TableLoad load) {
        var other = ofLoad(
                        load, "SELECT count(*) FROM caravana.checkpoint" + OF_LOAD + " AND definition <> :definition")
                .param("definition", definition(load))
                .query(Long.class)
                .single();
        if (other > 0) {
            LOG.warn(
                    "{}: its configuration has changed since the load was interrupted; the table is read from its beginning",
                    load.table().target());
            transaction.executeWithoutResult(status -> {
                leases.guard(load);
                forget(load);
            });
        }
        return ofLoad(
                        load,
                        "SELECT part, from_key AS \"from\", to_key AS \"to\", at_sys_id AS at, hidden_rows, done FROM caravana.checkpoint"
                                + OF_LOAD + " ORDER BY part")
                .query(Checkpoint.class)
                .list();
    }

    private static String definition(TableLoad load) {
        return load.table().definition() + "; " + load.period();
    }

    private void forget(TableLoad load) {
        for (var table : List.of("checkpoint", "seen_page")) {
            ofLoad(load, "DELETE FROM caravana." + table + OF_LOAD).update();
        }
    }

    /** What has come before the load was interrupted; empty when nothing has. */
    public Optional<PageCounts> brought(TableLoad load) {
        return ofLoad(load, """
                SELECT coalesce(max(source_count), -1) AS source_count, sum(pages) AS pages, sum(without_key) AS without_key,
                  sum(inserted) AS inserted, sum(updated) AS updated, sum(unchanged) AS unchanged, sum(rejected) AS rejected
                FROM caravana.checkpoint""" + OF_LOAD + " HAVING count(*) > 0")
                .query(PageCounts.class)
                .optional();
    }

    /**
     * Moves a checkpoint past a page; in the page's transaction.
     *
     * @throws OptimisticLockingFailureException if it is there already
     */
    public void move(TableLoad load, Checkpoint checkpoint, PageCounts page) {
        if (!insert(load, checkpoint, page)) {
            throw new OptimisticLockingFailureException("%s: the page up to %s was stored by an earlier try"
                    .formatted(load.table().target(), checkpoint.at()));
        }
    }

    /** Whether a checkpoint is where a page would move it to. */
    public boolean isAt(TableLoad load, Checkpoint checkpoint) {
        return find(load).contains(checkpoint);
    }

    /**
     * Notes that the load continues in ranges of keys.
     *
     * @throws FencedException if the table is no longer this load's
     */
    public void split(TableLoad load, List<Checkpoint> parts) {
        transaction.executeWithoutResult(status -> {
            leases.guard(load);
            ofLoad(load, "UPDATE caravana.checkpoint SET done = true" + OF_LOAD + " AND part = 0")
                    .update();
            parts.forEach(part -> insert(load, part, PageCounts.NONE));
        });
    }

    private boolean insert(TableLoad load, Checkpoint checkpoint, PageCounts page) {
        return ofLoad(load, """
                INSERT INTO caravana.checkpoint AS known (execution_id, table_name, part, definition, from_key, to_key,
                  at_sys_id, hidden_rows, done, source_count, pages, without_key, inserted, updated, unchanged, rejected)
                VALUES (:execution, :table, :part, :definition, :from, :to,
                  :at, :hidden, :done, :count, :pages, :withoutKey, :inserted, :updated, :unchanged, :rejected)
                ON CONFLICT (execution_id, table_name, part) DO UPDATE SET
                  at_sys_id = EXCLUDED.at_sys_id, hidden_rows = EXCLUDED.hidden_rows, done = EXCLUDED.done,
                  source_count = coalesce(known.source_count, EXCLUDED.source_count), pages = known.pages + EXCLUDED.pages,
                  without_key = known.without_key + EXCLUDED.without_key, inserted = known.inserted + EXCLUDED.inserted,
                  updated = known.updated + EXCLUDED.updated, unchanged = known.unchanged + EXCLUDED.unchanged,
                  rejected = known.rejected + EXCLUDED.rejected, moved_at = now()
                WHERE (known.at_sys_id, known.hidden_rows, known.done) IS DISTINCT FROM
                  (EXCLUDED.at_sys_id, EXCLUDED.hidden_rows, EXCLUDED.done)""")
                        .param("definition", definition(load))
                        .param("part", checkpoint.part())
                        .param("from", checkpoint.from())
                        .param("to", checkpoint.to())
                        .param("at", checkpoint.at())
                        .param("hidden", checkpoint.hiddenRows())
                        .param("done", checkpoint.done())
                        .param("count", page.sourceCount() < 0 ? null : page.sourceCount())
                        .param("pages", page.pages())
                        .param("withoutKey", page.withoutKey())
                        .param("inserted", page.inserted())
                        .param("updated", page.updated())
                        .param("unchanged", page.unchanged())
                        .param("rejected", page.rejected())
                        .update()
                == 1;
    }

    private JdbcClient.StatementSpec ofLoad(TableLoad load, String statement) {
        return jdbc.sql(statement)
                .param("execution", load.execution().id())
                .param("table", load.table().target());
    }
}
