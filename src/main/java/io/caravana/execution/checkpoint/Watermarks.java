package io.caravana.execution.checkpoint;

import io.caravana.catalog.Table;
import io.caravana.catalog.Window;
import io.caravana.execution.lease.FencedException;
import io.caravana.execution.lease.Leases;
import io.caravana.execution.run.TableLoad;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** How far the changes of each table are in the replica: {@code caravana.watermark}. */
@Component("watermarks")
public class Watermarks {

    private static final Logger LOG = LoggerFactory.getLogger(Watermarks.class);

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Leases leases;

    Watermarks(JdbcClient jdbc, TransactionTemplate transaction, Leases leases) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.leases = leases;
    }

    /**
     * Begins to read a table's changes, or resumes where that was cut off. A table whose filter or fields were changed
     * in the configuration, or of which only periods were read so far, is read from its beginning; not so by a load of a
     * period, which only follows what has changed.
     *
     * @param until where a new scan ends
     */
    public IncrementalScan begin(TableLoad load, Instant until) {
        var table = load.table();
        var known = find(table).filter(scan -> scan.whole() || load.keepsUp());
        if (known.isPresent() && known.get().until() != null) {
            return known.get();
        }
        var readUntil = known.map(IncrementalScan::readUntil).orElse(null);
        var whole = known.map(IncrementalScan::whole).orElse(true);
        if (readUntil == null) {
            LOG.info("{}: first read of its changes by this definition: all rows are read", table.target());
        }
        jdbc.sql("""
                INSERT INTO caravana.watermark (table_name, definition, read_until, whole, pass_until)
                VALUES (:table, :definition, :readUntil, :whole, :until)
                ON CONFLICT (table_name) DO UPDATE SET definition = EXCLUDED.definition, read_until = EXCLUDED.read_until,
                  whole = EXCLUDED.whole, pass_until = EXCLUDED.pass_until, at_updated_on = NULL, at_sys_id = NULL, moved_at = now()""")
                .param("table", table.target())
                .param("definition", table.definition())
                .param("readUntil", readUntil == null ? null : readUntil.atOffset(ZoneOffset.UTC))
                .param("whole", whole)
                .param("until", until.atOffset(ZoneOffset.UTC))
                .update();
        return new IncrementalScan(readUntil, whole, until, null);
    }

    private Optional<IncrementalScan> find(Table table) {
        return jdbc.sql("""
                SELECT read_until, whole, pass_until, at_updated_on, at_sys_id FROM caravana.watermark
                WHERE table_name = ? AND definition = ?""")
                .params(table.target(), table.definition())
                .query((row, number) -> {
                    var updatedOn = instant(row.getObject(4, OffsetDateTime.class));
                    var at = updatedOn == null ? null : new Position(Window.raw(updatedOn), row.getString(5));
                    return new IncrementalScan(
                            instant(row.getObject(1, OffsetDateTime.class)),
                            row.getBoolean(2),
                            instant(row.getObject(3, OffsetDateTime.class)),
                            at);
                })
                .optional();
    }

    private static Instant instant(OffsetDateTime moment) {
        return moment == null ? null : moment.toInstant();
    }

    /**
     * The scan that a table is in.
     *
     * @throws java.util.NoSuchElementException if it has none
     */
    public IncrementalScan current(Table table) {
        return find(table).orElseThrow();
    }

    /** Whether the whole table has been read by its changes, and is kept up with. */
    public boolean isKept(Table table) {
        return find(table)
                .filter(IncrementalScan::whole)
                .map(IncrementalScan::readUntil)
                .isPresent();
    }

    /** Moves a scan past a record; in the transaction that stores the record. */
    public void move(Table table, Position position) {
        jdbc.sql("""
                UPDATE caravana.watermark SET at_updated_on = ?, at_sys_id = ?, moved_at = now()
                WHERE table_name = ? AND definition = ?""")
                .params(
                        Window.moment(position.updatedOn()).atOffset(ZoneOffset.UTC),
                        position.sysId(),
                        table.target(),
                        table.definition())
                .update();
    }

    /**
     * Ends a load's scan: every change up to its end is in the replica.
     *
     * @throws FencedException if the table is no longer this load's: the scan may be another one by now
     */
    public void end(TableLoad load) {
        var table = load.table();
        transaction.executeWithoutResult(status -> {
            leases.guard(load);
            jdbc.sql("""
                    UPDATE caravana.watermark SET read_until = pass_until, pass_until = NULL, at_updated_on = NULL,
                      at_sys_id = NULL, moved_at = now()
                    WHERE table_name = ? AND definition = ? AND pass_until IS NOT NULL""").params(table.target(), table.definition()).update();
        });
    }
}
