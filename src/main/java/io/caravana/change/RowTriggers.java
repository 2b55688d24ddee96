package io.caravana.change;

import io.caravana.catalog.SyncMode;
import io.caravana.catalog.Table;
import io.caravana.catalog.Table.LoggedBy;
import io.caravana.execution.checkpoint.Watermarks;
import io.caravana.execution.run.TableLoad;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Switches the triggers of a replica table that keep its history and its change log, in the transaction of each row. */
@Component
public class RowTriggers {

    private static final String FOLLOW = "SELECT caravana.follow(CAST(? AS regclass), ?, ?)";
    private static final String EXTEND_HISTORY = "SELECT caravana.extend_history(CAST(? AS regclass))";

    private final JdbcClient jdbc;
    private final Watermarks watermarks;

    RowTriggers(JdbcClient jdbc, Watermarks watermarks) {
        this.jdbc = jdbc;
        this.watermarks = watermarks;
    }

    /** Whether the changes that a load makes are logged. */
    public boolean logs(TableLoad load) {
        return switch (load.table().changeLog()) {
            case LIVE ->
                (load.syncMode() != SyncMode.WINDOW || load.execution().keepsUp()) && watermarks.isKept(load.table());
            case ALWAYS -> true;
            case NEVER -> false;
        };
    }

    /**
     * Gives a replica table the triggers that its entry asks for. Belongs in a transaction: changing triggers locks the table.
     *
     * @param replica the replica table, qualified and quoted
     */
    public void follow(Table table, String replica) {
        ask(FOLLOW, replica, table.history(), table.changeLog() != LoggedBy.NEVER);
    }

    /**
     * Gives the history of a replica table, if it has one, the table's columns.
     *
     * @param replica the replica table, qualified and quoted
     */
    public void extendHistory(String replica) {
        ask(EXTEND_HISTORY, replica);
    }

    private void ask(String function, Object... parameters) {
        jdbc.sql(function).params(parameters).query().singleRow();
    }
}
