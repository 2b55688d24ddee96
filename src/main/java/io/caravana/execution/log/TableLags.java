package io.caravana.execution.log;

import java.time.OffsetDateTime;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Answers how current each table is. */
@Component
public class TableLags {

    private final JdbcClient jdbc;

    TableLags(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param readUntil up to when every change is in the replica; null before the first pass over the changes has ended
     * @param secondsBehind since then
     */
    public record Lag(String table, OffsetDateTime readUntil, Long secondsBehind) {}

    /** Of every table whose changes are followed, the one that lags most first. */
    public List<Lag> all() {
        return jdbc.sql("""
                        SELECT table_name AS "table", read_until, extract(epoch FROM clock_timestamp() - read_until)::bigint AS seconds_behind
                        FROM caravana.watermark WHERE whole ORDER BY read_until NULLS FIRST, table_name""").query(Lag.class).list();
    }
}
